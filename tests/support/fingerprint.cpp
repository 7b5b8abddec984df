#include "support/fingerprint.hpp"

#include "base/error.hpp"
#include "support/scratch.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace pgkeep {
namespace {

// psql runs the statements that the queries before \gexec write.
constexpr char const *kDataQueries = R"(
SET search_path = ''; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 3;
SET timezone = 'UTC'; SET bytea_output = 'hex'; SET row_security = off; SET client_encoding = 'UTF8';
SELECT format('SELECT ''table'', %L, count(*), md5(string_agg(h, '''' ORDER BY h)) FROM (SELECT md5(%s) AS h FROM ONLY %s) AS x',
              c.oid::regclass,
              COALESCE('ROW(' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) || ')::text', '''x'''),
              c.oid::regclass)
FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
GROUP BY c.oid, n.nspname, c.relname
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C" \gexec
SELECT format('SELECT ''sequence'', %L, last_value, is_called FROM %s', oid::regclass, oid::regclass)
FROM pg_catalog.pg_class WHERE relkind = 'S' ORDER BY oid::regclass::text COLLATE "C" \gexec
SELECT 'large object', oid, octet_length(lo_get(oid)), md5(lo_get(oid)) FROM pg_catalog.pg_largeobject_metadata ORDER BY oid;
)";

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
    return query_sql(database, kDataQueries);
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
