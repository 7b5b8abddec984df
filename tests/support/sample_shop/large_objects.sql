-- Large objects: small, empty, larger than a MiB, with holes, with an owner, rights and comments, and one in a column.

SELECT lo_from_bytea(700001, 'a small one with \\ and a zero: \000');
SELECT lo_create(700002); -- empty
SELECT lo_from_bytea(700003, (SELECT string_agg(decode(md5(n::text), 'hex'), '' ORDER BY n) FROM generate_series(1, 200000) AS n));
SELECT lo_create(700004); -- sparse: five MiB of which few pages exist
SELECT lo_put(700004, 5000000, 'far behind'), lo_put(700004, 3000, 'across a page');
SELECT lo_from_bytea(700005, decode(repeat('00', 8192), 'hex')); -- zeros that are stored
SELECT lo_from_bytea(700006, decode(repeat('ab', 1048576), 'hex')); -- exactly one MiB
SELECT lo_from_bytea((700100 + n)::oid, convert_to('object ' || n, 'UTF8')) FROM generate_series(1, 50) AS n;
SELECT lo_from_bytea(4294967290, 'a large number');

ALTER LARGE OBJECT 700003 OWNER TO shop_owner;
GRANT SELECT ON LARGE OBJECT 700003 TO shop_reader;
GRANT SELECT, UPDATE ON LARGE OBJECT 700002 TO PUBLIC;
COMMENT ON LARGE OBJECT 700001 IS 'A comment, with ''quotes'' and \
a second line.';

CREATE TABLE shop.pictures (id integer PRIMARY KEY, content oid);
INSERT INTO shop.pictures VALUES (1, 700001), (2, 700003), (3, NULL), (4, 4294967290);
