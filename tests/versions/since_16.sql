-- What version 16 brought.
SET ROLE shop_owner;
CREATE TABLE shop.since_16 (id integer PRIMARY KEY, big text STORAGE EXTERNAL, who text DEFAULT SYSTEM_USER, n integer DEFAULT 0x1F);
INSERT INTO shop.since_16 VALUES (1, repeat('x', 9000), NULL, 1_000), (2, NULL, 'b', DEFAULT);
CREATE VIEW shop.since_16_json AS
    SELECT JSON_OBJECT('id': id, 'n': n ABSENT ON NULL) AS o, JSON_ARRAYAGG(id) AS a, (big IS JSON) AS j FROM shop.since_16 GROUP BY id, n, big;
RESET ROLE;
SELECT EXISTS (SELECT FROM pg_catalog.pg_collation WHERE collprovider = 'i') AS has_icu \gset
\if :has_icu
CREATE COLLATION shop.since_16_rules (provider = icu, locale = 'und', rules = '&a < g');
\endif
-- A membership that neither inherits nor lets one become the other.
GRANT shop_owner TO shop_clerk WITH INHERIT FALSE, SET FALSE, ADMIN TRUE;
GRANT pg_create_subscription TO shop_owner;
