-- Extensions, as far as the server has them: pg_trgm, hstore, citext, btree_gist and file_fdw are in contrib.

CREATE SCHEMA extensions;
COMMENT ON SCHEMA extensions IS 'Not all extensions are in public.';
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['pg_trgm', 'hstore', 'citext', 'btree_gist', 'file_fdw', 'lo', 'intarray', 'bloom'] LOOP
        IF EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = wanted) THEN
            EXECUTE format('CREATE EXTENSION %I SCHEMA %I', wanted, CASE WHEN wanted = 'lo' THEN 'public' ELSE 'extensions' END);
        END IF;
    END LOOP;
END
$$;
SELECT count(*) = 8 AS has_contrib FROM pg_catalog.pg_extension
WHERE extname IN ('pg_trgm', 'hstore', 'citext', 'btree_gist', 'file_fdw', 'lo', 'intarray', 'bloom') \gset

\if :has_contrib
COMMENT ON EXTENSION hstore IS 'A comment of our own on an extension.';
CREATE TABLE shop.contrib (
    id integer PRIMARY KEY,
    pairs extensions.hstore,
    name extensions.citext UNIQUE,
    during daterange,
    picture public.lo,
    EXCLUDE USING gist (id WITH OPERATOR(pg_catalog.=), during WITH &&)
);
INSERT INTO shop.contrib (id, pairs, name, during)
SELECT n, extensions.hstore(ARRAY['a', n::text, 'b "quoted"', NULL, E'c\n', '\']), ('Name ' || n)::extensions.citext,
       daterange(date '2025-01-01' + n, date '2025-01-01' + n + 5)
FROM generate_series(1, 1000) AS n;
CREATE INDEX customers_trigrams ON shop.customers USING gin (name extensions.gin_trgm_ops);
CREATE INDEX contrib_bloom ON shop.contrib USING bloom (id) WITH (length = 80);
CREATE INDEX contrib_pairs ON shop.contrib USING gist (pairs);
CREATE TRIGGER contrib_picture BEFORE UPDATE OR DELETE ON shop.contrib FOR EACH ROW EXECUTE FUNCTION public.lo_manage(picture);
CREATE SERVER shop_files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE shop.a_file (line text) SERVER shop_files OPTIONS (filename '/no/such/file', format 'text');
\endif
