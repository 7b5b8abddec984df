// The part of pg/restore_catalog.hpp that concerns sequences.

#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kSetAtOnce = 500; // statements in one round trip

std::set<std::pair<std::string, std::string>> existing_sequences(Connection &connection) {
    Result const result = connection.query(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S'");
    std::set<std::pair<std::string, std::string>> names;
    for (int row = 0; row < result.rows(); ++row) {
        names.emplace(result.str(row, 0), result.str(row, 1));
    }
    return names;
}

void read_batch(Connection &connection, std::vector<SequenceEntry> const &wanted,
                std::vector<std::size_t> const &indexes,
                std::vector<std::optional<SequenceEntry>> &found) {
    std::string sql;
    for (std::size_t const index : indexes) {
        sql += (sql.empty() ? "SELECT " : " UNION ALL SELECT ") + std::to_string(index) +
               "::bigint, last_value, is_called FROM " +
               quote_qualified(wanted[index].schema, wanted[index].name);
    }
    Result const result = connection.query(sql);
    for (int row = 0; row < result.rows(); ++row) {
        auto const index = static_cast<std::size_t>(result.unsigned_integer(row, 0));
        found.at(index) = SequenceEntry{wanted[index].schema, wanted[index].name,
                                        result.integer(row, 1), result.boolean(row, 2)};
    }
}

} // namespace

void set_sequences(Connection &connection, std::vector<SequenceEntry> const &sequences) {
    for (std::size_t begin = 0; begin < sequences.size(); begin += kSetAtOnce) {
        std::string sql;
        for (std::size_t i = begin; i < std::min(begin + kSetAtOnce, sequences.size()); ++i) {
            auto const &sequence = sequences[i];
            sql += "SELECT pg_catalog.setval(" +
                   quote_literal(quote_qualified(sequence.schema, sequence.name)) + ", " +
                   std::to_string(sequence.last_value) + ", " +
                   (sequence.is_called ? "true" : "false") + ");\n";
        }
        connection.execute(sql);
    }
}

std::vector<std::optional<SequenceEntry>>
read_restored_sequences(Connection &connection, std::vector<SequenceEntry> const &wanted) {
    std::vector<std::optional<SequenceEntry>> found(wanted.size());
    if (wanted.empty()) {
        return found;
    }
    auto const existing = existing_sequences(connection);
    std::vector<std::size_t> batch;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (existing.contains({wanted[i].schema, wanted[i].name})) {
            batch.push_back(i);
        }
        if (!batch.empty() && (batch.size() == kSetAtOnce || i + 1 == wanted.size())) {
            read_batch(connection, wanted, batch, found);
            batch.clear();
        }
    }
    return found;
}

} // namespace pgkeep
