// Verifying archives: ours by their footer, index, checksums and manifest; those of others by what
// can be known.
//
// For one of ours see archive/check.hpp, which does the work. A script that others wrote (plain or
// gzip) is read once from end to end: the frame, the closing comment, closed COPY blocks, rows for
// each table; and when it carries our manifest (an archive that was recompressed), rows and hashes
// are compared with it.
//
// Thread-safety: verify_file() starts its own threads and may be called from several.

#pragma once

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "base/progress.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct VerifyOptions {
    CheckLevel level = CheckLevel::checksum;
    unsigned jobs = 1;
};

struct VerifyReport {
    std::string path;
    CheckLevel level = CheckLevel::checksum;
    SourceType type = SourceType::empty;
    std::uint64_t size = 0;
    std::uint64_t tables = 0;
    std::uint64_t rows = 0;
    std::string database; // when it is known
    std::string
        outcome_note; // what could not be known, for archives of others: `not written by pgkeep: …`
    std::vector<Finding> findings;
    std::chrono::milliseconds duration{0};
    [[nodiscard]] bool passed() const noexcept { return findings.empty(); }
};

// Throws Error{not_found} and the like when the file cannot be read; damage is a finding. Records
// evidence beside an archive of ours when the folder can be written.
[[nodiscard]] VerifyReport verify_file(std::string const &path, VerifyOptions const &options,
                                       std::stop_token const &token, Progress &progress);

} // namespace pgkeep
