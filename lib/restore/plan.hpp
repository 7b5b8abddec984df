// What a restore will do, in sentences: --dry-run prints them, a question shows them before its
// answer, the report repeats them.
//
// Thread-safety: pure functions.

#pragma once

#include "model/manifest.hpp"
#include "restore/restore.hpp"
#include "restore/target.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// Where the content goes.
enum class RestoreWay {
    create,  // staging, then a new name
    replace, // staging, then the swap
    inside,  // one transaction in the existing database
};

struct PlanFacts {
    RestoreWay way = RestoreWay::create;
    std::string content;      // Content::description()
    Manifest const &manifest; // of the content
    std::string staging;      // names that the databases would have
    std::string old_name;
    std::optional<Target> target;               // what has the name now
    DatabaseProperties properties;              // of the new database
    RestoreCheck check = RestoreCheck::content; // what really can be compared
};

[[nodiscard]] std::vector<std::string> describe_plan(PlanFacts const &facts,
                                                     RestoreOptions const &options);

} // namespace pgkeep
