// Evidence: what was checked of an archive, when, by which version, with what outcome.
//
// Kept beside the archive as `.<archive>.evidence`, one JSON object a line, newest last. Evidence
// counts only while it fits the file: it records the size and the footer's SHA-256, and current()
// leaves out what does not match.
//
// Thread-safety: pure functions over files; appends are whole lines.

#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "gzip/footer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// What was done, from the weakest to the strongest.
namespace evidence_level {
inline constexpr char const *kQuick = "quick";
inline constexpr char const *kChecksum = "checksum";
inline constexpr char const *kDrill = "drill";
} // namespace evidence_level

// Greater for the stronger of two levels; that of a later version is the strongest.
[[nodiscard]] int strength_of(std::string_view level) noexcept;

struct Evidence {
    Time time{};
    std::string level;
    bool passed = false;
    std::string version; // of pgkeep
    std::uint64_t milliseconds = 0;
    std::string detail; // the first finding, when it did not pass
    std::string system_identifier =
        {};                    // of the cluster that the archive came from; empty: not known
    std::string database = {}; // that it is of; empty: not known, or globals
    bool part = false;         // filters left something of the database out
    bool unreadable = false; // not passed, since the file could not be read: no word on its content
};

[[nodiscard]] std::string evidence_path(std::string const &archive_path);

// Throws Error when the folder cannot be written; callers that only read the repository ignore
// that.
void record_evidence(std::string const &archive_path, std::uint64_t size, Footer const &footer,
                     Evidence const &evidence);

// Oldest first; damaged lines and evidence of another file content are left out. Throws Error when
// there is evidence that cannot be read.
[[nodiscard]] std::vector<Evidence> current_evidence(std::string const &archive_path,
                                                     std::uint64_t size, Footer const &footer);
// The same for a file of `folder`.
[[nodiscard]] std::vector<Evidence> current_evidence(FileDescriptor const &folder,
                                                     std::string const &archive_name,
                                                     std::uint64_t size, Footer const &footer);

} // namespace pgkeep
