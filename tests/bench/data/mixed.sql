-- Mixed data for benchmarks: about 700 MB of COPY text at scale 100 (psql -v scale=100), a hundredth of it at scale 1.
-- Deterministic. Narrow rows, wide text, JSON events, many small tables, and a table that hardly compresses.
SELECT setseed(0.5);

CREATE TABLE accounts (aid bigint PRIMARY KEY, bid int NOT NULL, abalance int, filler text);
INSERT INTO accounts
SELECT i, i % 100, (random() * 100000)::int, repeat(' ', 60)
  FROM generate_series(1, 15000 * :scale) AS i;

CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text UNIQUE, born date, created timestamptz, score numeric(10,2), notes text);
INSERT INTO customers
SELECT i, 'Customer ' || md5(i::text), md5(i::text) || '@example.com', date '1950-01-01' + (random() * 20000)::int,
       timestamptz '2020-01-01 00:00+00' + random() * interval '5 years', (random() * 10000)::numeric(10,2),
       CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('lorem ipsum dolor sit amet ', 1 + (random() * 8)::int) END
  FROM generate_series(1, 5000 * :scale) AS i;

CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers, placed timestamptz, total numeric(12,2), state text);
INSERT INTO orders
SELECT i, 1 + (random() * (5000 * :scale - 1))::bigint, timestamptz '2024-01-01 00:00+00' + i * interval '7 seconds',
       (random() * 1000)::numeric(12,2), (ARRAY['new', 'paid', 'shipped', 'returned'])[1 + (random() * 3)::int]
  FROM generate_series(1, 20000 * :scale) AS i;
CREATE INDEX ON orders (customer);

CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz, payload jsonb);
INSERT INTO events
SELECT i, timestamptz '2024-01-01 00:00+00' + i * interval '1 second',
       jsonb_build_object('id', i, 'user', (random() * 100000)::int, 'action', (ARRAY['view', 'click', 'buy', 'leave'])[1 + (random() * 3)::int],
                          'path', '/shop/' || (random() * 1000)::int || '/item/' || md5(random()::text), 'ms', round((random() * 900)::numeric, 3),
                          'tags', jsonb_build_array('a' || (random() * 10)::int, 'b' || (random() * 10)::int))
  FROM generate_series(1, 10000 * :scale) AS i;

CREATE TABLE documents (id bigint PRIMARY KEY, title text, body text);
INSERT INTO documents
SELECT i, 'Document ' || i,
       (SELECT string_agg(md5((i * 31 + j)::text) || ' the quick brown fox jumps over the lazy dog', ' ') FROM generate_series(1, 40) AS j)
  FROM generate_series(1, 300 * :scale) AS i;

CREATE TABLE blobs (id bigint PRIMARY KEY, content bytea);
INSERT INTO blobs
SELECT i, (SELECT string_agg(decode(md5((i * 1009 + j)::text), 'hex'), '') FROM generate_series(1, 128) AS j)
  FROM generate_series(1, 100 * :scale) AS i;

SELECT format('CREATE TABLE small_%s AS SELECT i AS id, md5(i::text) AS value FROM generate_series(1, 100) AS i', n)
  FROM generate_series(1, 200) AS n
\gexec
VACUUM ANALYZE;
CHECKPOINT;
