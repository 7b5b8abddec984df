// SQL of a restore into a database that exists: what is there already, who holds it, and what one
// transaction has done.
//
// Thread-safety: as the Connection.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "pg/restore_catalog.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

using SchemaAndName = std::pair<std::string, std::string>;

// A relation of pg_class that has the name of one that is asked for.
struct ExistingRelation {
    std::uint32_t oid = 0;
    char kind = 'r';    // pg_class.relkind
    bool owned = false; // this role may alter it
    bool of_extension = false;
    std::set<std::string> columns; // that take values: without dropped and generated ones
    std::string condition;         // of its extension: `WHERE …`, else empty
};

// Those of `names` that exist.
[[nodiscard]] std::map<SchemaAndName, ExistingRelation>
find_relations(Connection &connection, std::vector<SchemaAndName> const &names);

// `relations` with the partitions, all the way down, of those that are partitioned.
[[nodiscard]] std::map<SchemaAndName, ExistingRelation>
with_partitions(Connection &connection, std::map<SchemaAndName, ExistingRelation> relations);

[[nodiscard]] std::set<std::string> list_schemas(Connection &connection);
[[nodiscard]] bool may_alter_schema(Connection &connection, std::string const &schema);
[[nodiscard]] std::set<SchemaAndName> list_descending_sequences(Connection &connection);

// Whether a row of it (ONLY) is visible; `condition` is empty or begins with WHERE.
[[nodiscard]] bool has_rows(Connection &connection, SchemaAndName const &table,
                            std::string const &condition = {});
// The same of all partitions of a partitioned table.
[[nodiscard]] bool has_rows_in_partitions(Connection &connection, SchemaAndName const &table);

// Tables of this role, partitioned ones too, in the order of their oids; not those of extensions.
[[nodiscard]] std::vector<SchemaAndName> list_lockable(Connection &connection);
// LOCK TABLE ONLY … IN `mode` MODE. Waits as long as lock_timeout says, for each.
void lock_tables(Connection &connection, std::vector<SchemaAndName> const &tables,
                 std::string const &mode);
// In this mode of lock_tables() others may read, our own backup among them, and not write.
inline constexpr char const *kAgainstWriters = "SHARE ROW EXCLUSIVE";
// Other sessions that hold or await locks of relations of users in this database, a sentence each:
// who, and of what.
[[nodiscard]] std::vector<std::string> list_lock_holders(Connection &connection);

// setval() is not undone when a transaction rolls back, except for a sequence that the transaction
// has written anew: this does so with those of `sequences` that exist.
void make_sequences_transactional(Connection &connection,
                                  std::vector<SequenceEntry> const &sequences);

// What would disturb loading rows, and statements that put it aside and back: triggers of users,
// which rows that come as they were archived must not fire, and foreign keys in a circle, which no
// order of the tables satisfies (they are made deferrable). Only of tables of this role. With the
// partitions of `tables`.
struct LoadRelief {
    std::string before;
    std::string after;
};
[[nodiscard]] LoadRelief plan_load_relief(Connection &connection,
                                          std::vector<SchemaAndName> const &tables);

// Removes the rows that an archive has of the configuration tables of an extension: those that the
// extension's condition selects.
void empty_configuration_table(Connection &connection, std::uint32_t oid);

// How the rows of `tables` go, and those of the partitions of `tables`. A partitioned table is
// truncated as such where all of its partitions are chosen.
struct EmptyingPlan {
    std::string truncate;                             // one statement, or empty
    std::vector<std::uint32_t> configuration_tables;  // of extensions
    std::vector<ForeignKey> foreign_keys_from_others; // which forbid to truncate
};
[[nodiscard]] EmptyingPlan plan_emptying(Connection &connection,
                                         std::vector<SchemaAndName> const &tables);

// What large objects contain goes, the objects stay.
void empty_large_objects(Connection &connection);
[[nodiscard]] bool large_objects_are_empty(Connection &connection);

// Numbers in pg_class of what the open transaction created or truncated.
[[nodiscard]] std::set<std::uint32_t> relations_of_transaction(Connection &connection);

// The number by which transaction_outcome() knows the open transaction.
[[nodiscard]] std::string transaction_number(Connection &connection);
enum class Outcome { committed, aborted, in_progress, unknown };
[[nodiscard]] Outcome transaction_outcome(Connection &connection, std::string const &number);
// Ends the server process `pid` as long as it is in transaction `number`.
void end_backend(Connection &connection, int pid, std::string const &number);

// For preflight:
[[nodiscard]] bool is_superuser(Connection &connection);
// May create the extension `name`: a superuser, or anybody with CREATE on the database when it is
// trusted.
[[nodiscard]] bool may_create_extension(Connection &connection, std::string const &name);
// Name and schema of each extension.
[[nodiscard]] std::map<std::string, Extension> list_present_extensions(Connection &connection);
[[nodiscard]] bool has_conversion(Connection &connection, std::string const &from,
                                  std::string const &to);
// Global transaction ids of transactions that were prepared in this database and hold locks.
[[nodiscard]] std::vector<std::string> list_prepared_transactions(Connection &connection);
// How many locks one transaction can count on, and how many dropping everything would take.
[[nodiscard]] std::uint64_t lock_capacity(Connection &connection);
[[nodiscard]] std::uint64_t count_droppable(Connection &connection);

} // namespace pgkeep
