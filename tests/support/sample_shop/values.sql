-- Values that break careless dumps, for every built-in type; the arrays in between are there for their quoting.

CREATE TABLE shop.tricky_texts (id integer PRIMARY KEY, t text, v varchar(40), c char(5), n name, one "char", b bytea);
INSERT INTO shop.tricky_texts VALUES
    (1, NULL, NULL, NULL, NULL, NULL, NULL),
    (2, '', '', '', '', '', ''),
    (3, '\N', '\N', '\N', '\N', '\', '\\x'),
    (4, '\.', '\.', '\.', '\.', '.', '\x5c2e0a'),
    (5, E'\\', E'\\\\', E'\\n', E'\\t', E'\n', '\x5c5c'),
    (6, E'tab\there', E'line\nbreak', E'cr\r', E'crlf\r\n', E'\t', '\x0009'),
    (7, E'\x01\x02\x1f\x7f', E'\b\f\x0b', E'\r\n\t', E'\x1b[0m', E'\x7f', '\x00ff00ff'),
    (8, 'quote '' and "', '$$dollar$$', '%s', ';--', '"', '\xdeadbeef'),
    (9, 'äöü ß € 漢字 🐘 e' || E'\u0301', 'naïve', '日本', 'ñame', 'x', convert_to('🐘', 'UTF8')),
    (10, E'\nCOPY shop.customers (id) FROM stdin;\n1\n\\.\n', '\connect', '\! ls', '-- x', '-', '\x'),
    (11, '-- PostgreSQL database dump complete', '-- pgkeep: {}', ' pad ', ' n ', ' ', '\x20'),
    (12, E'ends in a backslash\\', E'\\', E'\\', E'\\', '\', '\x5c'),
    (13, E'\n', E'\r', E'\t', E'\n\n', E'\r', '\x0a'),
    (14, repeat(E'\\\n\t', 1000), repeat('x', 40), 'xxxxx', repeat('n', 63), 'y', decode(repeat('00', 5000), 'hex'));

CREATE TABLE shop.tricky_numbers (
    id integer PRIMARY KEY, i2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision, n numeric, m money, o oid);
INSERT INTO shop.tricky_numbers VALUES
    (1, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', 'NaN', '-92233720368547758.08', 0),
    (2, 32767, 2147483647, 9223372036854775807, 'Infinity', '-Infinity', 0, '92233720368547758.07', 4294967295),
    (3, 0, 0, 0, '-0', '-0', -0.000, 0, 1),
    (4, 1, 1, 1, 3.4028235e38, 1.7976931348623157e308, 1e130000, 1.5, 2),
    (5, -1, -1, -1, 1.17549435e-38, 2.2250738585072014e-308, 1e-16000, -1, 3),
    (6, 1, 1, 1, 1.4e-45, 5e-324, 0.10, 1, 4),
    (7, 1, 1, 1, 0.1, 0.1, 123456789012345678901234567890.123456789012345678901234567890, 1, 5),
    (8, 1, 1, 1, 16777217, 0.30000000000000004, 100000000000000000000, 1, 6),
    (9, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shop.tricky_times (
    id integer PRIMARY KEY, d date, t time, tz timetz, ts timestamp, tstz timestamptz, i interval, short timestamp(0));
INSERT INTO shop.tricky_times VALUES
    (1, 'infinity', '00:00', '00:00+14', 'infinity', 'infinity', '0', 'epoch'),
    (2, '-infinity', '24:00', '23:59:59.999999-12:30', '-infinity', '-infinity', '-178000000 years', 'infinity'),
    (3, '4713-01-01 BC', '12:34:56.789012', '12:00+05:45', '4713-01-01 00:00:00 BC', '4713-01-02 00:00:00+00 BC',
     '1 year -2 mons +3 days -04:05:06.789', '1999-12-31 23:59:59.6'),
    (4, '5874897-12-31', '23:59:60', '00:00:00.1-00:00:30', '294276-12-31 23:59:59.999999',
     '294276-12-31 23:59:59.999999+00', '-1 day +00:00:00.000001', '2000-02-29'),
    (5, '2025-03-30', '02:30', '02:30+02', '2025-03-30 02:30', '2025-10-26 02:30:00+01', 'P1Y2M3DT4H5M6.7S', NULL),
    (6, '0001-01-01', '00:00:00.000001', NULL, '0001-01-01 00:00:00 BC', '1883-11-18 12:03:58-04:56:02', '-0.000001 s', NULL),
    (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shop.tricky_others (
    id integer PRIMARY KEY, truth boolean, u uuid, j json, jb jsonb, ip inet, net cidr, mac macaddr, mac8 macaddr8,
    bits bit(7), vb varbit, p point, l line, seg lseg, bx box, pt path, poly polygon, ci circle,
    ts tsvector, q tsquery, lsn pg_lsn, snap pg_snapshot, path jsonpath, r regclass, cls regtype);
INSERT INTO shop.tricky_others VALUES
    (1, true, '00000000-0000-0000-0000-000000000000', E'{"a" :  1, "a": "dup\\u0041", "n": "line\\nbreak"}',
     E'{"b": [1, 1.0, 1e400, null, "\\\\", "\\"", "\\u00e4\\t"], "a": {}}', '::ffff:1.2.3.4/96', '10.0.0.0/8',
     '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'1010101', B'', '(NaN,Infinity)', '{1,-1,0}', '[(0,0),(1e300,-0)]',
     '(2,2),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,0),(1,1))', '<(0,0),0>', $$'it''s':1A 'back\\slash':2,3B 'two words'$$,
     $$'a b' & !c:*AB <2> 'd'$$, 'FFFFFFFF/FFFFFFFF', '10:20:10,14,15', '$.a[*] ? (@ > 1 && @ like_regex "^x\\d")',
     'pg_catalog.pg_class', 'pg_catalog.int4[]'),
    (2, false, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'null', '0.0.0.0/0', '::/0', 'ff:ff:ff:ff:ff:ff',
     'ff:ff:ff:ff:ff:ff:ff:ff', B'0000000', B'1', '(-0,5e-324)', '{0,1,0}', '[(1,1),(1,1)]', '(1,1),(1,1)',
     '((0,0))', '((0,0))', '<(1,1),1e-10>', '', '', '0/0', '1:1:', '$', 'pg_catalog.pg_type', 'text'),
    (3, NULL, NULL, '  [ ]  ', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE shop.tricky_arrays (
    id integer PRIMARY KEY, texts text[], numbers integer[][], empties text[], bounds integer[], times timestamptz[],
    states shop.order_state[], rows shop.address[], range int4range, times_range tstzrange, ranges numrange[],
    band shop.price_range, row shop.address, nothing shop.nothing, codes shop.code[]);
INSERT INTO shop.tricky_arrays VALUES
    (1, ARRAY['', NULL, 'NULL', 'null', 'a,b', '{}', '"', '\', E'\n', ' x ', 'ä'], '{{1,2},{3,NULL}}', '{}', '[-1:1]={7,8,9}',
     '{infinity,"2025-01-01 00:00:00+00"}', ARRAY['it''s gone', 'wéird \ "state"']::shop.order_state[],
     ARRAY[ROW('a, "b"', '(', ')', '(1,2)')::shop.address, NULL, ROW(NULL, '', '\', NULL)::shop.address],
     '[1,5)', '[2025-01-01 00:00:00+00,infinity)', ARRAY['(,)', 'empty', '[0.10,0.1]']::numrange[], 'empty',
     ROW('line' || E'\n' || 'break', '\N', NULL, NULL), ROW(), ARRAY['x', '\', '"']::text[]::shop.code[]),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, '{{{a}}}', '{}', '{NULL}', '[0:0]={0}', '{}', '{}', '{}', 'empty', 'empty', '{}', '(-Infinity,NaN]',
     ROW(NULL, NULL, NULL, NULL), NULL, '{}');

SELECT EXISTS (SELECT FROM pg_catalog.pg_config WHERE name = 'CONFIGURE' AND setting LIKE '%--with-libxml%') AS has_xml \gset
\if :has_xml
CREATE TABLE shop.tricky_xml (id integer PRIMARY KEY, x xml);
INSERT INTO shop.tricky_xml VALUES (1, '<a b="&quot;">&lt; ä <!-- \. --></a>'), (2, E'text <b/>\n only'), (3, '<?xml version="1.0"?><r/>'), (4, NULL);
\endif
