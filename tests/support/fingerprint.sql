-- Every row of every table, as a hash; every sequence; every large object. The same text for the same content, on every
-- version. psql runs the statements that the queries before \gexec write.
SET search_path = ''; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 3;
SET timezone = 'UTC'; SET bytea_output = 'hex'; SET row_security = off; SET client_encoding = 'UTF8';
-- Rows that are divided by the hash of an enum count as those of the table above the partitions: where each lies differs.
SELECT format('SELECT ''table'', %L, count(*), md5(string_agg(h, '''' ORDER BY h)) FROM (SELECT md5(%s) AS h FROM %s %s) AS x',
              c.oid::regclass,
              COALESCE('ROW(' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) || ')::text', '''x'''),
              CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY' END, c.oid::regclass)
FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid AND c.relispartition
    LEFT JOIN LATERAL (
        SELECT p.partrelid FROM pg_catalog.pg_partitioned_table AS p
            JOIN pg_catalog.pg_attribute AS k ON k.attrelid = p.partrelid AND k.attnum = ANY (p.partattrs)
            JOIN pg_catalog.pg_type AS t ON t.oid = k.atttypid AND t.typtype = 'e'
        WHERE p.partstrat = 'h' AND p.partrelid IN (c.oid, i.inhparent) LIMIT 1) AS divided ON true
WHERE (c.relkind IN ('r', 'm') AND divided.partrelid IS NULL OR c.relkind = 'p' AND divided.partrelid = c.oid)
    AND c.relispopulated AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
GROUP BY c.oid, n.nspname, c.relname, c.relkind
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C" \gexec
SELECT format('SELECT ''sequence'', %L, last_value, is_called FROM %s', oid::regclass, oid::regclass)
FROM pg_catalog.pg_class WHERE relkind = 'S' ORDER BY oid::regclass::text COLLATE "C" \gexec
SELECT 'large object', oid, octet_length(lo_get(oid)), md5(lo_get(oid)) FROM pg_catalog.pg_largeobject_metadata ORDER BY oid;
