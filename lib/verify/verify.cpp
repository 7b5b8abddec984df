#include "verify/verify.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "model/archive_name.hpp"
#include "model/sql_text.hpp"
#include "repository/evidence.hpp"
#include "restore/foreign_text.hpp"
#include "verify/broken_archive.hpp"
#include "verify/drill.hpp"
#include "verify/gentle_source.hpp"
#include "verify/script_check.hpp"

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

// Formats whose text another program unpacks.
std::optional<ForeignFormat> packed_format(std::string const &path) {
    try {
        auto const format = foreign_format(path);
        bool const unpacked = format == ForeignFormat::plain || format == ForeignFormat::gzip;
        return unpacked ? std::nullopt : format;
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::damaged) {
            throw;
        }
        return std::nullopt; // an empty file, or a footer that was damaged: findings
    }
}

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

CheckLevel depth_of(VerifyLevel level) {
    return level == VerifyLevel::quick ? CheckLevel::quick : CheckLevel::checksum;
}

char const *evidence_name(VerifyLevel level) {
    switch (level) {
    case VerifyLevel::quick:
        return evidence_level::kQuick;
    case VerifyLevel::checksum:
        return evidence_level::kChecksum;
    case VerifyLevel::drill:
        return evidence_level::kDrill;
    }
    return evidence_level::kQuick;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start);
}

// One file, in the order of the levels.
class Verification {
public:
    Verification(std::string const &path, VerifyOptions const &options,
                 std::stop_token const &token, Progress &progress)
        : options_(options), token_(token), progress_(progress) {
        report_.path = path;
        report_.level = options.level;
        if (options.level == VerifyLevel::drill) {
            assertions_ = read_assertions(options.drill.assertion_files);
        }
    }

    VerifyReport run() {
        auto const start = std::chrono::steady_clock::now();
        check();
        report_.check_duration = since(start);
        if (options_.level == VerifyLevel::drill) {
            drill();
        }
        report_.duration = since(start);
        if (footer_) {
            record();
        }
        return std::move(report_);
    }

private:
    void check() {
        if (auto const format = packed_format(report_.path)) {
            return check_packed(*format);
        }
        FileSource const file{report_.path};
        if (options_.rate == nullptr) {
            return check_source(file);
        }
        check_source(GentleSource{file, options_.rate});
    }

    void check_source(ByteSource const &source) {
        report_.size = source.size();
        report_.type = type_of(source);
        switch (report_.type) {
        case SourceType::archive:
            return check_ours(source);
        case SourceType::broken:
            return check_broken(source);
        case SourceType::gzip:
        case SourceType::plain:
            return check_foreign(source);
        case SourceType::pg_custom: // is packed
        case SourceType::tar:
            throw Error{ErrorKind::failed,
                        printable(report_.path) + " is a tar archive that pg_dump did not write",
                        "Unpack it, and verify what is in it."};
        case SourceType::empty:
            report_.findings.push_back({0, "file", "it is empty"});
        }
    }

    void check_ours(ByteSource const &source) {
        CheckReport check;
        try {
            check =
                check_archive(source, depth_of(options_.level), options_.jobs, token_, progress_);
        } catch (Error const &error) {
            if (error.kind() == ErrorKind::failed) {
                record_unreadable(source, error);
            }
            throw;
        }
        report_.findings = std::move(check.findings);
        if (check.manifest) {
            take(*check.manifest);
        } else if (check.footer) {
            report_.tables = check.footer->tables;
            report_.rows = check.footer->rows;
        }
        footer_ = check.footer;
    }

    void check_broken(ByteSource const &source) {
        if (auto stop = find_stop(source)) {
            report_.findings.push_back(std::move(*stop));
            return;
        }
        check_ours(source);
        footer_.reset();
    }

    void check_foreign(ByteSource const &source) {
        if (options_.level == VerifyLevel::quick) {
            check_script_quickly(source, report_);
        } else {
            check_script(source, report_, token_, progress_);
        }
    }

