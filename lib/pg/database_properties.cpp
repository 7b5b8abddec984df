#include "pg/database_properties.hpp"

#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/savepoint.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

// One name of an aclitem: quoted when it has other than letters, digits and `_`, with inner quotes
// doubled.
std::optional<std::string> take_acl_name(std::string_view &text) {
    std::string name;
    bool quoted = false;
    while (!text.empty() && (quoted || (text.front() != '=' && text.front() != '/'))) {
        char const c = text.front();
        text.remove_prefix(1);
        if (c != '"') {
            name += c;
        } else if (quoted && text.starts_with('"')) {
            name += '"';
            text.remove_prefix(1);
        } else {
            quoted = !quoted;
        }
    }
    return quoted ? std::nullopt : std::optional{name};
}

std::optional<std::string> privilege_of(char letter) {
    switch (letter) {
    case 'C':
        return "CREATE";
    case 'T':
        return "TEMPORARY";
    case 'c':
        return "CONNECT";
    default:
        return std::nullopt;
    }
}

// As the server and pg_dump know them: settings whose value is a list of quoted names.
constexpr std::array<std::string_view, 6> kNameLists{
    "local_preload_libraries",  "search_path",      "session_preload_libraries",
    "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories"};

std::string trimmed(std::string const &text) {
    auto const begin = text.find_first_not_of(" \t\n");
    return begin == std::string::npos
               ? ""
               : text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

// The elements of `"$user", public`.
std::vector<std::string> split_name_list(std::string_view value) {
    std::vector<std::string> names;
    std::string name;
    bool quoted = false;
    bool was_quoted = false;
    auto const end_name = [&] {
        names.push_back(was_quoted ? name : trimmed(name));
        name.clear();
        was_quoted = false;
    };
    for (std::size_t i = 0; i < value.size(); ++i) {
        char const c = value[i];
        if (quoted && c == '"' && value.substr(i + 1, 1) == "\"") {
            name += value[i++];
        } else if (c == '"') {
            name = quoted ? name : "";
            quoted = !quoted;
            was_quoted = true;
        } else if (c == ',' && !quoted) {
            end_name();
        } else if (quoted || !was_quoted) {
            name += c;
        }
    }
    end_name();
    return names;
}

// Runs statements one by one and turns what the server refuses into warnings.
class Applier {
public:
    explicit Applier(Connection &connection) : connection_(connection) {}

    bool run(std::string const &what, std::string const &sql) {
        try {
            if (connection_.in_transaction()) {
                with_savepoint(connection_, [&] { connection_.execute(sql); });
            } else {
                connection_.execute(sql);
            }
            return true;
        } catch (PgError const &error) {
            if (!connection_.usable()) {
                throw;
            }
            warnings_.push_back(what + " could not be restored: " + error.what());
            return false;
        }
    }
    [[nodiscard]] std::vector<std::string> &warnings() noexcept { return warnings_; }

private:
    Connection &connection_;
    std::vector<std::string> warnings_;
};

std::string joined(std::vector<std::string> const &words) {
    std::string text;
    for (auto const &word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

void grant(Applier &applier, std::string const &database, AclItem const &item) {
    std::string const grantee = item.grantee.empty() ? "PUBLIC" : quote_identifier(item.grantee);
    std::string const what = "a privilege of " +
                             (item.grantee.empty() ? "PUBLIC" : printable(item.grantee)) +
                             " on the database";
    if (!item.privileges.empty()) {
        applier.run(what, "GRANT " + joined(item.privileges) + " ON DATABASE " + database + " TO " +
                              grantee);
    }
    if (!item.grantable_privileges.empty()) {
        applier.run(what, "GRANT " + joined(item.grantable_privileges) + " ON DATABASE " +
                              database + " TO " + grantee + " WITH GRANT OPTION");
    }
}

// Who granted is part of an ACL: what a third role granted is granted again as that role.
void grant_as_grantor(Applier &applier, std::string const &database, AclItem const &item,
                      std::string const &archive_owner, std::string const &current_user) {
    bool const by_other = item.grantor != archive_owner && item.grantor != current_user;
    if (by_other &&
        !applier.run("a privilege that " + printable(item.grantor) + " granted on the database",
                     "SET ROLE " + quote_identifier(item.grantor))) {
        return;
    }
    grant(applier, database, item);
    if (by_other) {
        applier.run("the session's role", "SET ROLE " + quote_identifier(current_user));
    }
}

void apply_acl(Applier &applier, Connection &connection, std::string const &name,
               DatabaseProperties const &properties) {
    std::string const database = quote_identifier(name);
    Result const who =
        connection.query_row("SELECT current_user, (SELECT pg_catalog.pg_get_userbyid(datdba)"
                             " FROM pg_catalog.pg_database WHERE oid = $1::pg_catalog.oid)",
                             {std::to_string(find_database(connection, name).value_or(0))});
    std::string const current_user = who.str(0, 0);
    std::string const owner = who.str(0, 1);
    applier.run("privileges on the database",
                "REVOKE ALL ON DATABASE " + database + " FROM PUBLIC");
    if (!properties.owner.empty()) {
        applier.run("privileges on the database",
                    "REVOKE ALL ON DATABASE " + database + " FROM " + quote_identifier(owner));
    }
    for (auto const &text : *properties.acl) {
        if (auto const item = parse_database_acl_item(text)) {
            std::string const archive_owner =
                properties.owner.empty() ? item->grantor : properties.owner;
            grant_as_grantor(applier, database, *item, archive_owner, current_user);
        } else {
            applier.warnings().push_back(
                "privilege `" + printable(text) +
                "` on the database is of an unknown form and was left out");
        }
    }
}

void apply_settings(Applier &applier, std::string const &database,
                    std::vector<DatabaseSetting> const &settings) {
    for (auto const &setting : settings) {
        std::string const whose =
            setting.role.empty()
                ? "ALTER DATABASE " + database
                : "ALTER ROLE " + quote_identifier(setting.role) + " IN DATABASE " + database;
        // The name may have dots (`my.setting`), which are no qualification here.
        std::string name;
        for (char const c : setting.name) {
            name += c == '.'   ? std::string{"\".\""}
                    : c == '"' ? std::string{"\"\""}
                               : std::string{c};
        }
        applier.run("setting " + printable(setting.name),
                    whose + " SET \"" + name +
                        "\" = " + setting_value_sql(setting.name, setting.value));
    }
}

} // namespace

std::optional<AclItem> parse_database_acl_item(std::string_view text) {
    AclItem item;
    auto const grantee = take_acl_name(text);
    if (!grantee || !text.starts_with('=')) {
        return std::nullopt;
    }
    item.grantee = *grantee;
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '/') {
        auto const privilege = privilege_of(text.front());
        if (!privilege) {
            return std::nullopt;
        }
        bool const grantable = text.substr(1).starts_with('*');
        (grantable ? item.grantable_privileges : item.privileges).push_back(*privilege);
        text.remove_prefix(grantable ? 2 : 1);
    }
    if (text.empty()) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    auto const grantor = take_acl_name(text);
    if (!grantor || !text.empty()) {
        return std::nullopt;
    }
    item.grantor = *grantor;
    return item;
}

std::string setting_value_sql(std::string_view name, std::string_view value) {
    if (std::find(kNameLists.begin(), kNameLists.end(), name) == kNameLists.end()) {
        return quote_literal(value);
    }
    std::vector<std::string> literals;
    for (auto const &element : split_name_list(value)) {
        literals.push_back(quote_literal(element));
    }
    return joined(literals);
}

std::vector<std::string> apply_database_properties(Connection &connection, std::string const &name,
                                                   DatabaseProperties const &properties) {
    Applier applier{connection};
    std::string const database = quote_identifier(name);
    apply_settings(applier, database, properties.settings);
    if (properties.connection_limit >= 0) {
        applier.run("the connection limit", "ALTER DATABASE " + database + " CONNECTION LIMIT " +
                                                std::to_string(properties.connection_limit));
    }
    if (properties.is_template) {
        applier.run("the template flag", "ALTER DATABASE " + database + " IS_TEMPLATE true");
    }
    applier.run(
        "the database's comment",
        "COMMENT ON DATABASE " + database + " IS " +
            (properties.comment ? quote_literal(*properties.comment) : std::string{"NULL"}));
    return std::move(applier.warnings());
}

std::vector<std::string> apply_database_rights(Connection &connection, std::string const &name,
                                               DatabaseProperties const &properties) {
    Applier applier{connection};
    std::string const database = quote_identifier(name);
    // Before the owner, whose own privileges it must not touch.
    if (acts_as_other_role(connection)) {
        applier.run("privileges on the database",
                    "REVOKE ALL ON DATABASE " + database + " FROM SESSION_USER");
    }
    if (!properties.owner.empty()) {
        applier.run("the database's owner", "ALTER DATABASE " + database + " OWNER TO " +
                                                quote_identifier(properties.owner));
    }
    if (properties.acl) {
        apply_acl(applier, connection, name, properties);
    } else {
        applier.run("privileges on the database",
                    "GRANT CONNECT, TEMPORARY ON DATABASE " + database + " TO PUBLIC");
    }
    return std::move(applier.warnings());
}

std::vector<std::string> renew_database_settings(Connection &connection, std::string const &name,
                                                 DatabaseProperties const &before,
                                                 DatabaseProperties const &now) {
    Applier applier{connection};
    std::string const database = quote_identifier(name);
    std::set<std::string> roles;
    for (auto const &setting : before.settings) {
        roles.insert(setting.role);
    }
    for (auto const &role : roles) {
        applier.run("the settings", (role.empty() ? "ALTER DATABASE " + database
                                                  : "ALTER ROLE " + quote_identifier(role) +
                                                        " IN DATABASE " + database) +
                                        " RESET ALL");
    }
    apply_settings(applier, database, now.settings);
    applier.run("the connection limit", "ALTER DATABASE " + database + " CONNECTION LIMIT " +
                                            std::to_string(now.connection_limit));
    applier.run("the template flag", "ALTER DATABASE " + database + " IS_TEMPLATE " +
                                         (now.is_template ? "true" : "false"));
    return std::move(applier.warnings());
}

std::vector<std::string> copy_database_labels(Connection &connection, std::uint32_t from,
                                              std::string const &name) {
    Applier applier{connection};
    Result const labels =
        connection.query("SELECT provider, label FROM pg_catalog.pg_shseclabel"
                         " WHERE classoid = 'pg_catalog.pg_database'::pg_catalog.regclass"
                         " AND objoid = $1::pg_catalog.oid ORDER BY provider",
                         {std::to_string(from)});
    for (int row = 0; row < labels.rows(); ++row) {
        std::string const provider = labels.str(row, 0);
        applier.run("the security label of " + printable(provider) + " on the database",
                    "SECURITY LABEL FOR " + quote_identifier(provider) + " ON DATABASE " +
                        quote_identifier(name) + " IS " + quote_literal(labels.str(row, 1)));
    }
    return std::move(applier.warnings());
}

bool acts_as_other_role(Connection &connection) {
    return connection.query_row("SELECT CURRENT_USER <> SESSION_USER").boolean(0, 0);
}

} // namespace pgkeep
