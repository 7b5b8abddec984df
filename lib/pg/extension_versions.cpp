#include "pg/extension_versions.hpp"

#include "model/sql_text.hpp"

#include <map>
#include <set>
#include <utility>

namespace pgkeep {

std::vector<OtherVersion> list_other_versions(Connection &connection,
                                              std::vector<Extension> const &extensions) {
    Result const result = connection.query(
        "SELECT a.name, a.default_version, v.version FROM pg_catalog.pg_available_extensions a"
        " JOIN pg_catalog.pg_available_extension_versions v ON v.name = a.name");
    std::map<std::string, std::string> defaults;
    std::set<std::pair<std::string, std::string>> offered;
    for (int row = 0; row < result.rows(); ++row) {
        defaults[result.str(row, 0)] = result.str(row, 1);
        offered.emplace(result.str(row, 0), result.str(row, 2));
    }
    std::vector<OtherVersion> others;
    for (auto const &extension : extensions) {
        auto const found = defaults.find(extension.name);
        if (found != defaults.end() && found->second != extension.version) {
            others.push_back(
                {extension, found->second, offered.contains({extension.name, extension.version})});
        }
    }
    return others;
}

void create_extension(Connection &connection, Extension const &extension) {
    // CASCADE: one that it needs may come later in the list.
    connection.execute("CREATE EXTENSION IF NOT EXISTS " + quote_identifier(extension.name) +
                       " WITH SCHEMA " + quote_identifier(extension.schema) + " VERSION " +
                       quote_literal(extension.version) + " CASCADE");
}

} // namespace pgkeep
