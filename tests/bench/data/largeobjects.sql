-- Large objects of 1 kB to 2 MB, every other one incompressible: about 200 MB at scale 100; and a table that refers to them.
CREATE TABLE files (id bigint PRIMARY KEY, name text, content oid);
INSERT INTO files
SELECT i, 'file_' || i,
       lo_from_bytea(0, (SELECT string_agg(CASE WHEN i % 2 = 0 THEN sha512(int8send(i * 100000 + j))
                                                ELSE convert_to(repeat(md5((i * 31 + j)::text), 2), 'UTF8') END, '')
                           FROM generate_series(1, 16 + i * 7919 % 31000) AS j))
  FROM generate_series(1, greatest(2, 2 * :scale)::int) AS i;
