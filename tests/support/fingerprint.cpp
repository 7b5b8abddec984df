#include "support/fingerprint.hpp"

#include "base/error.hpp"
#include "support/scratch.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace pgkeep {
namespace {

std::vector<std::string> lines_of(std::string const &text) {
    std::vector<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

} // namespace

std::string schema_fingerprint(std::string const &database) {
    ShellResult const dump = run_shell(
        "PGDATABASE=$1 pg_dump --schema-only | grep -v -E '^\\\\(un)?restrict '", {database});
    if (dump.exit_code != 0) {
        throw Error{ErrorKind::failed, "pg_dump of " + database + " failed: " + dump.err};
    }
    return dump.out;
}

std::string data_fingerprint(std::string const &database) {
    return query_sql(database,
                     std::string{"\\i "} + PGKEEP_SOURCE_DIR + "/tests/support/fingerprint.sql");
}

std::string first_difference(std::string const &expected, std::string const &actual) {
    if (expected == actual) {
        return {};
    }
    std::vector<std::string> const left = lines_of(expected);
    std::vector<std::string> const right = lines_of(actual);
    std::size_t place = 0;
    while (place < std::min(left.size(), right.size()) && left[place] == right[place]) {
        ++place;
    }
    std::string text = "line " + std::to_string(place + 1) + " differs:\n";
    std::size_t const begin = place < 3 ? 0 : place - 3;
    for (std::size_t i = begin; i < place; ++i) {
        text += "  " + left[i] + "\n";
    }
    for (auto const *side : {&left, &right}) {
        for (std::size_t i = place; i < std::min(side->size(), place + 3); ++i) {
            text += (side == &left ? "- " : "+ ") + (*side)[i].substr(0, 500) + "\n";
        }
    }
    return text;
}

std::string create_sample_shop() {
    std::string const name = create_database("shop", "TEMPLATE template0 ENCODING 'UTF8'");
    run_sql_file(name, std::string{PGKEEP_SOURCE_DIR} + "/tests/support/sample_shop.sql");
    return name;
}

} // namespace pgkeep
