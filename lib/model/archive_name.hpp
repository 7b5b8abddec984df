// Names of archives: `<database>_<YYYYMMDD>_<HHMMSS>.sql.gz`, UTC, in the folder `<database>`.
//
// Age and identity come from here and from the manifest, never from a file's times. Characters that
// a file name should not have are percent-encoded, so that the name can be turned back into the
// database's exactly. A safety snapshot ends in `.safety.sql.gz`; the cluster's globals are
// `globals_<stamp>.sql.gz` in the repository's own folder, where no database's archives are.
//
// Thread-safety: pure functions.

#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

enum class ArchiveKind : std::uint8_t { backup = 0, safety = 1, globals = 2 };

[[nodiscard]] std::string_view to_string(ArchiveKind kind) noexcept;
[[nodiscard]] std::optional<ArchiveKind> parse_archive_kind(std::string_view text) noexcept;

struct ArchiveName {
    std::string database; // decoded; empty for globals
    Time time{};
    ArchiveKind kind = ArchiveKind::backup;
    bool operator==(ArchiveName const &) const = default;
};

// `ünder/score` -> `%C3%BCnder%2Fscore`. Kept as they are: ASCII letters, digits, `_`, `-`, and `.`
// except in front. A name of PostgreSQL has at most 63 bytes, so the longest file name has 189 + 1
// + 15 + 14 = 219.
[[nodiscard]] std::string encode_file_name(std::string_view database);
[[nodiscard]] std::optional<std::string> decode_file_name(std::string_view encoded);

[[nodiscard]] std::string format_archive_name(ArchiveName const &name);
// Exactly the forms above with a valid date and time, else nothing.
[[nodiscard]] std::optional<ArchiveName> parse_archive_name(std::string_view file_name);

} // namespace pgkeep
