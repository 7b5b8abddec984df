#include "pg/existing_objects.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/extension_condition.hpp"
#include "pg/text_array.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

constexpr std::size_t kLockBatch = 200;

// Ordinary and partitioned tables of users; temporary ones belong to sessions.
constexpr char const *kUserTables =
    " c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"
    " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ";

std::string qualified(SchemaAndName const &name) {
    return quote_qualified(name.first, name.second);
}

// Parameters for unnest(schemas, names).
std::vector<std::optional<std::string>> name_arrays(std::vector<SchemaAndName> const &names) {
    std::vector<std::string> schemas;
    std::vector<std::string> relations;
    for (auto const &[schema, name] : names) {
        schemas.push_back(schema);
        relations.push_back(name);
    }
    return {format_text_array(schemas), format_text_array(relations)};
}

std::string relations_query() {
    return std::string{"SELECT n.nspname, c.relname, c.oid, c.relkind,"
                       " pg_catalog.pg_has_role(c.relowner, 'USAGE'),"
                       " EXISTS (SELECT FROM pg_catalog.pg_depend d"
                       "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
                       "  AND d.objid = c.oid AND d.deptype = 'e'),"
                       " ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a"
                       "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                       "  AND a.attgenerated = ''),"} +
           kExtensionCondition +
           " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";
}

std::map<SchemaAndName, ExistingRelation> read_relations(Result const &result) {
    std::map<SchemaAndName, ExistingRelation> relations;
    for (int row = 0; row < result.rows(); ++row) {
        auto const columns = result.text_array(row, 6);
        relations[{result.str(row, 0), result.str(row, 1)}] = {
            static_cast<std::uint32_t>(result.unsigned_integer(row, 2)),
            result.text(row, 3).front(),
            result.boolean(row, 4),
            result.boolean(row, 5),
            {columns.begin(), columns.end()},
            result.str(row, 7)};
    }
    return relations;
}

} // namespace

std::map<SchemaAndName, ExistingRelation> find_relations(Connection &connection,
                                                         std::vector<SchemaAndName> const &names) {
    return read_relations(connection.query(relations_query() +
                                               " JOIN ROWS FROM (pg_catalog.unnest($1::text[]),"
                                               " pg_catalog.unnest($2::text[])) AS w(nsp, rel)"
                                               " ON w.nsp = n.nspname AND w.rel = c.relname",
                                           name_arrays(names)));
}

std::map<SchemaAndName, ExistingRelation>
with_partitions(Connection &connection, std::map<SchemaAndName, ExistingRelation> relations) {
    std::vector<std::uint32_t> partitioned;
    for (auto const &[name, relation] : relations) {
        if (relation.kind == 'p') {
            partitioned.push_back(relation.oid);
        }
    }
    if (!partitioned.empty()) {
        relations.merge(read_relations(
            connection.query("WITH RECURSIVE tree(oid) AS ("
                             "  SELECT u.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) u(oid)"
                             "  UNION SELECT i.inhrelid FROM tree"
                             "   JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid) " +
                                 relations_query() + " JOIN tree ON tree.oid = c.oid",
                             {format_oid_array(partitioned)})));
    }
    return relations;
}

std::set<std::string> list_schemas(Connection &connection) {
    Result const result = connection.query("SELECT nspname FROM pg_catalog.pg_namespace");
    std::set<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.insert(result.str(row, 0));
    }
    return names;
}

bool may_alter_schema(Connection &connection, std::string const &schema) {
    return connection
        .query_row("SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1"
                   " AND pg_catalog.pg_has_role(nspowner, 'USAGE'))",
                   {schema})
        .boolean(0, 0);
}

std::set<SchemaAndName> list_descending_sequences(Connection &connection) {
    Result const result =
        connection.query("SELECT n.nspname, c.relname FROM pg_catalog.pg_sequence s"
                         " JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid"
                         " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                         " WHERE s.seqincrement < 0");
    std::set<SchemaAndName> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.emplace(result.str(row, 0), result.str(row, 1));
    }
    return names;
}

bool has_rows(Connection &connection, SchemaAndName const &table, std::string const &condition) {
    return connection
        .query_row("SELECT EXISTS (SELECT FROM ONLY " + qualified(table) + " " + condition + ")")
        .boolean(0, 0);
}

