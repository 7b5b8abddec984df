-- One huge table of narrow rows: 5,000,000 rows, about 450 MB of COPY text, at scale 100.
SELECT setseed(0.5);
CREATE TABLE huge (id bigint PRIMARY KEY, account int, at timestamptz, amount numeric(12,2), note text);
INSERT INTO huge
SELECT i, (random() * 100000)::int, timestamptz '2024-01-01 00:00+00' + i * interval '3 seconds', (random() * 1000)::numeric(12,2),
       md5(i::text) || ' ' || repeat('x', i::int % 10)
  FROM generate_series(1, (50000 * :scale)::int) AS i;
