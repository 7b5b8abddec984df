-- A sample shop: more than 300,000 rows, and one of every kind of object that a backup must bring home.
--
-- For the quickstart and the live tests. Run it as superuser in an empty UTF-8 database, on servers 13 to 18:
--
--     psql -X -v ON_ERROR_STOP=1 -d shop -f tests/support/sample_shop.sql
--
-- The content is the same in every run. Roles belong to the cluster, so they are made only where they are missing.
-- Nothing reads the network or the file system. Each part of it says what it is there for.

\set QUIET on
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET datestyle = 'ISO, MDY';
SET timezone = 'UTC';
SET synchronous_commit = off;

SELECT current_setting('server_version_num')::int >= 140000 AS server_14,
       current_setting('server_version_num')::int >= 150000 AS server_15,
       current_setting('server_version_num')::int >= 180000 AS server_18 \gset

\ir sample_shop/roles.sql
\ir sample_shop/types.sql
\ir sample_shop/functions.sql
\ir sample_shop/operators.sql
\ir sample_shop/tables.sql
\ir sample_shop/rows.sql
\ir sample_shop/constraints.sql
\ir sample_shop/shapes.sql
\ir sample_shop/partitions.sql
\ir sample_shop/values.sql
\ir sample_shop/wide_rows.sql
\ir sample_shop/names.sql
\ir sample_shop/sequences.sql
\ir sample_shop/views.sql
\ir sample_shop/triggers.sql
\ir sample_shop/text_search.sql
\ir sample_shop/foreign.sql
\ir sample_shop/extensions.sql
\ir sample_shop/large_objects.sql
\ir sample_shop/newer_servers.sql
\ir sample_shop/security.sql
\ir sample_shop/database.sql

-- Not ANALYZE as a whole: one partition is foreign, and nothing can be read there.
SELECT format('ANALYZE %s', oid::regclass) FROM pg_catalog.pg_class
WHERE relkind IN ('r', 'm') AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) \gexec
