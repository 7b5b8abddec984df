#include "restore/source.hpp"

#include "archive/check.hpp"
#include "base/error.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"

namespace pgkeep {
namespace {

void require_passed(ByteSource const &source, CheckReport const &report) {
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
                "Nothing was changed. Take another archive; pgkeep-verify lists everything that is "
                "wrong with this one."};
}

} // namespace

void require_archive(ByteSource const &source) {
    switch (detect_source(source)) {
    case SourceType::archive:
        break;
    case SourceType::broken:
        throw Error{ErrorKind::damaged,
                    printable(source.name()) +
                        " is cut off or still being written: its end is missing",
                    "Take another archive, or wait until the backup is done."};
    case SourceType::empty:
        throw Error{ErrorKind::damaged, printable(source.name()) + " is empty",
                    "Take another archive."};
    default:
        throw Error{ErrorKind::version, printable(source.name()) + " was not written by pgkeep"};
    }
    if (auto const footer = read_footer(source); footer && footer->kind == ArchiveKind::globals) {
        throw Error{ErrorKind::usage,
                    printable(source.name()) + " holds roles and tablespaces, not a database",
                    "Restore it with: gunzip -c FILE | psql -X -d postgres"};
    }
}

void require_sound(ByteSource const &source, unsigned jobs, std::stop_token const &token,
                   Progress &progress) {
    require_passed(source, check_archive(source, CheckLevel::checksum, jobs, token, progress));
}

void require_readable(ByteSource const &source, std::stop_token const &token, Progress &progress) {
    require_passed(source, check_archive(source, CheckLevel::quick, 1, token, progress));
}

} // namespace pgkeep
