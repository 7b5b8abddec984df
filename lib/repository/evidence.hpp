// Evidence: what was checked of an archive, when, by which version, with what outcome.
//
// Kept beside the archive as `.<archive>.evidence`, one JSON object a line, newest last. Evidence
// counts only while it fits the file: it records the size and the footer's SHA-256, and current()
// leaves out what does not match.
//
// Thread-safety: pure functions over files; appends are whole lines.

#pragma once

#include "base/clock.hpp"
#include "gzip/footer.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

struct Evidence {
    Time time{};
    std::string level; // `quick`, `checksum`, `drill`
    bool passed = false;
    std::string version; // of pgkeep
    std::uint64_t milliseconds = 0;
    std::string detail; // the first finding, when it did not pass
};

[[nodiscard]] std::string evidence_path(std::string const &archive_path);

// Throws Error when the folder cannot be written; callers that only read the repository ignore
// that.
void record_evidence(std::string const &archive_path, std::uint64_t size, Footer const &footer,
                     Evidence const &evidence);

// Oldest first; damaged lines and evidence of another file content are left out.
[[nodiscard]] std::vector<Evidence> current_evidence(std::string const &archive_path,
                                                     std::uint64_t size, Footer const &footer);

} // namespace pgkeep
