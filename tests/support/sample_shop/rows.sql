-- The bulk: 20,000 customers, 3,000 products, 70,000 orders with 175,000 items.

SELECT setseed(0.25);

INSERT INTO shop.categories (parent_id, name)
SELECT NULLIF((n / 5) * 10, 0), 'Category ' || n FROM generate_series(1, 40) AS n ORDER BY n;

INSERT INTO shop.customers (name, email, address, tags, born, credit, notes, created)
SELECT (ARRAY['Ada', 'Björn', 'Chloë', 'Đorđe', 'Eve', 'Фёдор', '花子', 'O''Neil'])[1 + n % 8] || ' ' || substr(md5(n::text), 1, 8),
       CASE WHEN n % 10 > 0 THEN 'c' || n || '@example.com' END,
       CASE WHEN n % 3 > 0 THEN ROW('Street ' || n % 500, lpad((n % 99999)::text, 5, '0'), 'City, "' || n % 50 || '"',
                                    point(n % 180, -(n % 90)))::shop.address END,
       CASE WHEN n % 4 > 0 THEN ARRAY['a' || n % 7, 'with "quote"', 'back\slash', NULL] END::text[],
       date '1940-01-01' + (random() * 25000)::int,
       round((random() * 10000)::numeric, 2),
       CASE WHEN n % 5 = 0 THEN jsonb_build_object('n', n, 'text', E'line\nbreak\t\\', 'list', jsonb_build_array(1, null)) END,
       timestamptz '2020-01-01 00:00:00+00' + n * interval '97 minutes'
FROM generate_series(1, 20000) AS n;

INSERT INTO shop.products (category_id, code, name, net, price_band, attributes, picture)
SELECT 10 * (1 + n % 40), ('P-' || lpad(n::text, 6, '0'))::text::shop.code, 'Product ' || md5(n::text),
       round((random() * 500)::numeric, 2),
       CASE n % 4 WHEN 0 THEN 'empty' WHEN 1 THEN shop.price_range(n, n + 0.5) WHEN 2 THEN shop.price_range(NULL, n) END,
       jsonb_build_object('weight', n % 100, 'colour', (ARRAY['red', 'grün', 'blue'])[1 + n % 3]),
       CASE WHEN n % 10 = 0 THEN decode(repeat(md5(n::text), 40), 'hex') END
FROM generate_series(1, 3000) AS n;

INSERT INTO shop.orders (customer_id, state, placed, delivery, comment)
SELECT 1 + (random() * 19999)::int,
       (enum_range(NULL::shop.order_state))[1 + n % 6],
       timestamptz '2024-01-01 00:00:00+00' + n * interval '7 minutes 13.37 seconds',
       CASE WHEN n % 3 > 0 THEN make_interval(days => n % 20, secs => n % 86400) END,
       CASE WHEN n % 20 = 0 THEN E'please\nring ' || n END
FROM generate_series(1, 70000) AS n;

INSERT INTO shop.order_items (order_id, line, product_id, quantity, net)
SELECT o, l, 1 + (o * 7 + l * 31) % 3000, 1 + (o + l) % 9, round(((o * l) % 50000) / 100.0, 2)
FROM generate_series(1, 70000) AS o, generate_series(1, 4) AS l
WHERE l <= 1 + o % 4;

INSERT INTO stock.places (id, name) SELECT n, 'Place ' || n FROM generate_series(1, 100) AS n;
INSERT INTO stock.workers (id, place_id, name) SELECT n, 1 + n % 100, 'Worker ' || n FROM generate_series(1, 500) AS n;
INSERT INTO stock.workers (id) VALUES (501);
UPDATE stock.places SET chief_id = id + 100;

-- Dead rows and holes, so that the content is not in the order in which it was written.
DELETE FROM shop.orders WHERE id % 100 = 7;
UPDATE shop.customers SET credit = credit + 1 WHERE id % 50 = 0;
