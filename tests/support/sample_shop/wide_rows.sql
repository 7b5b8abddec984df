-- Rows that are stored out of line, compressed or not, and one of several MiB.

CREATE TABLE shop.documents (id integer PRIMARY KEY, title text NOT NULL, body text, raw bytea, words text[]);
ALTER TABLE shop.documents ALTER COLUMN raw SET STORAGE EXTERNAL;

INSERT INTO shop.documents (id, title, body, raw)
SELECT d, 'Document ' || d,
       (SELECT string_agg(md5((d * 1000 + n)::text), CASE WHEN n % 7 = 0 THEN E'\n' ELSE ' ' END ORDER BY n)
        FROM generate_series(1, 10 + d % 300) AS n),
       (SELECT string_agg(decode(md5((d * 2000 + n)::text), 'hex'), '' ORDER BY n) FROM generate_series(1, 1 + d % 400) AS n)
FROM generate_series(1, 600) AS d;
INSERT INTO shop.documents VALUES
    (1001, 'Compresses well', repeat('All work and no play. ', 200000), NULL, NULL),
    (1002, 'Six MiB that do not', (SELECT string_agg(md5(n::text), '' ORDER BY n) FROM generate_series(1, 200000) AS n), NULL, NULL),
    (1003, 'Doubled by escaping', repeat(E'\\\n', 600000), decode(repeat('5c0a', 300000), 'hex'), NULL),
    (1004, 'A long array', NULL, NULL, ARRAY(SELECT 'word "' || n || '", \' FROM generate_series(1, 50000) AS n));

-- 250 columns, most of them null.
DO $$
BEGIN
    EXECUTE (SELECT 'CREATE TABLE shop.many_columns (' || string_agg('c' || n || ' integer', ', ' ORDER BY n) || ')'
             FROM generate_series(1, 250) AS n);
END
$$;
INSERT INTO shop.many_columns (c1, c100, c250) SELECT n, n * 2, -n FROM generate_series(1, 2000) AS n;
