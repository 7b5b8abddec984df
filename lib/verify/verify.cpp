#include "verify/verify.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "repository/evidence.hpp"
#include "verify/broken_archive.hpp"
#include "verify/script_check.hpp"

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

// A footer that was damaged makes an archive of ours, not a file of others.
SourceType type_of(ByteSource const &source) {
    try {
        return detect_source(source);
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::damaged) {
            throw;
        }
        return SourceType::archive;
    }
}

std::optional<Footer> check_ours(ByteSource const &source, VerifyOptions const &options,
                                 VerifyReport &report, std::stop_token const &token,
                                 Progress &progress) {
    CheckReport check = check_archive(source, options.level, options.jobs, token, progress);
    report.findings = std::move(check.findings);
    if (check.manifest) {
        report.database = check.manifest->origin.database;
        report.tables = check.manifest->tables.size();
        report.rows = check.manifest->total_rows();
    } else if (check.footer) {
        report.tables = check.footer->tables;
        report.rows = check.footer->rows;
    }
    return check.footer;
}

void check_broken(ByteSource const &source, VerifyOptions const &options, VerifyReport &report,
                  std::stop_token const &token, Progress &progress) {
    if (auto stop = find_stop(source)) {
        report.findings.push_back(std::move(*stop));
        return;
    }
    static_cast<void>(check_ours(source, options, report, token, progress));
}

void check_foreign(ByteSource const &source, VerifyOptions const &options, VerifyReport &report,
                   std::stop_token const &token, Progress &progress) {
    if (options.level == CheckLevel::quick) {
        check_script_quickly(source, report);
    } else {
        check_script(source, report, token, progress);
    }
}

[[noreturn]] void refuse(VerifyReport const &report) {
    throw Error{
        ErrorKind::failed,
        report.path + (report.type == SourceType::tar
                           ? " is a tar archive, which cannot be verified yet"
                           : " is in pg_dump's custom format, which cannot be verified yet"),
        "pg_restore --list shows whether its table of contents can be read; a restore into a "
        "throw-away database shows the rest."};
}

std::string detail_of(VerifyReport const &report) {
    return report.passed() ? std::string{} : report.findings.front().text();
}

void record(VerifyReport const &report, Footer const &footer) {
    Evidence const evidence{
        .time = utc_now(),
        .level = report.level == CheckLevel::quick ? "quick" : "checksum",
        .passed = report.passed(),
        .version = std::string{pgkeep_version()},
        .milliseconds = static_cast<std::uint64_t>(report.duration.count()),
        .detail = detail_of(report),
    };
    try {
        record_evidence(report.path, report.size, footer, evidence);
    } catch (Error const &error) {
        log(LogLevel::info, "no evidence is kept: {}", error.what());
    }
}

} // namespace

VerifyReport verify_file(std::string const &path, VerifyOptions const &options,
                         std::stop_token const &token, Progress &progress) {
    auto const start = std::chrono::steady_clock::now();
    FileSource const source{path};
    VerifyReport report;
    report.path = path;
    report.level = options.level;
    report.size = source.size();
    report.type = type_of(source);
    std::optional<Footer> footer;
    switch (report.type) {
    case SourceType::archive:
        footer = check_ours(source, options, report, token, progress);
        break;
    case SourceType::broken:
        check_broken(source, options, report, token, progress);
        break;
    case SourceType::gzip:
    case SourceType::plain:
        check_foreign(source, options, report, token, progress);
        break;
    case SourceType::pg_custom:
    case SourceType::tar:
        refuse(report);
    case SourceType::empty:
        report.findings.push_back({0, "file", "it is empty"});
        break;
    }
    report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    if (footer) {
        record(report, *footer);
    }
    return report;
}

} // namespace pgkeep
