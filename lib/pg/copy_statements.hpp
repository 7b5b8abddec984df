// The COPY … TO STDOUT statements that backup and proof share.
//
// Thread-safety: pure functions.

#pragma once

#include "pg/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// Pages [first, end) of a table's main fork; no values: all of it. Only for servers with TID range
// scans.
struct PageRange {
    std::optional<std::uint32_t> first;
    std::optional<std::uint32_t> end;
};

// `columns` in the order of the lines; empty means a table without (not generated) columns, whose
// rows are empty lines. `condition` is empty or begins with WHERE, and excludes a range. Never
// reads child tables.
[[nodiscard]] std::string copy_out_statement(RelationName const &relation,
                                             std::vector<std::string> const &columns,
                                             std::string const &condition, PageRange const &range);

// The rows of all partitions of a partitioned table.
[[nodiscard]] std::string copy_out_of_partitions(RelationName const &relation,
                                                 std::vector<std::string> const &columns);

} // namespace pgkeep
