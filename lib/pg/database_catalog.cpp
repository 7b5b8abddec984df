#include "pg/backup_catalog.hpp"
#include "pg/text_array.hpp"

namespace pgkeep {

namespace {

constexpr int kProviders = 150000;    // datlocprovider, daticulocale, datcollversion
constexpr int kIcuRules = 160000;     // daticurules
constexpr int kCommonLocale = 170000; // daticulocale became datlocale

std::string properties_query(int version) {
    std::string const provider = version >= kProviders ? "d.datlocprovider" : "'c'";
    std::string const locale = version >= kCommonLocale ? "d.datlocale"
                               : version >= kProviders  ? "d.daticulocale"
                                                        : "NULL";
    std::string const rules = version >= kIcuRules ? "d.daticurules" : "NULL";
    std::string const collation_version = version >= kProviders ? "d.datcollversion" : "NULL";
    return "SELECT pg_catalog.pg_get_userbyid(d.datdba), "
           "pg_catalog.pg_encoding_to_char(d.encoding), " +
           provider + ", d.datcollate, d.datctype, " + locale + ", " + rules + ", " +
           collation_version +
           ", t.spcname, d.datconnlimit, d.datistemplate,"
           " pg_catalog.shobj_description(d.oid, 'pg_database'), d.datacl::pg_catalog.text[]"
           " FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = "
           "d.dattablespace"
           " WHERE d.oid = $1::pg_catalog.oid";
}

std::vector<DatabaseSetting> read_settings(Connection &connection, std::string const &oid) {
    auto const result = connection.query(
        "SELECT COALESCE(r.rolname, ''), s.setting"
        " FROM pg_catalog.pg_db_role_setting c"
        " LEFT JOIN pg_catalog.pg_roles r ON r.oid = c.setrole,"
        " pg_catalog.unnest(c.setconfig) WITH ORDINALITY AS s(setting, number)"
        " WHERE c.setdatabase = $1::pg_catalog.oid AND (c.setrole = 0 OR r.oid IS NOT NULL)"
        " ORDER BY r.rolname NULLS FIRST, s.number",
        {oid});
    std::vector<DatabaseSetting> settings;
    for (int row = 0; row < result.rows(); ++row) {
        auto const setting = result.str(row, 1); // name=value
        auto const equals = setting.find('=');
        if (equals != std::string::npos) {
            settings.push_back(
                {result.str(row, 0), setting.substr(0, equals), setting.substr(equals + 1)});
        }
    }
    return settings;
}

// pg_shdepend knows which roles the objects of a database need, apart from the first superuser, who
// owns too much to be written down; for that one the usual owners are asked.
constexpr std::string_view kRolesInUse = R"(
WITH this AS (SELECT oid, datdba FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
SELECT r.rolname FROM pg_catalog.pg_roles r
 WHERE r.oid IN (
   SELECT d.refobjid FROM pg_catalog.pg_shdepend d, this
    WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
      AND (d.dbid = this.oid
           OR (d.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND d.objid = this.oid))
   UNION SELECT datdba FROM this
   UNION SELECT c.setrole FROM pg_catalog.pg_db_role_setting c, this WHERE c.setdatabase = this.oid
   UNION SELECT relowner FROM pg_catalog.pg_class WHERE oid >= 16384
   UNION SELECT proowner FROM pg_catalog.pg_proc WHERE oid >= 16384
   UNION SELECT typowner FROM pg_catalog.pg_type WHERE oid >= 16384
   UNION SELECT nspowner FROM pg_catalog.pg_namespace WHERE oid >= 16384
   UNION SELECT lomowner FROM pg_catalog.pg_largeobject_metadata)
 ORDER BY r.rolname)";

} // namespace

DatabaseProperties read_database_properties(Connection &connection) {
    return read_database_properties(
        connection,
        static_cast<std::uint32_t>(connection
                                       .query_row("SELECT oid FROM pg_catalog.pg_database"
                                                  " WHERE datname = pg_catalog.current_database()")
                                       .unsigned_integer(0, 0)));
}

DatabaseProperties read_database_properties(Connection &connection, std::uint32_t oid) {
    auto const row =
        connection.query_row(properties_query(connection.server_version()), {std::to_string(oid)});
    DatabaseProperties properties;
    properties.owner = row.str(0, 0);
    properties.encoding = row.str(0, 1);
    properties.locale_provider = row.str(0, 2).at(0);
    properties.collate = row.str(0, 3);
    properties.ctype = row.str(0, 4);
    properties.locale = row.str(0, 5);
    properties.icu_rules = row.str(0, 6);
    properties.collation_version = row.str(0, 7);
    properties.tablespace = row.str(0, 8);
    properties.connection_limit = row.integer(0, 9);
    properties.is_template = row.boolean(0, 10);
    properties.comment = row.optional(0, 11);
    if (!row.is_null(0, 12)) {
        properties.acl = row.text_array(0, 12);
    }
    properties.settings = read_settings(connection, std::to_string(oid));
    return properties;
}

std::vector<std::string> list_roles_in_use(Connection &connection) {
    auto const result = connection.query(std::string{kRolesInUse});
    std::vector<std::string> roles;
    for (int row = 0; row < result.rows(); ++row) {
        roles.push_back(result.str(row, 0));
    }
    return roles;
}

std::vector<Extension> list_extensions(Connection &connection,
                                       std::vector<std::uint32_t> const &oids) {
    auto const result =
        connection.query("SELECT e.extname, e.extversion, n.nspname FROM pg_catalog.pg_extension e"
                         " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
                         " WHERE e.oid = ANY ($1::pg_catalog.oid[]) ORDER BY e.extname",
                         {format_oid_array(oids)});
    std::vector<Extension> extensions;
    for (int row = 0; row < result.rows(); ++row) {
        extensions.push_back({result.str(row, 0), result.str(row, 1), result.str(row, 2)});
    }
    return extensions;
}

std::string read_system_identifier(Connection &connection) {
    // Asked first: a refused call would end the transaction.
    auto const allowed = connection.query_row(
        "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')");
    return allowed.boolean(0, 0)
               ? connection
                     .query_row("SELECT system_identifier FROM pg_catalog.pg_control_system()")
                     .str(0, 0)
               : std::string{};
}

std::vector<std::uint32_t> list_large_objects(Connection &connection) {
    auto const result =
        connection.query("SELECT oid FROM pg_catalog.pg_largeobject_metadata ORDER BY oid");
    std::vector<std::uint32_t> oids;
    for (int row = 0; row < result.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return oids;
}

} // namespace pgkeep
