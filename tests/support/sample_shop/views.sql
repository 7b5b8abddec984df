-- Views of every sort, rules, and materialized views that depend on each other.

SET ROLE shop_owner;

CREATE VIEW shop.order_totals AS
    SELECT o.id, o.customer_id, o.state, count(i.line) AS lines, sum(i.amount) AS total
    FROM shop.orders AS o LEFT JOIN shop.order_items AS i ON i.order_id = o.id
    GROUP BY o.id; -- leans on the primary key
COMMENT ON VIEW shop.order_totals IS 'One row an order.';
CREATE VIEW shop.cheap_products WITH (security_barrier = true) AS
    SELECT id, name, net, category_id, code FROM shop.products WHERE net < 50 WITH LOCAL CHECK OPTION;
ALTER VIEW shop.cheap_products ALTER COLUMN net SET DEFAULT 1.99;
CREATE VIEW shop.cheaper_products AS SELECT * FROM shop.cheap_products WHERE net < 10 WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW shop.category_paths (id, path) AS
    SELECT id, ARRAY[name] FROM shop.categories WHERE parent_id IS NULL
    UNION ALL
    SELECT c.id, p.path || c.name FROM shop.categories AS c JOIN category_paths AS p ON c.parent_id = p.id;
CREATE VIEW shop.without_columns AS SELECT;
CREATE VIEW shop.with_everything AS
    WITH recent AS MATERIALIZED (SELECT * FROM shop.orders ORDER BY placed DESC LIMIT 10)
    SELECT r.id, w.rank, x.*, E'a\\b\n''c''' AS "text", 1::bigint AS "1"
    FROM recent AS r
        CROSS JOIN LATERAL (SELECT rank() OVER (PARTITION BY r.state ORDER BY r.placed ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS w
        LEFT JOIN LATERAL ROWS FROM (generate_series(1, 2), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS x (n, s, o) ON true
    WHERE r.comment IS DISTINCT FROM 'x' AND (r.customer_id, 1) IN (SELECT c.id, 1 FROM shop.customers AS c);

-- A view and a function that need each other.
CREATE VIEW shop.circular AS SELECT 1 AS a, 'x'::text AS b;
CREATE FUNCTION shop.takes_circular(shop.circular) RETURNS integer LANGUAGE sql STABLE AS 'SELECT $1.a';
CREATE OR REPLACE VIEW shop.circular AS
    SELECT 1 AS a, 'x'::text AS b, shop.takes_circular(NULL::shop.circular) AS c;

CREATE MATERIALIZED VIEW shop.sales_by_category AS
    SELECT p.category_id, count(*) AS items, sum(i.amount) AS total
    FROM shop.order_items AS i JOIN shop.products AS p ON p.id = i.product_id
    GROUP BY p.category_id;
CREATE UNIQUE INDEX sales_by_category_key ON shop.sales_by_category (category_id);
ALTER MATERIALIZED VIEW shop.sales_by_category CLUSTER ON sales_by_category_key;
CREATE MATERIALIZED VIEW shop.best_category WITH (fillfactor = 50) AS
    SELECT category_id, total FROM shop.sales_by_category ORDER BY total DESC, category_id LIMIT 3;
CREATE MATERIALIZED VIEW shop.a_first_by_name AS SELECT count(*) FROM shop.best_category; -- depends on one that sorts after it
CREATE MATERIALIZED VIEW shop.never_filled AS SELECT * FROM shop.order_totals WITH NO DATA;
CREATE INDEX never_filled_total ON shop.never_filled (total);
CREATE MATERIALIZED VIEW shop.on_never_filled AS SELECT count(*) FROM shop.never_filled WITH NO DATA;
COMMENT ON MATERIALIZED VIEW shop.never_filled IS 'WITH NO DATA';

CREATE TABLE shop.rule_log (what text, who bigint);
CREATE RULE log_insert AS ON INSERT TO shop.reviews DO ALSO INSERT INTO shop.rule_log VALUES ('review', NEW.customer_id);
CREATE RULE no_delete AS ON DELETE TO shop.rule_log DO INSTEAD NOTHING;
CREATE RULE insert_total AS ON INSERT TO shop.order_totals DO INSTEAD
    INSERT INTO shop.orders (customer_id, placed) VALUES (NEW.customer_id, '2025-01-01 00:00:00+00') RETURNING id, customer_id, state, 0::bigint, 0::numeric;
COMMENT ON RULE no_delete ON shop.rule_log IS 'A log is kept.';
ALTER TABLE shop.rule_log DISABLE RULE no_delete;

RESET ROLE;
