// A user's own assertions: SQL statements that must be true of a restored database.
//
// Each statement of a file returns one row whose first column is true, or is a finding. Statements
// are told apart as psql does; commands of psql and COPY are refused before anything is started.
//
// Thread-safety: pure functions, apart from reading the files; check_assertions() as the
// Connection.

#pragma once

#include "archive/check.hpp"
#include "pg/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct Assertion {
    std::string file; // as it was named
    std::uint64_t line = 0;
    std::string sql; // without comments in front, and without its semicolon
    // `assertion checks.sql:12`
    [[nodiscard]] std::string object() const;
};

// Throws Error{usage} that names file and line.
[[nodiscard]] std::vector<Assertion> parse_assertions(std::string_view text,
                                                      std::string const &file);
// All files, in their order. The same when a file cannot be read or has no statement.
[[nodiscard]] std::vector<Assertion> read_assertions(std::vector<std::string> const &files);

// In this order, each in a transaction of its own that is rolled back.
[[nodiscard]] std::vector<Finding> check_assertions(Connection &connection,
                                                    std::vector<Assertion> const &assertions);

// Whether `finding` is one of check_assertions().
[[nodiscard]] bool is_of_assertion(Finding const &finding);

} // namespace pgkeep
