-- Rows that TOAST keeps elsewhere: texts and JSON documents of 5 kB to 1 MB (sizes evenly spread on a logarithmic scale),
-- about 300 MB of COPY text at scale 100.
CREATE FUNCTION size_of(i bigint) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT (5000 * 200 ^ ((i * 61 % 100) / 99.0))::int $$;

CREATE TABLE texts (id bigint PRIMARY KEY, body text);
INSERT INTO texts
SELECT i, (SELECT string_agg(md5((i * 31 + j)::text) || ' the quick brown fox jumps over the lazy dog', ' ')
             FROM generate_series(1, size_of(i) / 77) AS j)
  FROM generate_series(1, greatest(2, 8 * :scale)::int) AS i;

CREATE TABLE documents (id bigint PRIMARY KEY, content jsonb);
INSERT INTO documents
SELECT i, (SELECT jsonb_agg(jsonb_build_object('line', j, 'sku', md5((i * 37 + j)::text), 'price', j % 1000 / 10.0, 'state', 'shipped'))
             FROM generate_series(1, size_of(i) / 91) AS j)
  FROM generate_series(1, greatest(2, 8 * :scale)::int) AS i;

DROP FUNCTION size_of;
