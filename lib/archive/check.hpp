// Checking one archive of ours, without a server.
//
// `quick` reads the footer, the index, both attachments and the manifest, and compares their
// totals. `checksum` also inflates every member, recomputes the rows and hashes of every table from
// the text, and the SHA-256 of the file: every byte of the file is looked at. It goes on after a
// finding, so that one report says all that is wrong.
//
// Thread-safety: check_archive() starts its own threads and may be called from several.

#pragma once

#include "base/bytes.hpp"
#include "base/progress.hpp"
#include "gzip/footer.hpp"
#include "model/manifest.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

enum class CheckLevel { quick, checksum };

// One thing that is wrong.
struct Finding {
    std::optional<std::uint64_t> offset; // in the file, of the member
    std::string object;                  // `table public.users`, `pre-data`, `footer` …
    std::string message;                 // `CRC-32 is 1a2b3c4d, should be …`
    // `at offset 1234, table public.users: …`
    [[nodiscard]] std::string text() const;
};

struct CheckReport {
    std::optional<Footer> footer;
    std::optional<Manifest> manifest;
    std::uint64_t size = 0;        // of the file
    std::vector<Finding> findings; // in file order; empty: the archive is what its writer wrote
    [[nodiscard]] bool passed() const noexcept { return findings.empty(); }
};

// Damage is a finding, not an exception; throws only when reading fails, for an unknown major
// version, or when `token` fired.
[[nodiscard]] CheckReport check_archive(ByteSource const &source, CheckLevel level, unsigned jobs,
                                        std::stop_token const &token, Progress &progress);

} // namespace pgkeep
