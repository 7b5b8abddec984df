// Whether the two schemas of an archive of ours are one: the text that psql would run, and the
// schema archive that a restore gives to pg_restore.
//
// Not for scripts, which have only the text.
//
// Thread-safety: pure functions, apart from running pg_restore.

#pragma once

#include "archive/check.hpp"
#include "archive/reader.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct SchemaAgreement {
    std::vector<Finding> findings; // at most one for each section
    std::string note;              // why they were not compared; empty: they were
};

// `bindir` as of find_programs(). They are compared only with the pg_restore that wrote the text:
// another release may word it otherwise.
[[nodiscard]] SchemaAgreement compare_schemas(ArchiveReader const &archive,
                                              Manifest const &manifest, std::string const &bindir,
                                              std::stop_token const &token);

// Where `text`, a section of an archive, is something else than `schema`, with settings of ours
// around it; none when it is the same. Empty lines and `\restrict` do not count.
[[nodiscard]] std::optional<std::string> disagreement(std::string_view text,
                                                      std::string_view schema);

} // namespace pgkeep
