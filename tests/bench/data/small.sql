-- Many small tables: 5,000 at scale 100, each with a key and twenty rows.
SELECT format('CREATE TABLE small_%s (id int PRIMARY KEY, name text NOT NULL, at timestamptz)', n)
  FROM generate_series(1, greatest(5, 50 * :scale)::int) AS n
\gexec
SELECT format($$INSERT INTO small_%s SELECT i, md5((i * %s)::text), timestamptz '2024-01-01 00:00+00' + i * interval '1 hour'
                  FROM generate_series(1, 20) AS i$$, n, n)
  FROM generate_series(1, greatest(5, 50 * :scale)::int) AS n
\gexec
