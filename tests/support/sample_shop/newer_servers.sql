-- What only newer servers have.

\if :server_14
CREATE FUNCTION shop.with_sql_body(a integer, b integer DEFAULT 2) RETURNS bigint LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT a::bigint * b;
    SELECT a + 1;
END;
CREATE TABLE shop.since_14 (id integer PRIMARY KEY, squeezed text COMPRESSION pglz, many int4multirange, mine shop.price_multirange);
INSERT INTO shop.since_14 VALUES (1, repeat('squeeze', 5000), '{[1,3),[7,)}', '{}'), (2, NULL, NULL, '{[0.5,1),[2,3]}');
CREATE STATISTICS shop.customer_expressions ON lower(name), (credit * 2) FROM shop.customers;
CREATE PROCEDURE shop.rest_out(IN a integer, OUT b integer) LANGUAGE sql BEGIN ATOMIC SELECT a; END;
CREATE TABLE shop.since_14_fast (a integer) WITH (toast_tuple_target = 4000);
\endif

\if :server_15
CREATE TABLE shop.since_15 (id integer, a integer, b integer, UNIQUE NULLS NOT DISTINCT (a), PRIMARY KEY (id));
CREATE TABLE shop.since_15_child (id integer, parent_id integer, t text,
    FOREIGN KEY (parent_id) REFERENCES shop.since_15 ON DELETE SET NULL (parent_id));
INSERT INTO shop.since_15 VALUES (1, NULL, 1), (2, 2, 2);
INSERT INTO shop.since_15_child VALUES (1, 1, 'x'), (2, NULL, 'y');
CREATE VIEW shop.since_15_view WITH (security_invoker = true) AS SELECT id FROM shop.since_15;
CREATE UNLOGGED SEQUENCE shop.since_15_sequence START 3;
SELECT nextval('shop.since_15_sequence');
\endif

\if :server_18
CREATE TABLE shop.since_18 (
    id integer,
    during daterange,
    doubled integer GENERATED ALWAYS AS (id * 2) VIRTUAL,
    t text,
    CONSTRAINT since_18_key PRIMARY KEY (id, during WITHOUT OVERLAPS),
    CONSTRAINT since_18_loose CHECK (id > 5) NOT ENFORCED
);
INSERT INTO shop.since_18 (id, during, t) VALUES (1, '[2025-01-01,2025-02-01)', 'a'), (1, '[2025-02-01,2025-03-01)', NULL);
ALTER TABLE shop.since_18 ADD CONSTRAINT since_18_t NOT NULL t NOT VALID;
\endif
