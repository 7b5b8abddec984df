#include "pg/clean_privileges.hpp"

#include "model/sql_text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace pgkeep {
namespace {

constexpr int kPublicBelongsToOwner = 150000; // the first such version

// What is to be done for one row of pg_default_acl.
struct DefaultAcl {
    std::string role;
    std::string schema; // empty: all
    std::string type;
    bool permitted = false;
};

// `GRANT ALL` … `TO`, or `REVOKE ALL` … `FROM`; no grantee is PUBLIC.
Removal change_default(DefaultAcl const &acl, bool grant,
                       std::optional<std::string> const &grantee) {
    static std::map<std::string, std::string> const kinds{
        {"r", "TABLES"}, {"S", "SEQUENCES"}, {"f", "FUNCTIONS"},
        {"T", "TYPES"},  {"n", "SCHEMAS"},   {"L", "LARGE OBJECTS"}};
    std::string const in = acl.schema.empty() ? "" : " IN SCHEMA " + quote_identifier(acl.schema);
    return {"ALTER DEFAULT PRIVILEGES FOR ROLE " + quote_identifier(acl.role) + in +
                (grant ? " GRANT" : " REVOKE") + " ALL ON " + kinds.at(acl.type) +
                (grant ? " TO " : " FROM ") + (grantee ? quote_identifier(*grantee) : "PUBLIC") +
                ";",
            "default privileges of role " + printable(acl.role), acl.role, acl.permitted};
}

bool contains(std::vector<StayingSchema> const &schemas, std::string const &name) {
    return std::any_of(schemas.begin(), schemas.end(),
                       [&](StayingSchema const &schema) { return schema.name == name; });
}

// The privileges as `pU,oC`: of PUBLIC, the owner, or others (`x`); `null` for those of a new
// schema.
std::string short_acl(Connection &connection, StayingSchema const &schema) {
    return connection
        .query_row("SELECT coalesce((SELECT pg_catalog.string_agg(CASE a.grantee"
                   " WHEN n.nspowner THEN 'o' WHEN 0 THEN 'p' ELSE 'x' END ||"
                   " pg_catalog.left(a.privilege_type, 1) ||"
                   " CASE WHEN a.is_grantable THEN '*' ELSE '' END, ','"
                   " ORDER BY a.grantee <> 0, a.privilege_type)"
                   " FROM pg_catalog.aclexplode(n.nspacl) a),"
                   " CASE WHEN n.nspacl IS NULL THEN 'null' ELSE '' END)"
                   " FROM pg_catalog.pg_namespace n WHERE n.oid = $1::pg_catalog.oid",
                   {std::to_string(schema.oid)})
        .str(0, 0);
}

std::string revoke_all(Connection &connection, StayingSchema const &schema) {
    Result const result =
        connection.query("SELECT DISTINCT r.rolname FROM pg_catalog.pg_namespace n,"
                         " pg_catalog.aclexplode(n.nspacl) a LEFT JOIN pg_catalog.pg_roles r"
                         " ON r.oid = a.grantee WHERE n.oid = $1::pg_catalog.oid",
                         {std::to_string(schema.oid)});
    std::string sql;
    for (int row = 0; row < result.rows(); ++row) {
        auto const name = result.optional(row, 0);
        sql += "REVOKE ALL ON SCHEMA " + quote_identifier(schema.name) + " FROM " +
               (name ? quote_identifier(*name) : "PUBLIC") + ";";
    }
    return sql;
}

// The owner of `public` is the role pg_database_owner since 15; before that whoever has it.
std::string make_public_usual(int server_version, std::string const &owner) {
    bool const newer = server_version >= kPublicBelongsToOwner;
    std::string const name = newer ? "pg_database_owner" : quote_identifier(owner);
    return (newer ? "ALTER SCHEMA public OWNER TO pg_database_owner;" : "") +
           std::string{"GRANT ALL ON SCHEMA public TO "} + name + ";GRANT " +
           (newer ? "USAGE" : "ALL") +
           " ON SCHEMA public TO PUBLIC;"
           "COMMENT ON SCHEMA public IS 'standard public schema';";
}

bool public_is_usual(Connection &connection, StayingSchema const &schema) {
    bool const newer = connection.server_version() >= kPublicBelongsToOwner;
    std::string const comment =
        connection
            .query_row("SELECT pg_catalog.obj_description($1::pg_catalog.oid, 'pg_namespace')",
                       {std::to_string(schema.oid)})
            .str(0, 0);
    return short_acl(connection, schema) == (newer ? "pU,oC,oU" : "pC,pU,oC,oU") &&
           (!newer || schema.owner == "pg_database_owner") && comment == "standard public schema";
}

// Empty when nothing is to be done.
std::string reset_statements(Connection &connection, StayingSchema const &schema) {
    if (schema.name == "public") {
        return public_is_usual(connection, schema)
                   ? ""
                   : revoke_all(connection, schema) +
                         make_public_usual(connection.server_version(), schema.owner);
    }
    return short_acl(connection, schema) == "null"
               ? ""
               : revoke_all(connection, schema) + "GRANT ALL ON SCHEMA " +
                     quote_identifier(schema.name) + " TO " + quote_identifier(schema.owner) + ";";
}

// Privileges of the system's own relations, columns and functions against what initdb gave. Only
// what this role may change: nobody else can have changed it.
constexpr char const *kSystemPrivileges =
    "WITH object AS ("
    " SELECT c.oid, 'pg_catalog.pg_class'::pg_catalog.regclass AS class, 0 AS sub,"
    "  'TABLE ' || c.oid::pg_catalog.regclass::text AS name, '' AS col, c.relowner AS owner,"
    "  c.relacl AS acl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's'::\"char\""
    "  ELSE 'r'::\"char\" END, c.relowner) AS usual FROM pg_catalog.pg_class c"
    " UNION ALL SELECT c.oid, 'pg_catalog.pg_class'::pg_catalog.regclass, a.attnum,"
    "  'TABLE ' || c.oid::pg_catalog.regclass::text,"
    "  ' (' || pg_catalog.quote_ident(a.attname) || ')', c.relowner, a.attacl, NULL"
    "  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " UNION ALL SELECT p.oid, 'pg_catalog.pg_proc'::pg_catalog.regclass, 0,"
    "  'ROUTINE ' || p.oid::pg_catalog.regprocedure::text, '', p.proowner, p.proacl,"
    "  pg_catalog.acldefault('f'::\"char\", p.proowner) FROM pg_catalog.pg_proc p),"
    " changed AS (SELECT o.name, o.col, coalesce(o.acl, o.usual) AS acl,"
    "  coalesce(i.initprivs, o.usual) AS usual FROM object o LEFT JOIN pg_catalog.pg_init_privs i"
    "  ON i.objoid = o.oid AND i.classoid = o.class AND i.objsubid = o.sub"
    "  WHERE o.oid < 16384 AND o.acl IS DISTINCT FROM i.initprivs"
    "  AND pg_catalog.pg_has_role(o.owner, 'USAGE')),"
    " difference AS ("
    " (SELECT name, col, 'REVOKE ' AS verb, ' FROM ' AS word, x.grantee, x.privilege_type"
    "   FROM changed, pg_catalog.aclexplode(acl) x EXCEPT"
    "  SELECT name, col, 'REVOKE ', ' FROM ', x.grantee, x.privilege_type"
    "   FROM changed, pg_catalog.aclexplode(usual) x)"
    " UNION ALL (SELECT name, col, 'GRANT ', ' TO ', x.grantee, x.privilege_type"
    "   FROM changed, pg_catalog.aclexplode(usual) x EXCEPT"
    "  SELECT name, col, 'GRANT ', ' TO ', x.grantee, x.privilege_type"
    "   FROM changed, pg_catalog.aclexplode(acl) x))"
    " SELECT verb || privilege_type || col || ' ON ' || name || word ||"
    "  coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC') || ';', name"
    " FROM difference LEFT JOIN pg_catalog.pg_roles r ON r.oid = grantee"
    " ORDER BY verb DESC, name";

} // namespace

