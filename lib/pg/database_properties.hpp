// Giving a database what belongs to itself and to no object in it: owner, privileges, settings,
// limit, comment.
//
// Run inside the database where that is possible, so that names and texts are bytes of its own
// encoding. Done when everything else has succeeded: a setting such as
// default_transaction_read_only must not meet the load. Owner and privileges are apart from the
// rest, since with them come others: a restored database gets them together with its name.
//
// Thread-safety: as the Connection; the parsers are pure functions.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// One privilege list of an ACL, as `grantee=letters/grantor` says it.
struct AclItem {
    std::string grantee; // empty: PUBLIC
    std::string grantor;
    std::vector<std::string> privileges;           // `CREATE`, `TEMPORARY`, `CONNECT`
    std::vector<std::string> grantable_privileges; // those WITH GRANT OPTION
    bool operator==(AclItem const &) const = default;
};

// No value for a text of another form or with a letter that no database privilege has.
[[nodiscard]] std::optional<AclItem> parse_database_acl_item(std::string_view text);

// The right side of `SET name = …`: one literal, or for the settings whose value is a list of names
// a literal for each
// (`"$user", public` becomes `'$user', 'public'`), since one literal would be one name.
[[nodiscard]] std::string setting_value_sql(std::string_view name, std::string_view value);

// Gives `name` the settings, connection limit, template flag and comment of `properties`. What the
// server refuses (a role that is missing, a setting that it does not know) is returned as warnings,
// a sentence each, and stops neither the rest nor an open transaction.
[[nodiscard]] std::vector<std::string>
apply_database_properties(Connection &connection, std::string const &name,
                          DatabaseProperties const &properties);

// The same with owner (unless empty) and ACL; without an ACL the rights of a new database. Takes
// away what create_staging_database() gave the role that logged in.
[[nodiscard]] std::vector<std::string> apply_database_rights(Connection &connection,
                                                             std::string const &name,
                                                             DatabaseProperties const &properties);

// Makes settings, connection limit and template flag of `name` those of `now`, when it has those of
// `before`.
[[nodiscard]] std::vector<std::string> renew_database_settings(Connection &connection,
                                                               std::string const &name,
                                                               DatabaseProperties const &before,
                                                               DatabaseProperties const &now);

// Gives `name` the security labels of the database `from`. A label is refused as long as the server
// has not loaded its provider.
[[nodiscard]] std::vector<std::string>
copy_database_labels(Connection &connection, std::uint32_t from, std::string const &name);

// Whether SET ROLE made this session act as another role than the one that logged in.
[[nodiscard]] bool acts_as_other_role(Connection &connection);

} // namespace pgkeep
