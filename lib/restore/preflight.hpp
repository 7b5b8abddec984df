// What must be true before anything is created: the target is free, and the server has what the
// archive needs.
//
// All obstacles are found and reported together, each with what to do about it.
//
// Thread-safety: one thread; runs child processes.

#pragma once

#include "base/error.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "proc/programs.hpp"
#include "restore/restore.hpp"
#include "restore/schema.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

// One thing that stands in the way: what is wrong, and what to do about it.
struct Obstacle {
    ErrorKind kind = ErrorKind::failed;
    std::string text; // a sentence in lower case without a full stop
    std::string hint; // a sentence, or empty when the text says it
};

// Refuses a target name that no database can have.
void require_usable_name(std::string const &target);

struct Preflight {
    ProgramSet programs;          // with the pg_restore for this server and archive
    std::optional<Schema> schema; // always there
    std::vector<std::string>
        warnings; // what is odd but does not stand in the way, such as what dead runs left over
};

// Looks at everything. Throws one Error for all obstacles; its kind is that of the first. `options`
// must outlive the result.
[[nodiscard]] Preflight require_preflight(Connection &connection, Manifest const &manifest,
                                          ByteView schema_archive, RestoreOptions const &options,
                                          std::stop_token const &token);

// The one error for all of `obstacles`, which are not none.
[[nodiscard]] Error combined_error(std::vector<Obstacle> const &obstacles);

} // namespace pgkeep
