// What a database holds that is its users', and how to remove it without dropping the database.
//
// Removed is everything that a dump would bring back: schemas and what is in them, large objects,
// default privileges, event triggers, publications, casts, languages, foreign servers and so on.
// What stays: the system's own objects, the extensions that the caller wants to keep (managed
// servers often forbid to create them again) with their members, the schemas that these live in,
// and the schema `public`. From a schema that stays, all objects are removed that belong to no
// extension, and its privileges are put back to those of a new schema.
//
// Not for what belongs to the database itself (pg/database_properties.hpp), nor for subscriptions,
// which only somebody who knows the publisher should remove.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <set>
#include <string>
#include <vector>

namespace pgkeep {

// One object and what drops it, or one change that puts something back to what it is in a new
// database.
struct Removal {
    std::string statement; // ends with a semicolon
    std::string object;    // `table public.users`, for messages
    std::string owner;     // empty where nobody owns such a thing
    bool permitted = true; // this role may do it
};

struct CleanPlan {
    std::vector<Removal> removals;       // in order
    std::vector<std::string> extensions; // that stay, without those that every database has
    std::vector<std::string> schemas;    // that stay, without `public`
    bool public_is_fixed = false; // `public` stays with the owner and privileges that it has,
                                  // because this role may not change them
};

// `wanted_extensions`: those that stay when they are there. Changes nothing.
[[nodiscard]] CleanPlan plan_clean(Connection &connection,
                                   std::set<std::string> const &wanted_extensions);

// REQUIRES: a transaction is open, and `plan` was made in it or nobody changed anything since.
void clean_database(Connection &connection, CleanPlan const &plan);

// Names of the database's subscriptions.
[[nodiscard]] std::vector<std::string> list_subscriptions(Connection &connection);

} // namespace pgkeep
