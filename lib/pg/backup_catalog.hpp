// SQL that a backup asks of the catalog: what carries data, and what the manifest says about the
// database.
//
// All inside the caller's transaction, so under its snapshot. Names come as bytes in the database's
// encoding (client_encoding equals it).
//
// Thread-safety: as the Connection.

#pragma once

#include "model/manifest.hpp"
#include "model/name_pattern.hpp"
#include "pg/connection.hpp"
#include "pg/snapshot.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

// A relation that carries data, with what is needed to plan and copy it.
struct DataRelation {
    RelationName relation;
    std::vector<std::string> columns; // attnum order, no dropped, no generated ones
    std::string condition;            // an extension's `WHERE …`, else empty
    bool has_data = true;             // false: --exclude-table-data, or unlogged on a standby
    bool row_security = false;        // a policy hides rows from this role; reading fails
    std::uint64_t pages = 0;          // main fork
    std::uint64_t bytes = 0;          // with TOAST
    bool can_split = false;           // heap with TID range scans, no condition
};

// The ordinary tables (kind `r`) among `oids`, ordered by oid; partitioned tables, views and
// foreign tables carry no data. With the configuration tables of the extensions `extension_oids`
// (pg_extension.extconfig). Sizes are estimates: a table that somebody has locked has the size that
// VACUUM or ANALYZE last saw, so that this never waits long.
[[nodiscard]] std::vector<DataRelation>
list_data_relations(Connection &connection, std::vector<std::uint32_t> const &oids,
                    std::vector<std::uint32_t> const &extension_oids);

// A foreign key between two configuration tables, or of one to itself.
struct ConfigurationKey {
    std::uint32_t referencing = 0;
    std::uint32_t referenced = 0;
};
// Those of the extensions `extension_oids`. They come with CREATE EXTENSION, so unlike all others
// they are there before the data. Ordered by oid.
[[nodiscard]] std::vector<ConfigurationKey>
list_configuration_keys(Connection &connection, std::vector<std::uint32_t> const &extension_oids);

// The oids of tables (in the sense of -t: also views, sequences, partitioned and foreign tables)
// that match one of `patterns`, found as pg_dump finds them: a pattern without a schema sees the
// user's own search path.
[[nodiscard]] std::vector<std::uint32_t> match_tables(Connection &connection,
                                                      std::vector<NamePattern> const &patterns);
// The oids of the tables in schemas that match one of `schema_regexes`.
[[nodiscard]] std::vector<std::uint32_t>
tables_in_schemas(Connection &connection, std::vector<std::string> const &schema_regexes);

// The extensions that have configuration relations.
[[nodiscard]] std::vector<std::uint32_t> list_configured_extensions(Connection &connection);
// The extensions that came after initdb.
[[nodiscard]] std::vector<std::uint32_t> list_user_extensions(Connection &connection);

// The tables that belong to users, ordered by oid: ordinary and partitioned ones that may be read,
// and foreign ones.
struct UserTable {
    RelationName relation;
    bool foreign = false;
};
[[nodiscard]] std::vector<UserTable> list_user_tables(Connection &connection);

// The sequences (kind `S`) among `oids`, ordered by oid.
[[nodiscard]] std::vector<RelationName> list_sequences(Connection &connection,
                                                       std::vector<std::uint32_t> const &oids);
// The sequences among the configuration relations of the extensions `extension_oids`, whose values
// pg_dump keeps too.
[[nodiscard]] std::vector<RelationName>
list_extension_sequences(Connection &connection, std::vector<std::uint32_t> const &extension_oids);
// Their values, which are not transactional: read them after the snapshot was taken, in which rows
// took theirs before. Throws Error{schema_moved} when one is gone, or has a value that its
// definition in the snapshot does not allow.
[[nodiscard]] std::vector<SequenceEntry> read_sequences(Connection &connection,
                                                        std::vector<RelationName> const &sequences);

[[nodiscard]] std::vector<std::uint32_t> list_large_objects(Connection &connection);

[[nodiscard]] DatabaseProperties read_database_properties(Connection &connection);
// Of any database; what is text comes as the bytes that are stored.
[[nodiscard]] DatabaseProperties read_database_properties(Connection &connection,
                                                          std::uint32_t oid);
[[nodiscard]] std::vector<std::string> list_roles_in_use(Connection &connection);
[[nodiscard]] std::vector<Extension> list_extensions(Connection &connection,
                                                     std::vector<std::uint32_t> const &oids);
// Empty without the right to call pg_control_system().
[[nodiscard]] std::string read_system_identifier(Connection &connection);

// Databases that accept connections and are no templates, by name. `excluded_regexes` as of
// parse_name_pattern().
[[nodiscard]] std::vector<std::string>
list_databases(Connection &connection, std::vector<std::string> const &excluded_regexes);

} // namespace pgkeep
