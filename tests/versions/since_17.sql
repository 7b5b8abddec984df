-- What version 17 brought.
SET ROLE shop_owner;
CREATE TABLE shop.since_17 (id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5), at date NOT NULL, during int4range,
    CONSTRAINT since_17_apart EXCLUDE USING gist (at WITH =, during WITH &&)) PARTITION BY RANGE (at);
CREATE TABLE shop.since_17_old PARTITION OF shop.since_17 FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
CREATE TABLE shop.since_17_new PARTITION OF shop.since_17 FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
INSERT INTO shop.since_17 (at, during) SELECT date '2024-06-01' + n, int4range(n, n + 1) FROM generate_series(1, 500) AS n;
CREATE TABLE shop.since_17_intervals (id integer PRIMARY KEY, i interval);
INSERT INTO shop.since_17_intervals VALUES (1, 'infinity'), (2, '-infinity'), (3, '1 day');
ALTER TABLE shop.since_17_intervals ALTER COLUMN i SET STATISTICS DEFAULT;
GRANT MAINTAIN ON shop.since_17_intervals TO shop_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT MAINTAIN ON TABLES TO shop_clerk;
CREATE VIEW shop.since_17_json AS
    SELECT t.* FROM JSON_TABLE('[{"a": 1, "b": ["x", null]}]'::jsonb, '$[*]' AS root COLUMNS (a integer PATH '$.a',
        NESTED PATH '$.b[*]' AS inside COLUMNS (b text PATH '$' DEFAULT 'none' ON EMPTY))) AS t;
CREATE FUNCTION shop.since_17_merge(a integer) RETURNS integer LANGUAGE sql
BEGIN ATOMIC
    MERGE INTO shop.since_17_intervals AS t USING (SELECT a AS id) AS s ON t.id = s.id
    WHEN MATCHED THEN UPDATE SET i = '0' WHEN NOT MATCHED BY SOURCE THEN DO NOTHING RETURNING t.id;
END;
RESET ROLE;
CREATE COLLATION shop.since_17_builtin (provider = builtin, locale = 'C.UTF-8');
CREATE TABLE shop.since_17_heap (a integer) PARTITION BY LIST (a) USING heap;
GRANT pg_maintain TO shop_clerk;
-- Runs in every session of the database from now on, also in those of a restore.
CREATE FUNCTION audit.on_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CREATE EVENT TRIGGER shop_login ON login EXECUTE FUNCTION audit.on_login();
ALTER EVENT TRIGGER shop_login ENABLE ALWAYS;
