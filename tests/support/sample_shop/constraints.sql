-- Indexes and constraints of every sort.

SET ROLE shop_owner;

CREATE INDEX orders_open ON shop.orders (placed DESC NULLS LAST) WHERE state IN ('new', 'paid');
CREATE INDEX customers_initial ON shop.customers (upper(left(name, 1)), (born + 1));
CREATE UNIQUE INDEX products_code ON shop.products (code) INCLUDE (name, net);
CREATE INDEX products_attributes ON shop.products USING gin (attributes jsonb_path_ops);
CREATE INDEX orders_brin ON shop.orders USING brin (placed) WITH (pages_per_range = 32);
CREATE INDEX customers_hash ON shop.customers USING hash (name);
CREATE INDEX products_band ON shop.products USING gist (price_band);
CREATE INDEX customers_geo ON shop.customers USING spgist (((address).geo));
CREATE INDEX items_statistics ON shop.order_items ((quantity * 2));
ALTER INDEX shop.items_statistics ALTER COLUMN 1 SET STATISTICS 400;
COMMENT ON INDEX shop.orders_open IS 'What the warehouse looks at.';

ALTER TABLE shop.orders ADD CONSTRAINT placed_is_recent CHECK (placed > '2000-01-01 00:00:00+00') NOT VALID;
ALTER TABLE shop.order_items ADD CONSTRAINT net_is_unproven CHECK (net < 100) NOT VALID; -- and rows break it
CREATE TABLE shop.bookings (
    id integer PRIMARY KEY,
    room integer NOT NULL,
    during tsrange NOT NULL,
    place point,
    CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&) WHERE (room = 1) DEFERRABLE
);
COMMENT ON CONSTRAINT one_at_a_time ON shop.bookings IS 'Only for room 1.';
INSERT INTO shop.bookings
SELECT n, 1 + n % 2, tsrange(timestamp '2025-01-01' + n * interval '1 hour', timestamp '2025-01-01' + (n + 1) * interval '1 hour'),
       point(n, n)
FROM generate_series(1, 1000) AS n;

-- A foreign key that was never validated, with a row that breaks it, and one that matches in full.
CREATE TABLE shop.reviews (
    customer_id bigint,
    product_id integer,
    order_id bigint,
    line smallint,
    stars smallint CHECK (stars BETWEEN 1 AND 5) NO INHERIT,
    CONSTRAINT reviews_item FOREIGN KEY (order_id, line) REFERENCES shop.order_items MATCH FULL ON DELETE SET NULL
);
INSERT INTO shop.reviews SELECT n, 1 + n % 3000, n * 2, 1, 1 + n % 5 FROM generate_series(101, 103) AS n;
INSERT INTO shop.reviews VALUES (-1, NULL, NULL, NULL, 5);
ALTER TABLE shop.reviews ADD CONSTRAINT reviews_customer FOREIGN KEY (customer_id) REFERENCES shop.customers NOT VALID;
ALTER TABLE shop.reviews ADD CONSTRAINT reviews_unique UNIQUE (customer_id, product_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE shop.products CLUSTER ON products_code;
ALTER TABLE shop.bookings REPLICA IDENTITY FULL;
ALTER TABLE shop.products REPLICA IDENTITY USING INDEX products_pkey;
ALTER TABLE stock.places REPLICA IDENTITY NOTHING;

CREATE STATISTICS shop.orders_together (ndistinct, dependencies, mcv) ON customer_id, state FROM shop.orders;
ALTER STATISTICS shop.orders_together SET STATISTICS 300;
COMMENT ON STATISTICS shop.orders_together IS 'State depends on nothing.';

RESET ROLE;