    void check_packed(ForeignFormat format) {
        bool const of_pg_restore =
            format == ForeignFormat::pg_custom || format == ForeignFormat::pg_directory;
        report_.type = format == ForeignFormat::pg_tar ? SourceType::tar
                       : of_pg_restore                 ? SourceType::pg_custom
                                                       : SourceType::plain;
        if (format != ForeignFormat::pg_directory) {
            report_.size = FileSource{report_.path}.size();
        }
        if (options_.level == VerifyLevel::quick) {
            report_.outcome_note = "not written by pgkeep: only the first bytes were looked at";
            return;
        }
        ForeignText const text{report_.path, format, options_.drill.bindir};
        check_packed_script(text, report_, token_, progress_);
    }

    void take(Manifest const &manifest) {
        report_.database = manifest.origin.database;
        report_.system_identifier = manifest.origin.system_identifier;
        report_.tables = manifest.tables.size();
        report_.rows = manifest.total_rows();
        part_ = !manifest.origin.filters.empty();
        auto const name = parse_archive_name(name_of(report_.path));
        bool const of_its_name = !name || manifest.origin.kind == ArchiveKind::globals ||
                                 name->database == manifest.origin.database;
        if (!of_its_name || part_) {
            report_.notes.push_back((part_ ? "it is a part of database \""
                                           : "its name is another one's: it is of database \"") +
                                    printable(manifest.origin.database) +
                                    "\", and counts for nothing in a repository");
        }
    }

    // What cannot be read now may be lost: it proves nothing until it can be read again.
    void record_unreadable(ByteSource const &source, Error const &error) {
        try {
            footer_ = read_footer(source);
        } catch (Error const &) {
            return; // not even that
        }
        if (footer_) {
            report_.findings.push_back({0, "file", error.what()});
            unreadable_ = true;
            record();
        }
    }

    void drill() {
        report_.level = VerifyLevel::checksum;
        if (!report_.passed()) {
            return;
        }
        if (footer_ && footer_->kind == ArchiveKind::globals) {
            report_.notes.emplace_back(
                "it holds roles and tablespaces, not a database: there is nothing to drill");
            return;
        }
        DrillReport drilled =
            run_drill(report_.path, options_.drill, options_.jobs, assertions_, token_, progress_);
        report_.untried = std::move(drilled.untried);
        report_.notes = std::move(drilled.notes);
        report_.findings = std::move(drilled.findings);
        if (report_.untried.empty() || !report_.passed()) {
            report_.level = VerifyLevel::drill;
        }
    }

    // The operator's assertions are about what the database held, not about the archive: it has
    // been restored, and its content proven. Such an archive stays proven, but does not count as
    // drilled.
    [[nodiscard]] bool only_assertions_failed() const {
        return !report_.passed() &&
               std::all_of(report_.findings.begin(), report_.findings.end(),
                           [](Finding const &finding) { return is_of_assertion(finding); });
    }

    void record() const {
        bool const asserted = only_assertions_failed();
        auto const level = asserted ? VerifyLevel::checksum : report_.level;
        auto const took = level == VerifyLevel::drill ? report_.duration : report_.check_duration;
        Evidence const evidence{
            .time = utc_now(),
            .level = evidence_name(level),
            .passed = asserted || report_.passed(),
            .version = std::string{pgkeep_version()},
            .milliseconds = static_cast<std::uint64_t>(took.count()),
            .detail = report_.passed() ? std::string{} : report_.findings.front().text(),
            .system_identifier = report_.system_identifier,
            .database = report_.database,
            .part = part_,
            .unreadable = unreadable_,
        };
        try {
            record_evidence(report_.path, report_.size, *footer_, evidence);
        } catch (Error const &error) {
            bool const matters = !evidence.passed || options_.needs_evidence;
            log(matters ? LogLevel::warning : LogLevel::info,
                "no evidence is kept of this check{}: {}",
                evidence.passed ? "" : ", and retention does not know that the archive is bad",
                error.what());
        }
    }

    VerifyOptions const &options_;
    std::stop_token const &token_;
    Progress &progress_;
    std::vector<Assertion> assertions_;
    std::optional<Footer> footer_; // of an archive of ours that is not cut
    bool part_ = false;            // its manifest names filters
    bool unreadable_ = false;      // the file, since a read failed
    VerifyReport report_;
};

} // namespace

VerifyReport verify_file(std::string const &path, VerifyOptions const &options,
                         std::stop_token const &token, Progress &progress) {
    return Verification{path, options, token, progress}.run();
}

} // namespace pgkeep
