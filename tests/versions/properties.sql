-- What a database is, in words that are the same on every version.
SELECT pg_catalog.pg_get_userbyid(datdba), pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype,
       COALESCE(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
       -- From 16 on a server writes a language tag in its shortest form: en-u-kn, where 15 keeps en-u-kn-true.
       replace(COALESCE(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'), '-true', '') AS locale,
       to_jsonb(d) ->> 'daticurules' AS rules, datconnlimit, datistemplate,
       (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(COALESCE(datacl, acldefault('d', datdba))) AS a) AS rights,
       pg_catalog.shobj_description(oid, 'pg_database') AS comment
FROM pg_catalog.pg_database AS d WHERE datname = current_database();
SELECT setrole::regrole, setting FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS setting
WHERE setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
ORDER BY setrole::regrole::text COLLATE "C", setting COLLATE "C";
-- Default rights, and rights on what initdb made.
SELECT defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype,
       (SELECT string_agg(a::text, ',' ORDER BY a::text COLLATE "C") FROM unnest(defaclacl) AS a)
FROM pg_catalog.pg_default_acl ORDER BY 1::text, 2::text, 3;