bool has_rows_in_partitions(Connection &connection, SchemaAndName const &table) {
    return connection.query_row("SELECT EXISTS (SELECT FROM " + qualified(table) + ")")
        .boolean(0, 0);
}

std::vector<SchemaAndName> list_lockable(Connection &connection) {
    Result const result = connection.query(
        std::string{"SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
                    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE"} +
        kUserTables +
        "AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
        " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
        " AND d.deptype = 'e') ORDER BY c.oid");
    std::vector<SchemaAndName> tables;
    for (int row = 0; row < result.rows(); ++row) {
        tables.emplace_back(result.str(row, 0), result.str(row, 1));
    }
    return tables;
}

void lock_tables(Connection &connection, std::vector<SchemaAndName> const &tables,
                 std::string const &mode) {
    for (std::size_t begin = 0; begin < tables.size(); begin += kLockBatch) {
        std::string sql = "LOCK TABLE";
        for (std::size_t i = begin; i < std::min(begin + kLockBatch, tables.size()); ++i) {
            sql += (i == begin ? " ONLY " : ", ONLY ") + qualified(tables[i]);
        }
        connection.execute(sql + " IN " + mode + " MODE");
    }
}

std::vector<std::string> list_lock_holders(Connection &connection) {
    Result const result = connection.query(
        std::string{
            "SELECT l.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),"
            " coalesce(a.state, ''), pg_catalog.min(n.nspname || '.' || c.relname),"
            " pg_catalog.count(DISTINCT c.oid)"
            " FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database"
            " JOIN pg_catalog.pg_class c ON c.oid = l.relation"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'relation' AND d.datname = pg_catalog.current_database()"
            " AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() AND"} +
        kUserTables + "GROUP BY 1, 2, 3, 4 ORDER BY 1");
    std::vector<std::string> holders;
    for (int row = 0; row < result.rows(); ++row) {
        std::uint64_t const more = result.unsigned_integer(row, 5) - 1;
        holders.push_back(
            (result.is_null(row, 0)
                 ? "a prepared transaction"
                 : "server process " + result.str(row, 0) + " of user \"" +
                       printable(result.text(row, 1)) + "\" (application \"" +
                       printable(result.text(row, 2)) + "\"" +
                       (result.text(row, 3).empty() ? "" : ", " + result.str(row, 3)) + ")") +
            " uses table " + printable(result.text(row, 4)) +
            (more == 0 ? "" : " and " + std::to_string(more) + " more"));
    }
    return holders;
}

void make_sequences_transactional(Connection &connection,
                                  std::vector<SequenceEntry> const &sequences) {
    std::vector<SchemaAndName> names;
    for (auto const &sequence : sequences) {
        names.emplace_back(sequence.schema, sequence.name);
    }
    std::string sql;
    for (auto const &[name, relation] : find_relations(connection, names)) {
        if (relation.kind == 'S' && relation.owned) {
            sql += "ALTER SEQUENCE " + qualified(name) + " RESTART;";
        }
    }
    if (!sql.empty()) {
        connection.execute(sql);
    }
}

void empty_configuration_table(Connection &connection, std::uint32_t oid) {
    Result const result = connection.query(
        "SELECT n.nspname, c.relname, coalesce(e.extcondition[k.i], '')"
        " FROM pg_catalog.pg_extension e,"
        " pg_catalog.generate_subscripts(e.extconfig, 1) AS k(i)"
        " JOIN pg_catalog.pg_class c ON true"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE e.extconfig[k.i] = $1::pg_catalog.oid AND c.oid = $1::pg_catalog.oid"
        " AND c.relkind = 'r'",
        {std::to_string(oid)});
    for (int row = 0; row < result.rows(); ++row) {
        SchemaAndName const table{result.str(row, 0), result.str(row, 1)};
        // A role that may not delete has nothing to fear where nothing is.
        if (has_rows(connection, table, result.str(row, 2))) {
            connection.execute("DELETE FROM ONLY " + qualified(table) + " " + result.str(row, 2));
        }
    }
}

void empty_large_objects(Connection &connection) {
    connection.execute("SELECT pg_catalog.count(pg_catalog.lo_close(f.fd)) FROM (SELECT o.fd,"
                       " pg_catalog.lo_truncate64(o.fd, 0) FROM (SELECT"
                       " pg_catalog.lo_open(oid, 131072) AS fd" // INV_WRITE
                       " FROM pg_catalog.pg_largeobject_metadata OFFSET 0) o OFFSET 0) f");
}

bool large_objects_are_empty(Connection &connection) {
    return !connection
                .query_row("SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata"
                           " WHERE pg_catalog.octet_length(pg_catalog.lo_get(oid, 0, 1)) > 0)")
                .boolean(0, 0);
}

std::set<std::uint32_t> relations_of_transaction(Connection &connection) {
    Result const result = connection.query("SELECT oid FROM pg_catalog.pg_class WHERE xmin::text ="
                                           " (pg_catalog.txid_current() % 4294967296)::text");
    std::set<std::uint32_t> oids;
    for (int row = 0; row < result.rows(); ++row) {
        oids.insert(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return oids;
}

std::string transaction_number(Connection &connection) {
    return connection.query_row("SELECT pg_catalog.txid_current()").str(0, 0);
}

Outcome transaction_outcome(Connection &connection, std::string const &number) {
    std::string const status =
        connection.query_row("SELECT coalesce(pg_catalog.txid_status($1::bigint), '')", {number})
            .str(0, 0);
    return status == "committed"     ? Outcome::committed
           : status == "aborted"     ? Outcome::aborted
           : status == "in progress" ? Outcome::in_progress
                                     : Outcome::unknown;
}

void end_backend(Connection &connection, int pid, std::string const &number) {
    connection.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
                     " WHERE pid = $1::int"
                     " AND backend_xid::text = ($2::bigint % 4294967296)::text",
                     {std::to_string(pid), number});
}

bool is_superuser(Connection &connection) {
    return connection
        .query_row("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")
        .boolean(0, 0);
}

bool may_create_extension(Connection &connection, std::string const &name) {
    if (is_superuser(connection)) {
        return true;
    }
    if (connection.server_version() < 130000) { // no extension is trusted
        return false;
    }
    return connection
        .query_row("SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(),"
                   " 'CREATE') AND EXISTS (SELECT FROM"
                   " pg_catalog.pg_available_extension_versions"
                   " WHERE name = $1 AND (trusted OR NOT superuser))",
                   {name})
        .boolean(0, 0);
}

std::map<std::string, Extension> list_present_extensions(Connection &connection) {
    Result const result =
        connection.query("SELECT e.extname, e.extversion, n.nspname FROM pg_catalog.pg_extension e"
                         " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace");
    std::map<std::string, Extension> extensions;
    for (int row = 0; row < result.rows(); ++row) {
        extensions[result.str(row, 0)] = {result.str(row, 0), result.str(row, 1),
                                          result.str(row, 2)};
    }
    return extensions;
}

bool has_conversion(Connection &connection, std::string const &from, std::string const &to) {
    return connection
        .query_row("SELECT EXISTS (SELECT FROM pg_catalog.pg_conversion WHERE condefault"
                   " AND conforencoding = pg_catalog.pg_char_to_encoding($1)"
                   " AND contoencoding = pg_catalog.pg_char_to_encoding($2))",
                   {from, to})
        .boolean(0, 0);
}

std::vector<std::string> list_prepared_transactions(Connection &connection) {
    Result const result =
        connection.query("SELECT gid FROM pg_catalog.pg_prepared_xacts"
                         " WHERE database = pg_catalog.current_database() ORDER BY prepared");
    std::vector<std::string> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.push_back(result.str(row, 0));
    }
    return names;
}

std::uint64_t lock_capacity(Connection &connection) {
    return connection
        .query_row("SELECT pg_catalog.current_setting('max_locks_per_transaction')::bigint *"
                   " (pg_catalog.current_setting('max_connections')::bigint +"
                   " pg_catalog.current_setting('max_prepared_transactions')::bigint)")
        .unsigned_integer(0, 0);
}

std::uint64_t count_droppable(Connection &connection) {
    return connection
        .query_row("SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class"
                   " WHERE oid >= 16384 AND relpersistence <> 't') +"
                   " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_type WHERE oid >= 16384"
                   " AND typrelid = 0 AND typelem = 0) +"
                   " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384) +"
                   " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata)")
        .unsigned_integer(0, 0);
}

} // namespace pgkeep
