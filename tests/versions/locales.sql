-- A small database for each way in which a server can sort: they are properties that a restore must bring back.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 150000 AS server_15,
       current_setting('server_version_num')::int >= 160000 AS server_16,
       current_setting('server_version_num')::int >= 170000 AS server_17,
       current_setting('server_version_num')::int >= 180000 AS server_18 \gset

CREATE DATABASE in_c TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' CONNECTION LIMIT 7;
\if :server_15
CREATE DATABASE in_icu TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-u-kn-true';
\endif
\if :server_16
CREATE DATABASE in_icu_rules TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'und'
    ICU_RULES '&a < g';
\endif
\if :server_17
CREATE DATABASE in_builtin TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
CREATE DATABASE in_builtin_c TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C';
\endif
\if :server_18
CREATE DATABASE in_unicode TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST';
\endif
SELECT format('GRANT TEMPORARY ON DATABASE %I TO shop_clerk', datname) FROM pg_catalog.pg_database WHERE datname LIKE 'in\_%' \gexec
SELECT format('ALTER DATABASE %I SET work_mem = ''3MB''', datname) FROM pg_catalog.pg_database WHERE datname LIKE 'in\_%' \gexec
