// The part of pg/restore_catalog.hpp that compares sequences with their columns.

#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

constexpr std::size_t kLaggingBatch = 200; // sequences in one query

struct OwnedSequence {
    std::string sequence; // qualified and quoted
    std::string table;
    std::string column;
};

std::vector<OwnedSequence> list_owned_sequences(Connection &connection) {
    Result const result = connection.query(
        "SELECT sn.nspname, s.relname, tn.nspname, t.relname, a.attname"
        " FROM pg_catalog.pg_depend d"
        " JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
        " JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0"
        "  AND NOT q.seqcycle"
        " JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace"
        " JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p')"
        " JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
        "  AND a.atttypid IN ('pg_catalog.int2'::pg_catalog.regtype,"
        "  'pg_catalog.int4'::pg_catalog.regtype, 'pg_catalog.int8'::pg_catalog.regtype)"
        " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
        " AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass"
        " AND d.deptype IN ('a', 'i')"
        " AND EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic"
        "  ON ic.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = ic.relam"
        "  WHERE i.indrelid = t.oid AND i.indkey[0] = a.attnum AND i.indpred IS NULL"
        "  AND am.amname = 'btree')"
        " ORDER BY 1, 2");
    std::vector<OwnedSequence> sequences;
    for (int row = 0; row < result.rows(); ++row) {
        sequences.push_back({quote_qualified(result.str(row, 0), result.str(row, 1)),
                             quote_qualified(result.str(row, 2), result.str(row, 3)),
                             quote_identifier(result.str(row, 4))});
    }
    return sequences;
}

void compare_batch(Connection &connection, std::vector<OwnedSequence> const &sequences,
                   std::size_t begin, std::vector<std::string> &lagging) {
    std::string sql;
    for (std::size_t i = begin; i < std::min(begin + kLaggingBatch, sequences.size()); ++i) {
        auto const &[sequence, table, column] = sequences[i];
        sql += (sql.empty() ? "SELECT * FROM (" : " UNION ALL ") + std::string{"SELECT "} +
               std::to_string(i) + "::bigint, s.last_value, (SELECT pg_catalog.max(" + column +
               ")::bigint FROM " + table + ") AS most, s.is_called FROM " + sequence + " s";
    }
    Result const result = connection.query(
        sql + ") AS compared (number, last_value, most, is_called) WHERE most > last_value OR "
              "(most = last_value AND NOT is_called)");
    for (int row = 0; row < result.rows(); ++row) {
        auto const &found = sequences.at(static_cast<std::size_t>(result.integer(row, 0)));
        lagging.push_back(
            "sequence " + printable(found.sequence) + " stands at " + result.str(row, 1) +
            ", and " + printable(found.table) + "." + printable(found.column) + " goes up to " +
            result.str(row, 2) + ": the next insert may fail; move it on with: SELECT setval(" +
            printable(quote_literal(found.sequence)) + ", " + result.str(row, 2) + ");");
    }
}

} // namespace

std::vector<std::string> find_lagging_sequences(Connection &connection) {
    auto const sequences = list_owned_sequences(connection);
    std::vector<std::string> lagging;
    for (std::size_t begin = 0; begin < sequences.size(); begin += kLaggingBatch) {
        compare_batch(connection, sequences, begin, lagging);
    }
    return lagging;
}

} // namespace pgkeep
