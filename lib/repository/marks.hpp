// Marks that an operator, or the anomaly gate, puts beside an archive: hidden files that retention
// reads.
//
// * `.<archive>.hold`: never removed. That the name exists is enough, whatever it is.
// * `.<archive>.adopted`: somebody else wrote it, and it was verified; it counts as proven. Only
//   while the file has the size, inode and time of change that it had then. Its SHA-256 is kept for
//   people: to hash every adopted archive each night would take longer than the backup.
// * `.<archive>.anomaly`: it lacks what an earlier one had, and nobody has looked yet; it does not
//   count as proven.
//
// Thread-safety: functions over files, each mark written whole or not at all.

#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "repository/file_identity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

struct Adoption {
    Time time{};
    FileIdentity file;
    std::string sha256;            // 64 hexadecimal digits
    std::string system_identifier; // of the cluster that it counts for; empty: not known
};

struct Marks {
    bool held = false;
    std::optional<Adoption> adoption;   // none when the file has changed since
    std::vector<std::string> anomalies; // sentences; at least one when there is such a mark
};

// `.<archive>.<kind>` in the archive's folder; `archive` is a path or a name.
namespace mark_kind {
inline constexpr char const *kHold = "hold";
inline constexpr char const *kAdopted = "adopted";
inline constexpr char const *kAnomaly = "anomaly";
} // namespace mark_kind
[[nodiscard]] std::string mark_path(std::string const &archive, std::string const &kind);

[[nodiscard]] Marks read_marks(FileDescriptor const &folder, std::string const &archive_name,
                               FileIdentity const &file);
// Also when it cannot be known.
[[nodiscard]] bool is_held(FileDescriptor const &folder, std::string const &archive_name);

// All throw Error when the folder cannot be written, and hold() Error{not_found} when the archive
// was removed meanwhile: after it has returned, no prune removes the archive.
void hold(std::string const &archive_path, Time now);
void mark_adopted(std::string const &archive_path, Adoption const &adoption);
void mark_anomalies(std::string const &archive_path, std::vector<std::string> const &anomalies);
// Removes the marks of hold() and mark_anomalies(); false when there was neither.
bool release(std::string const &archive_path);

} // namespace pgkeep
