// A text that is the same for two databases when their content is: the judge of every restore in
// the tests.
//
// It is made by PostgreSQL's own means, without any code of the programs under test: pg_dump of the
// schema (the random keys aside), rows and a hash of every table and materialized view by column
// name (a restored child table may have another column order), values of sequences, large objects.
//
// Thread-safety: as scratch.hpp.

#pragma once

#include <string>

namespace pgkeep {

[[nodiscard]] std::string schema_fingerprint(std::string const &database);
[[nodiscard]] std::string data_fingerprint(std::string const &database);

// Where `actual` first differs from `expected`, with some lines around it; empty when it does not.
[[nodiscard]] std::string first_difference(std::string const &expected, std::string const &actual);

// Creates a database and fills it with the sample shop; about five seconds.
[[nodiscard]] std::string create_sample_shop();

} // namespace pgkeep
