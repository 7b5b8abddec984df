#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/savepoint.hpp"
#include "pg/sqlstate.hpp"
#include "pg/text_array.hpp"

#include <algorithm>
#include <span>

namespace pgkeep {

namespace {

// Each is a relation of its own; this many are read in one statement.
constexpr std::size_t kReadAtOnce = 200;

[[noreturn]] void throw_gone(RelationName const &sequence) {
    throw Error{ErrorKind::schema_moved,
                "sequence " + printable_name(sequence.schema, sequence.name) +
                    " is gone or another one since the snapshot was taken",
                "The schema is being changed while it is read; run it again when that is done."};
}

[[noreturn]] void throw_outgrown(RelationName const &sequence) {
    throw Error{ErrorKind::schema_moved,
                "sequence " + printable_name(sequence.schema, sequence.name) +
                    " has a value outside of the bounds that it had when the snapshot was taken",
                "The schema is being changed while it is read; run it again when that is done."};
}

// tableoid tells a sequence that was dropped and made again from the one that was meant. The value
// is that of now, its bounds are those of the snapshot.
std::string value_query(std::span<RelationName const> sequences) {
    std::string sql;
    for (auto const &sequence : sequences) {
        auto const number = std::to_string(&sequence - sequences.data());
        sql += sql.empty() ? "SELECT " : " UNION ALL SELECT ";
        sql += number +
               ", s.tableoid, s.last_value, s.is_called,"
               " COALESCE(s.last_value BETWEEN q.seqmin AND q.seqmax, false) FROM " +
               quote_qualified(sequence.schema, sequence.name) +
               " AS s LEFT JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.tableoid";
    }
    return sql;
}

std::vector<SequenceEntry> read_batch(Connection &connection,
                                      std::span<RelationName const> sequences) {
    auto const result = connection.query(value_query(sequences));
    std::vector<SequenceEntry> entries(sequences.size());
    for (int row = 0; row < result.rows(); ++row) {
        auto const index = static_cast<std::size_t>(result.unsigned_integer(row, 0));
        auto const &sequence = sequences[index];
        if (result.unsigned_integer(row, 1) != sequence.oid) {
            throw_gone(sequence);
        }
        if (!result.boolean(row, 4)) {
            throw_outgrown(sequence);
        }
        entries[index] = {sequence.schema, sequence.name, result.integer(row, 2),
                          result.boolean(row, 3)};
    }
    return entries;
}

[[noreturn]] void explain(RelationName const &sequence, PgError const &error) {
    auto const &state = error.sqlstate();
    if (state == sqlstate::kUndefinedTable || state == sqlstate::kUndefinedSchema) {
        throw_gone(sequence);
    }
    throw PgError{error.kind(),
                  "cannot read sequence " + printable_name(sequence.schema, sequence.name) + ": " +
                      error.server_text(),
                  error.hint(), state, error.server_text()};
}

std::vector<SequenceEntry> read_protected(Connection &connection,
                                          std::span<RelationName const> sequences) {
    std::vector<SequenceEntry> entries;
    auto const read = [&] { entries = read_batch(connection, sequences); };
    if (connection.in_transaction()) {
        with_savepoint(connection, read);
    } else {
        read();
    }
    return entries;
}

// A batch that fails is read one by one, to name the sequence for which it did.
std::vector<SequenceEntry> read_and_explain(Connection &connection,
                                            std::span<RelationName const> sequences) {
    try {
        return read_protected(connection, sequences);
    } catch (PgError const &error) {
        if (!connection.usable()) {
            throw;
        }
        if (sequences.size() == 1) {
            explain(sequences.front(), error);
        }
    }
    std::vector<SequenceEntry> entries;
    for (auto const &sequence : sequences) {
        entries.push_back(read_and_explain(connection, {&sequence, 1}).front());
    }
    return entries;
}

} // namespace

std::vector<RelationName> list_sequences(Connection &connection,
                                         std::vector<std::uint32_t> const &oids) {
    auto const result =
        connection.query("SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c"
                         " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                         " WHERE c.oid = ANY ($1::pg_catalog.oid[]) AND c.relkind = 'S'"
                         " AND c.relpersistence <> 't'"
                         // From 15 on the sequence of an unlogged table is unlogged too.
                         " AND NOT (c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery())"
                         " ORDER BY c.oid",
                         {format_oid_array(oids)});
    std::vector<RelationName> sequences;
    for (int row = 0; row < result.rows(); ++row) {
        sequences.push_back({static_cast<std::uint32_t>(result.unsigned_integer(row, 0)),
                             result.str(row, 1), result.str(row, 2)});
    }
    return sequences;
}

std::vector<SequenceEntry> read_sequences(Connection &connection,
                                          std::vector<RelationName> const &sequences) {
    std::vector<SequenceEntry> entries;
    std::span<RelationName const> rest{sequences};
    while (!rest.empty()) {
        auto const batch = rest.first(std::min(kReadAtOnce, rest.size()));
        std::ranges::move(read_and_explain(connection, batch), std::back_inserter(entries));
        rest = rest.subspan(batch.size());
    }
    return entries;
}

} // namespace pgkeep