std::vector<Removal> reset_system_privileges(Connection &connection) {
    Result const result = connection.query(kSystemPrivileges);
    std::vector<Removal> changes;
    for (int row = 0; row < result.rows(); ++row) {
        changes.push_back({result.str(row, 0), "privileges of " + result.str(row, 1), "", true});
    }
    return changes;
}

// A row of pg_default_acl goes by itself when it says what holds without it.
std::vector<Removal> reset_default_privileges(Connection &connection,
                                              std::vector<StayingSchema> const &schemas) {
    Result const result = connection.query(
        "SELECT a.oid, r.rolname, coalesce(n.nspname, ''), a.defaclobjtype,"
        " pg_catalog.pg_has_role(a.defaclrole, 'USAGE'), x.grantee IS NULL, g.rolname"
        " FROM pg_catalog.pg_default_acl a JOIN pg_catalog.pg_roles r ON r.oid = a.defaclrole"
        " LEFT JOIN pg_catalog.pg_namespace n ON n.oid = a.defaclnamespace"
        " LEFT JOIN LATERAL (SELECT DISTINCT grantee FROM pg_catalog.aclexplode(a.defaclacl)) x"
        " ON true LEFT JOIN pg_catalog.pg_roles g ON g.oid = x.grantee ORDER BY a.oid, g.rolname");
    std::vector<Removal> changes;
    for (int row = 0; row < result.rows(); ++row) {
        DefaultAcl const acl{result.str(row, 1), result.str(row, 2), result.str(row, 3),
                             result.boolean(row, 4)};
        if (!acl.schema.empty() && !contains(schemas, acl.schema)) {
            continue; // goes with its schema
        }
        if (!result.boolean(row, 5)) {
            changes.push_back(change_default(acl, false, result.optional(row, 6)));
        }
        bool const last =
            row + 1 == result.rows() || result.text(row + 1, 0) != result.text(row, 0);
        if (last && acl.schema.empty()) {
            changes.push_back(change_default(acl, true, acl.role));
            if (acl.type == "f" || acl.type == "T") {
                changes.push_back(change_default(acl, true, std::nullopt));
            }
        }
    }
    return changes;
}

std::vector<Removal> reset_schema_privileges(Connection &connection,
                                             std::vector<StayingSchema> const &schemas,
                                             bool &public_is_fixed) {
    std::vector<Removal> changes;
    for (auto const &schema : schemas) {
        std::string sql = reset_statements(connection, schema);
        if (sql.empty()) {
            continue;
        }
        if (schema.permitted) {
            changes.push_back({std::move(sql), "privileges of schema " + printable(schema.name),
                               schema.owner, true});
        } else if (schema.name == "public") {
            public_is_fixed = true;
        }
    }
    if (!contains(schemas, "public")) {
        changes.push_back(
            {"CREATE SCHEMA public;" +
                 make_public_usual(connection.server_version(),
                                   connection.query_row("SELECT current_user").str(0, 0)),
             "schema public", "", true});
    }
    return changes;
}

} // namespace pgkeep
