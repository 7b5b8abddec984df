// Verifying archives: ours by their footer, index, checksums and manifest; those of others by what
// can be known; and both by a drill.
//
// For one of ours see archive/check.hpp, which does the work. A script that others wrote (plain or
// gzip) is read once from end to end: the frame, the closing comment, closed COPY blocks, rows for
// each table; and when it carries our manifest (an archive that was recompressed), rows and hashes
// are compared with it. A drill (verify/drill.hpp) follows only when nothing was found so far.
//
// Thread-safety: verify_file() starts its own threads and may be called from several; for a drill
// from one that lives as long as the program or waits for it.

#pragma once

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "base/progress.hpp"
#include "base/rate_limit.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

enum class VerifyLevel { quick, checksum, drill };

struct DrillOptions {
    std::string bindir; // of the server and its programs; empty: the nearest that is installed
    std::vector<std::string> assertion_files; // SQL, each statement must return true
    bool amcheck = true;
    std::string parent_folder; // where the server's folder goes; empty: $TMPDIR or /tmp
};

struct VerifyOptions {
    VerifyLevel level = VerifyLevel::checksum;
    unsigned jobs = 1;
    DrillOptions drill = {};
    // Of reading archives of ours and scripts; shared by all files of a run.
    RateLimit *rate = nullptr;
    bool needs_evidence = false; // what later runs take depends on it: warn when none can be kept
};

struct VerifyReport {
    std::string path;
    VerifyLevel level = VerifyLevel::checksum; // what was done: a drill that was not tried is none
    SourceType type = SourceType::empty;
    std::uint64_t size = 0;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::string database;          // when it is known
    std::string system_identifier; // of the cluster that it came from, when it is known
    std::string
        outcome_note; // what could not be known, for archives of others: `not written by pgkeep: …`
    std::vector<std::string> notes; // of a drill: what it could not look at, a sentence each
    std::string untried; // why there was no drill, and what to do; empty: there was one, or none
                         // was asked for
    std::vector<Finding> findings;
    std::chrono::milliseconds duration{0};       // of everything
    std::chrono::milliseconds check_duration{0}; // without the drill
    [[nodiscard]] bool passed() const noexcept { return findings.empty(); }
};

// Throws Error{not_found} and the like when the file cannot be read, Error{usage} for files of
// assertions that cannot be used; damage is a finding. Records evidence beside an archive of ours
// when the folder can be written.
[[nodiscard]] VerifyReport verify_file(std::string const &path, VerifyOptions const &options,
                                       std::stop_token const &token, Progress &progress);

} // namespace pgkeep
