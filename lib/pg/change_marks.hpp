// What the server itself notes of changes in a database, to see whether any came between two
// moments.
//
// Good for saying that there were some, and nothing about which. What never changed leaves the
// marks as they are; statistics (ANALYZE), vacuuming and temporary tables too.
//
// Thread-safety: values; functions use the connection.

#pragma once

#include "pg/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

// As the catalogs show it: at once, and only what was committed.
struct DefinitionMarks {
    std::string objects;   // a digest of which there are, and since when as they are
    std::string sequences; // a digest of their values, as far as this role may read them
    bool operator==(DefinitionMarks const &) const = default;
};
[[nodiscard]] DefinitionMarks read_definition_marks(Connection &connection);

// The relations, functions and types among them: `table app.orders`, `function app.f(integer)`.
[[nodiscard]] std::vector<std::string> list_definitions(Connection &connection);

struct ChangeMarks {
    bool counted = true;           // false: track_counts is off, so the numbers say nothing
    std::uint64_t rows = 0;        // ever written in tables of users, committed or not
    std::uint64_t definitions = 0; // rows ever written in catalogs: content of large objects, …
    DefinitionMarks shown;
};

// REQUIRES: nobody else is connected, or what they are just doing does not matter: a server process
// tells its numbers when it ends, and else up to ten seconds late.
[[nodiscard]] ChangeMarks read_change_marks(Connection &connection);

} // namespace pgkeep
