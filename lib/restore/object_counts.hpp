// Counting the objects of staging as the backup counted those of the original: by the list of a
// pg_dump.
//
// Only the same pg_dump on a server of the same major version lists the same objects; otherwise
// counts are not compared, and the report says why. Kinds that the restore's own options change
// (--no-owner …) are not compared either. The database itself is in neither list: pg_restore leaves
// its properties out unless it creates it.
//
// Thread-safety: count_objects() waits for its children; safe in any thread.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection_settings.hpp"
#include "proc/programs.hpp"
#include "restore/restore.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

using ObjectCounts = std::map<std::string, std::uint64_t>;

struct ObjectCounting {
    ProgramSet programs;              // with pg_dump
    std::vector<std::string> filters; // the archive's, as options of pg_dump
    std::string role;                 // as RestoreOptions
    std::set<std::string> ignored_kinds;
    bool large_objects = true; // rights and comments of these are among the archive's counts
};

// How to count, or none: `why_not` then says why, as a sentence.
[[nodiscard]] std::optional<ObjectCounting> plan_object_counting(Manifest const &manifest,
                                                                 RestoreOptions const &options,
                                                                 int server_version,
                                                                 std::string &why_not);

// `options` when pg_dump may be given all of them: those that choose objects. The manifest is not
// trusted to name others. No value when there is another.
[[nodiscard]] std::optional<std::vector<std::string>>
safe_filters(std::vector<std::string> const &options);

[[nodiscard]] ObjectCounts without_kinds(ObjectCounts counts,
                                         std::set<std::string> const &ignored_kinds);

// In the database that `settings` name. Without the ignored kinds.
[[nodiscard]] ObjectCounts count_objects(ObjectCounting const &counting,
                                         ConnectionSettings const &settings,
                                         std::stop_token const &token);

} // namespace pgkeep
