-- Bytes that do not compress, in rows of 1 kB to 200 kB: 150 MB, which is 300 MB of COPY text, at scale 100.
CREATE TABLE binaries (id bigint PRIMARY KEY, content bytea);
ALTER TABLE binaries ALTER content SET STORAGE EXTERNAL;
INSERT INTO binaries
SELECT i, (SELECT string_agg(sha512(int8send(i * 100000 + j)), '') FROM generate_series(1, 16 + i * 61 % 3100) AS j)
  FROM generate_series(1, greatest(2, 15 * :scale)::int) AS i;
