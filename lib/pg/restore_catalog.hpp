// SQL that a restore asks and commands: databases by name and oid, what a server offers, sequences,
// the checks after loading.
//
// Databases are created, renamed and dropped from a maintenance connection, never from inside them.
// Names are bytes as the archive has them; names of shared objects (databases, roles) are compared
// here and not by the server, because they need not be valid in the encoding of the database that
// one happens to be connected to.
//
// What belongs to the database itself (owner, privileges, settings): pg/database_properties.hpp.
//
// Thread-safety: as the Connection.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "pg/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

[[nodiscard]] std::optional<std::uint32_t> find_database(Connection &connection,
                                                         std::string const &name);
// The name that the database has now; none when it is gone.
[[nodiscard]] std::optional<std::string> database_name(Connection &connection, std::uint32_t oid);

// pg_dump says of the schema `public` only how it differs from the one of a new database, and since
// release 15 that is one in which PUBLIC may not create anything, whatever server it dumps. Makes
// it so on an older server: PUBLIC would else get what it did not have.
void expect_public_of(Connection &connection, int pg_dump_major);

// CREATE DATABASE from template0 with the encoding, locale, provider and (unless empty) tablespace
// of `properties` (without an encoding: the server's defaults), and a comment that marks it as
// ours. It belongs to the current role until apply_database_rights(), and up to then lets nobody in
// but this role, its members, superusers and the role that logged in: who came in while it fills
// could plant a trigger that fires with our rights, or change rows behind the proof.
void create_staging_database(Connection &connection, std::string const &name,
                             DatabaseProperties const &properties, std::string const &mark);
// DROP DATABASE IF EXISTS … WITH (FORCE); before 13 the connections are terminated first.
void drop_database(Connection &connection, std::string const &name);
// Inside the database that is to be dropped: its subscriptions, which would forbid that. Their
// slots at the publisher are left alone, since a restored subscription never had one of its own.
void drop_subscriptions(Connection &connection);

// Says to other runs, as long as this session lives, that `name` is in use. False when another one
// has said so.
[[nodiscard]] bool claim_staging_name(Connection &connection, std::string const &name);
// Databases whose name matches `name_regex`, whose comment begins with `mark` (or that have none: a
// run may have died before it gave it), and that no living run claims.
[[nodiscard]] std::vector<std::string>
list_left_over(Connection &connection, std::string const &name_regex, std::string const &mark);

// What the server lacks of an archive's needs; each a sentence with what to do. Empty: nothing.
[[nodiscard]] std::vector<std::string> missing_roles(Connection &connection,
                                                     std::vector<std::string> const &roles);
[[nodiscard]] std::vector<std::string> missing_extensions(Connection &connection,
                                                          std::vector<Extension> const &extensions);
[[nodiscard]] std::vector<std::string>
missing_tablespaces(Connection &connection, std::vector<std::string> const &tablespaces);
[[nodiscard]] std::vector<std::string> missing_locale(Connection &connection,
                                                      DatabaseProperties const &properties);
// The role that new objects will belong to, and whether it may create databases.
[[nodiscard]] std::string current_role(Connection &connection);
[[nodiscard]] bool may_create_databases(Connection &connection);

// Inside the staging database:

// An ordinary table with its size now, or a partitioned one, which by itself has none.
struct StoredTable {
    RelationName relation;
    std::uint64_t pages = 0; // main fork
    std::uint64_t bytes = 0; // with TOAST
    bool can_split = false;  // heap, on a server with TID range scans
    bool partitioned = false;
    std::string condition{}; // of its extension: `WHERE …`, else empty
};
[[nodiscard]] std::vector<StoredTable> list_stored_tables(Connection &connection);

// Foreign keys that exist; between pre-data and post-data only those of extensions.
struct ForeignKey {
    RelationName referencing;
    RelationName referenced;
};
[[nodiscard]] std::vector<ForeignKey> list_foreign_keys(Connection &connection);

void set_sequences(Connection &connection, std::vector<SequenceEntry> const &sequences);
// In the order of `wanted`; no value for one that is missing.
[[nodiscard]] std::vector<std::optional<SequenceEntry>>
read_restored_sequences(Connection &connection, std::vector<SequenceEntry> const &wanted);

// Sequences that stand below the maximum of the column that owns them, so that the next row that
// takes its value from there is refused. A sentence each, with what to do. Only columns that an
// index begins with are looked at: others would have to be read whole.
[[nodiscard]] std::vector<std::string> find_lagging_sequences(Connection &connection);

[[nodiscard]] std::vector<std::uint32_t> list_restored_large_objects(Connection &connection);

// Tables, partitioned tables and materialized views that ANALYZE should see, largest first.
// Partitions are left out where ANALYZE of the partitioned table sees to them. Tables above foreign
// tables are left out too: their ANALYZE would call other servers.
[[nodiscard]] std::vector<RelationName> list_analyzable(Connection &connection);
// Invalid indexes, a sentence each. Those on partitioned tables are left out: an index that the
// original had ON ONLY the parent is invalid there too. So are constraints: NOT VALID is a property
// that a dump restores.
[[nodiscard]] std::vector<std::string> find_invalid_objects(Connection &connection);

} // namespace pgkeep
