#include "restore/preflight.hpp"

#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/staging.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

constexpr std::size_t kLongestName = 63; // NAMEDATALEN - 1

// The number in front of `15.14 (Debian …)`, 0 when there is none.
int major_of(std::string const &version) {
    int major = 0;
    for (char const c : version) {
        if (c < '0' || c > '9' || major > 1000) {
            break;
        }
        major = major * 10 + (c - '0');
    }
    return major;
}

std::string bare_version(int server_version) {
    return std::to_string(server_version / 10000) + "." + std::to_string(server_version % 10000);
}

void add(std::vector<Obstacle> &obstacles, ErrorKind kind, std::vector<std::string> const &texts) {
    for (auto const &text : texts) {
        obstacles.push_back({kind, text, {}});
    }
}

void check_target(std::vector<Obstacle> &obstacles, Connection &connection,
                  std::string const &target) {
    if (find_database(connection, target)) {
        obstacles.push_back(
            {ErrorKind::exists, "database \"" + printable(target) + "\" exists",
             "Choose another name with --into; an existing database is never replaced."});
    }
}

void check_version(std::vector<Obstacle> &obstacles, Connection &connection,
                   Manifest const &manifest) {
    int const wanted = manifest.origin.server_version_num;
    int const server = connection.server_version();
    if (server / 10000 < wanted / 10000) {
        obstacles.push_back({ErrorKind::version,
                             "the server is PostgreSQL " + bare_version(server) +
                                 ", older than the archive's " + bare_version(wanted),
                             "Restore into a server of version " + std::to_string(wanted / 10000) +
                                 " or newer; older ones do not understand all of the schema."});
    }
}

void check_right(std::vector<Obstacle> &obstacles, Connection &connection) {
    if (!may_create_databases(connection)) {
        std::string const role = current_role(connection);
        obstacles.push_back({ErrorKind::privilege,
                             "role \"" + printable(role) + "\" may not create databases",
                             "Let a superuser run: ALTER ROLE " +
                                 printable(quote_identifier(role)) + " CREATEDB;"});
    }
}

void check_roles(std::vector<Obstacle> &obstacles, Connection &connection, Manifest const &manifest,
                 RestoreOptions const &options) {
    if (options.no_owner && options.no_privileges) {
        return;
    }
    std::vector<std::string> roles = manifest.roles;
    if (!options.no_owner && !manifest.database.owner.empty() &&
        std::find(roles.begin(), roles.end(), manifest.database.owner) == roles.end()) {
        roles.push_back(manifest.database.owner);
    }
    add(obstacles, ErrorKind::not_found, missing_roles(connection, roles));
}

// The oldest pg_restore that is as new as the server and as the pg_dump that wrote the schema
// archive.
void take_programs(std::vector<Obstacle> &obstacles, Preflight &result, Manifest const &manifest,
                   int server_version, std::string const &bindir) {
    int const server = server_version / 10000;
    try {
        result.programs = choose_programs(
            bindir, "pg_restore", std::max(server, major_of(manifest.origin.pg_dump_version)));
    } catch (Error const &error) {
        obstacles.push_back({error.kind(), error.what(), error.hint()});
        return;
    }
    if (result.programs.major > server) {
        result.warnings.push_back("pg_restore " + result.programs.version +
                                  " is newer than the server (" + bare_version(server_version) +
                                  ") and may use settings that the server does not know");
    }
}

void check_schema(std::vector<Obstacle> &obstacles, Connection &connection,
                  Manifest const &manifest, Schema const &schema, RestoreOptions const &options) {
    try {
        (void)schema.list();
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::version) {
            throw;
        }
        obstacles.push_back({error.kind(), error.what(), error.hint()});
        return;
    }
    if (options.no_tablespaces) {
        return;
    }
    std::vector<std::string> names = schema.tablespaces();
    if (!manifest.database.tablespace.empty()) {
        names.push_back(manifest.database.tablespace);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    add(obstacles, ErrorKind::not_found, missing_tablespaces(connection, names));
}

std::vector<std::string> left_over_warnings(Connection &connection) {
    std::vector<std::string> warnings;
    for (auto const &name : list_left_over(connection, kStagingNameRegex, kStagingMark)) {
        warnings.push_back("an earlier restore that was killed left the database \"" +
                           printable(name) + "\"; remove it with: DROP DATABASE " +
                           printable(quote_identifier(name)) + ";");
    }
    return warnings;
}

} // namespace

void require_usable_name(std::string const &target) {
    if (target.empty()) {
        throw Error{ErrorKind::usage, "no name for the restored database was given",
                    "Name it with -d or --into."};
    }
    if (target.size() > kLongestName) {
        throw Error{ErrorKind::usage,
                    "the database name \"" + printable(target) + "\" has " +
                        std::to_string(target.size()) + " bytes, more than 63",
                    "Choose a shorter name with --into."};
    }
}

Preflight require_preflight(Connection &connection, Manifest const &manifest,
                            ByteView schema_archive, RestoreOptions const &options,
                            std::stop_token const &token) {
    Preflight result;
    std::vector<Obstacle> obstacles;
    check_target(obstacles, connection, options.target);
    check_version(obstacles, connection, manifest);
    check_right(obstacles, connection);
    check_roles(obstacles, connection, manifest, options);
    add(obstacles, ErrorKind::not_found, missing_extensions(connection, manifest.extensions));
    add(obstacles, ErrorKind::not_found, missing_locale(connection, manifest.database));
    take_programs(obstacles, result, manifest, connection.server_version(), options.bindir);
    if (!result.programs.bindir.empty()) {
        result.schema.emplace(result.programs, schema_archive, options, token);
        check_schema(obstacles, connection, manifest, *result.schema, options);
    }
    if (!obstacles.empty()) {
        throw combined_error(obstacles);
    }
    for (auto &warning : left_over_warnings(connection)) {
        result.warnings.push_back(std::move(warning));
    }
    return result;
}

Error combined_error(std::vector<Obstacle> const &obstacles) {
    Obstacle const &first = obstacles.front();
    if (obstacles.size() == 1) {
        return {first.kind, first.text, first.hint.empty() ? "Nothing was created." : first.hint};
    }
    std::string text =
        std::to_string(obstacles.size()) + " things stand in the way of this restore";
    std::string hint = "Nothing was created.";
    for (std::size_t i = 0; i < obstacles.size(); ++i) {
        text += (i == 0 ? ": (" : "; (") + std::to_string(i + 1) + ") " + obstacles[i].text;
        if (!obstacles[i].hint.empty()) {
            hint += " (" + std::to_string(i + 1) + ") " + obstacles[i].hint;
        }
    }
    return {first.kind, text, hint};
}

} // namespace pgkeep
