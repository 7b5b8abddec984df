-- Foreign data: a wrapper without a handler needs no library, and nothing can be read through it.

CREATE FOREIGN DATA WRAPPER shop_wrapper OPTIONS (debug 'it''s \ true');
CREATE SERVER shop_far_away TYPE 'nowhere' VERSION '1.0' FOREIGN DATA WRAPPER shop_wrapper OPTIONS (host 'nowhere.invalid');
CREATE USER MAPPING FOR shop_owner SERVER shop_far_away OPTIONS (user 'remote', password 'not a secret: it''s made up');
CREATE USER MAPPING FOR PUBLIC SERVER shop_far_away;
CREATE FOREIGN TABLE shop.far_away (
    id integer OPTIONS (column_name 'remote id') NOT NULL,
    name text COLLATE "C" DEFAULT 'unknown',
    CHECK (id > 0)
) SERVER shop_far_away OPTIONS (table_name 'remote "table"');
CREATE FOREIGN TABLE shop.far_away_part PARTITION OF shop.by_list FOR VALUES IN (99) SERVER shop_far_away;
COMMENT ON FOREIGN TABLE shop.far_away IS 'Cannot be read.';
COMMENT ON SERVER shop_far_away IS 'Not on this planet.';
