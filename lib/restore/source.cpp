#include "restore/source.hpp"

#include "archive/check.hpp"
#include "base/error.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"

namespace pgkeep {
namespace {

[[noreturn]] void refuse(ByteSource const &source, std::string const &what, std::string const &hint,
                         ErrorKind kind = ErrorKind::version) {
    throw Error{kind, printable(source.name()) + " " + what, hint};
}

std::string shell_quoted(std::string const &path) {
    std::string quoted = "'";
    for (char const c : printable(path)) {
        quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
    }
    return quoted + "'";
}

} // namespace

void require_archive(ByteSource const &source) {
    std::string const file = shell_quoted(source.name());
    std::string const psql = "psql -X -v ON_ERROR_STOP=1 -d NEW";
    switch (detect_source(source)) {
    case SourceType::archive:
        return;
    case SourceType::broken:
        refuse(source, "is cut off or still being written: its end is missing",
               "Take another archive, or wait until the backup is done.", ErrorKind::damaged);
    case SourceType::empty:
        refuse(source, "is empty", "Take another archive.", ErrorKind::damaged);
    case SourceType::gzip:
        refuse(source, "was not written by pgkeep, and restoring such a script is not supported",
               "Restore it into a new database with `gunzip -c " + file + " | " + psql + "`.");
    case SourceType::plain:
        refuse(source, "is a plain script, and restoring such a script is not supported",
               "Restore it into a new database with `" + psql + " -f " + file + "`.");
    case SourceType::pg_custom:
    case SourceType::tar:
        refuse(source, "is an archive of pg_dump, which pgkeep does not restore",
               "Restore it into a new database with `pg_restore --exit-on-error -d NEW " + file +
                   "`.");
    }
}

void require_sound(ByteSource const &source, unsigned jobs, std::stop_token const &token,
                   Progress &progress) {
    CheckReport const report = check_archive(source, CheckLevel::checksum, jobs, token, progress);
    if (report.passed()) {
        return;
    }
    std::string const others =
        report.findings.size() == 1
            ? ""
            : " (the first of " + format_count(report.findings.size()) + " findings)";
    throw Error{ErrorKind::damaged,
                printable(source.name()) + " is damaged: " + report.findings.front().text() +
                    others,
                "Nothing was created. Take another archive; pgkeep-verify lists everything that is "
                "wrong with this one."};
}

} // namespace pgkeep
