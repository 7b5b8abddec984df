// The part of restore/in_place.hpp that looks before anything happens.

#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/clean_database.hpp"
#include "pg/existing_objects.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/existing_rows.hpp"
#include "restore/in_place.hpp"
#include "restore/toc_graph.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kShownObjects = 5;

// Joins the first few, and says how many more there are.
std::string first_of(std::vector<std::string> const &names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShownObjects); ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
    }
    return names.size() > kShownObjects
               ? text + " and " + std::to_string(names.size() - kShownObjects) + " more"
               : text;
}

void check_removal(CleanPlan const &plan, std::string const &role, Obstacles &obstacles) {
    std::map<std::string, std::vector<std::string>> forbidden;
    for (auto const &removal : plan.removals) {
        if (!removal.permitted) {
            forbidden[removal.owner].push_back(removal.object);
        }
    }
    for (auto const &[owner, objects] : forbidden) {
        obstacles.add(ErrorKind::privilege,
                      "objects of role \"" + printable(owner) +
                          "\" cannot be removed: " + first_of(objects),
                      "Connect as that role or as a member of it, or let it run: GRANT " +
                          printable(quote_identifier(owner)) + " TO " +
                          printable(quote_identifier(role)) + ";");
    }
    if (plan.public_is_fixed) {
        obstacles.warnings.push_back("schema public keeps its owner and privileges: it belongs to "
                                     "another role");
    }
}

void check_extensions(Connection &inside, Manifest const &manifest, Obstacles &obstacles) {
    auto const present = list_present_extensions(inside);
    for (auto const &wanted : manifest.extensions) {
        std::string const name = "extension \"" + printable(wanted.name) + "\"";
        auto const found = present.find(wanted.name);
        if (found == present.end()) {
            if (!may_create_extension(inside, wanted.name)) {
                obstacles.add(ErrorKind::privilege, name + " may not be created by this role",
                              "Let a superuser, or the means of the service that runs the server, "
                              "create it in this database first; it then stays.");
            }
            continue;
        }
        if (found->second.schema != wanted.schema) {
            obstacles.add(ErrorKind::exists,
                          name + " is in schema " + printable(found->second.schema) +
                              ", in the archive in " + printable(wanted.schema),
                          "Move it with ALTER EXTENSION … SET SCHEMA, or drop it.");
        } else if (found->second.version != wanted.version) {
            obstacles.warnings.push_back(name + " stays at version " +
                                         printable(found->second.version) + "; the archive has " +
                                         printable(wanted.version));
        }
    }
}

// Only warned of: services let roles do this that are no superusers.
void warn_of_superuser_objects(Connection &inside, Manifest const &manifest, Obstacles &obstacles) {
    static constexpr std::array<std::string_view, 4> kKinds{"EVENT TRIGGER", "FOREIGN DATA WRAPPER",
                                                            "ACCESS METHOD", "SUBSCRIPTION"};
    if (is_superuser(inside)) {
        return;
    }
    for (auto const &[kind, count] : manifest.object_counts) {
        if (std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end()) {
            obstacles.warnings.push_back("the archive has " + format_count(count) +
                                         " objects of kind " + kind +
                                         ", which as a rule only a superuser may create; if the "
                                         "server refuses, everything is rolled back");
        }
    }
}

void warn_of_locks(Connection &inside, Manifest const &manifest, Obstacles &obstacles) {
    std::uint64_t const created = std::accumulate(
        manifest.object_counts.begin(), manifest.object_counts.end(), std::uint64_t{0},
        [](std::uint64_t sum, auto const &kind) { return sum + kind.second; });
    std::uint64_t const needed = created + manifest.large_objects.count + count_droppable(inside);
    std::uint64_t const capacity = lock_capacity(inside);
    if (needed > capacity) {
        obstacles.warnings.push_back(
            "one transaction may need about " + format_count(needed) +
            " locks, and the server has room for " + format_count(capacity) +
            "; if it refuses, everything is rolled back: raise max_locks_per_transaction");
    }
}

void check_what_stays_open(Connection &inside, Obstacles &obstacles) {
    for (auto const &name : list_prepared_transactions(inside)) {
        obstacles.add(ErrorKind::failed,
                      "the prepared transaction \"" + printable(name) +
                          "\" of this database holds locks",
                      "End it with COMMIT PREPARED or ROLLBACK PREPARED.");
    }
}

void check_subscriptions(Connection &inside, Obstacles &obstacles) {
    for (auto const &name : list_subscriptions(inside)) {
        obstacles.add(
            ErrorKind::failed, "the database has the subscription \"" + printable(name) + "\"",
            "Drop it first: DROP SUBSCRIPTION " + printable(quote_identifier(name)) + ";");
    }
}

