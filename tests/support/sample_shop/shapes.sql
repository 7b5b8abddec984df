-- Tables of odd shapes: without columns, with dropped ones, inherited, typed, unlogged, of another access method.

CREATE TABLE shop.no_columns ();
INSERT INTO shop.no_columns SELECT FROM generate_series(1, 5);
CREATE TABLE shop.no_columns_no_rows ();

CREATE TABLE shop.all_columns_dropped (a integer, b text);
INSERT INTO shop.all_columns_dropped VALUES (1, 'x'), (2, 'y');
ALTER TABLE shop.all_columns_dropped DROP COLUMN a, DROP COLUMN b;

CREATE TABLE shop.dropped_columns (gone_first integer, a integer, gone_middle text, b text, gone_last date);
INSERT INTO shop.dropped_columns SELECT n, n * 2, 'gone', 'kept ' || n, '2025-01-01' FROM generate_series(1, 1000) AS n;
ALTER TABLE shop.dropped_columns DROP COLUMN gone_first, DROP COLUMN gone_middle, DROP COLUMN gone_last;
-- Added behind rows that are not rewritten for it.
ALTER TABLE shop.dropped_columns ADD COLUMN added text NOT NULL DEFAULT E'since\tthen';
INSERT INTO shop.dropped_columns (a, b, added) VALUES (-1, NULL, 'later');

CREATE TABLE shop.one_text (t text);
INSERT INTO shop.one_text VALUES (''), (NULL), ('\N'), ('\.'), ('\'), (E'\n'), (E'\\.\n'), ('NULL'), (' '), ('"'), ('--'), (';');

CREATE TABLE shop.only_generated (a integer GENERATED ALWAYS AS (42) STORED);
INSERT INTO shop.only_generated DEFAULT VALUES;
INSERT INTO shop.only_generated DEFAULT VALUES;

CREATE UNLOGGED TABLE shop.sessions (id uuid PRIMARY KEY, data text);
INSERT INTO shop.sessions SELECT md5(n::text)::uuid, repeat('s', n % 100) FROM generate_series(1, 500) AS n;

-- Inheritance: a parent with rows of its own, a child with more columns and another default, and one of two parents.
CREATE TABLE shop.people (id integer PRIMARY KEY, name text DEFAULT 'nobody' NOT NULL, CHECK (id <> 0));
CREATE TABLE shop.staff (salary numeric, CHECK (salary >= 0)) INHERITS (shop.people);
ALTER TABLE shop.staff ALTER COLUMN name SET DEFAULT 'a clerk';
CREATE TABLE shop.timed (since timestamp);
CREATE TABLE shop.seasonal (name text, till timestamp) INHERITS (shop.people, shop.timed);
ALTER TABLE shop.people ADD COLUMN phone text; -- stands at another place in the children
INSERT INTO shop.people SELECT n, 'person ' || n, NULL FROM generate_series(1, 300) AS n;
INSERT INTO shop.staff (id, name, salary, phone) SELECT n, 'staff ' || n, n * 10, '+1' FROM generate_series(301, 500) AS n;
INSERT INTO shop.seasonal (id, name, since, till, phone)
SELECT n, 'seasonal ' || n, '2025-01-01', 'infinity', NULL FROM generate_series(501, 600) AS n;
CREATE TABLE shop.loose_child (LIKE shop.people INCLUDING ALL);
INSERT INTO shop.loose_child SELECT n, 'loose ' || n, NULL FROM generate_series(601, 650) AS n;
ALTER TABLE shop.loose_child INHERIT shop.people;
ALTER TABLE shop.loose_child ALTER COLUMN name SET STATISTICS 0;

CREATE TYPE shop.measure AS (at timestamp, value double precision);
CREATE TABLE shop.measures OF shop.measure (PRIMARY KEY (at), value WITH OPTIONS DEFAULT 0.5);
INSERT INTO shop.measures SELECT timestamp '2025-01-01' + n * interval '1 s', sqrt(n) FROM generate_series(1, 2000) AS n;

CREATE TABLE shop.other_method (id integer, t text) USING shop_heap;
INSERT INTO shop.other_method SELECT n, md5(n::text) FROM generate_series(1, 3000) AS n;

-- The name of a table is the name of its row type, and an array of rows is a column.
CREATE TABLE shop.baskets (id integer, items shop.order_items[], owner shop.customers);
INSERT INTO shop.baskets
SELECT 1, ARRAY(SELECT i FROM shop.order_items AS i WHERE order_id = 3 ORDER BY line), (SELECT c FROM shop.customers AS c WHERE id = 5);
