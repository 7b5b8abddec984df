#include "pg/copy_statements.hpp"

#include "model/sql_text.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

std::string column_list(std::vector<std::string> const &columns) {
    std::string list;
    for (std::string const &column : columns) {
        list += list.empty() ? "" : ", ";
        list += quote_identifier(column);
    }
    return list;
}

std::string range_condition(PageRange const &range) {
    std::string condition = fmt::format("WHERE ctid >= '({},0)'", range.first.value_or(0));
    if (range.end) {
        condition += fmt::format(" AND ctid < '({},0)'", *range.end);
    }
    return condition;
}

} // namespace

std::string copy_out_statement(RelationName const &relation,
                               std::vector<std::string> const &columns,
                               std::string const &condition, PageRange const &range) {
    std::string const table = quote_qualified(relation.schema, relation.name);
    std::string const list = column_list(columns);
    bool const ranged = range.first || range.end;
    if (!ranged && condition.empty()) {
        return fmt::format("COPY {}{} TO STDOUT", table, list.empty() ? "" : " (" + list + ")");
    }
    return fmt::format("COPY (SELECT {} FROM ONLY {} {}) TO STDOUT", list, table,
                       ranged ? range_condition(range) : condition);
}

std::string copy_out_of_partitions(RelationName const &relation,
                                   std::vector<std::string> const &columns) {
    return fmt::format("COPY (SELECT {} FROM {}) TO STDOUT", column_list(columns),
                       quote_qualified(relation.schema, relation.name));
}

} // namespace pgkeep