std::vector<SchemaAndName> names_of(Manifest const &manifest) {
    std::vector<SchemaAndName> names;
    for (auto const &table : manifest.tables) {
        names.emplace_back(table.schema, table.name);
    }
    for (auto const &sequence : manifest.sequences) {
        names.emplace_back(sequence.schema, sequence.name);
    }
    return names;
}

void check_new_objects(Connection &inside, Manifest const &manifest, RestorePart const &part,
                       Obstacles &obstacles) {
    for (auto const &[name, relation] : find_relations(inside, names_of(manifest))) {
        if (!relation.of_extension) {
            obstacles.add(ErrorKind::exists,
                          (relation.kind == 'S' ? "sequence " : "relation ") +
                              printable_name(name.first, name.second) + " exists",
                          "Restore into a new database with --into, or only the rows with "
                          "--data-only --existing-rows=append or replace.");
        }
    }
    if (part.tables.empty()) {
        return; // schemas come with what is in them
    }
    std::set<std::string> missing;
    auto const schemas = list_schemas(inside);
    for (auto const &table : manifest.tables) {
        if (!schemas.contains(table.schema)) {
            missing.insert(table.schema);
        }
    }
    for (auto const &schema : missing) {
        obstacles.add(ErrorKind::not_found,
                      "schema " + printable(schema) + " does not exist in the database",
                      "Create it, or take all of it with -n instead of -t.");
    }
}

} // namespace

// The archive's encoding becomes the session's: the server converts, if it can.
void add_encoding_obstacle(Connection &inside, std::string const &archived, bool as_bytes,
                           Obstacles &obstacles) {
    std::string const ours = inside.parameter("server_encoding");
    bool const ascii = archived == "SQL_ASCII" || ours == "SQL_ASCII";
    if (archived.empty() || archived == ours || (ascii && as_bytes)) {
        return;
    }
    std::string const text =
        "the database has the encoding " + ours + ", the archive " + printable(archived);
    if (ascii || !has_conversion(inside, archived, ours)) {
        obstacles.add(ErrorKind::failed, text + ", which cannot be converted",
                      "Restore into a new database with --into, which gets the archive's "
                      "encoding.");
    } else {
        obstacles.warnings.push_back(text + ": texts are converted, and a character that " + ours +
                                     " does not have ends the restore");
    }
}

void add_in_place_obstacles(Connection &inside, Manifest const &manifest, Obstacles &obstacles) {
    std::set<std::string> wanted;
    for (auto const &extension : manifest.extensions) {
        wanted.insert(extension.name);
    }
    add_encoding_obstacle(inside, manifest.database.encoding, false, obstacles);
    check_what_stays_open(inside, obstacles);
    check_subscriptions(inside, obstacles);
    check_removal(plan_clean(inside, wanted), current_role(inside), obstacles);
    check_extensions(inside, manifest, obstacles);
    warn_of_superuser_objects(inside, manifest, obstacles);
    warn_of_locks(inside, manifest, obstacles);
}

void add_part_obstacles(Connection &inside, Manifest const &manifest, RestorePart const &part,
                        Obstacles &obstacles) {
    add_encoding_obstacle(inside, manifest.database.encoding, false, obstacles);
    if (part.schema) {
        check_new_objects(inside, manifest, part, obstacles);
    } else {
        check_existing_rows(inside, manifest, part.existing_rows, obstacles);
    }
}

std::set<int> entries_that_exist(Connection &connection, std::vector<TocEntry> const &toc,
                                 std::vector<std::string> const &roles, bool cleaned) {
    std::set<std::string> there;
    for (auto const &[name, extension] : list_present_extensions(connection)) {
        there.insert({"EXTENSION - " + name, "COMMENT - EXTENSION " + name});
    }
    auto const schemas = list_schemas(connection);
    for (auto const &schema : schemas) {
        // A dump does not create `public`, it only changes it.
        if (!cleaned || schema != "public") {
            there.insert("SCHEMA - " + schema);
        }
        if (!cleaned || !may_alter_schema(connection, schema)) {
            there.insert(
                {"SCHEMA - " + schema, "ACL - SCHEMA " + schema, "COMMENT - SCHEMA " + schema});
        }
    }
    std::set<int> ids;
    for (TocEntry const &entry : toc) {
        if (there.contains(entry.kind + " " + names_without_owner(entry, roles))) {
            ids.insert(entry.dump_id);
        }
    }
    return ids;
}

} // namespace pgkeep
