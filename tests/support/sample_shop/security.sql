-- Owners, rights on everything that can have them, default rights, and row security.

SET ROLE shop_owner;

GRANT USAGE ON SCHEMA shop TO shop_reader, shop_clerk WITH GRANT OPTION;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.orders TO shop_clerk WITH GRANT OPTION;
GRANT SELECT (id, name), UPDATE (credit) ON shop.customers TO shop_reader;
GRANT ALL ON shop.customers TO "shop we""ird / röle's \ name";
GRANT USAGE, SELECT ON SEQUENCE shop.products_id_seq TO shop_clerk;
GRANT USAGE ON TYPE shop.order_state TO shop_clerk;
REVOKE USAGE ON TYPE shop.quantity FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION shop.gross(numeric, numeric) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shop.gross(numeric, numeric) TO shop_reader;
GRANT EXECUTE ON PROCEDURE shop.rest(integer) TO shop_clerk;
REVOKE ALL ON shop.categories FROM shop_owner; -- not even its owner
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO shop_reader;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO shop_clerk WITH GRANT OPTION;

SET ROLE shop_clerk;
GRANT SELECT ON shop.orders TO "shop we""ird / röle's \ name";

RESET ROLE;

GRANT SELECT ON ALL TABLES IN SCHEMA stock TO shop_reader;
ALTER TABLE shop.documents OWNER TO shop_clerk;
ALTER FUNCTION shop.in_own_language() OWNER TO "shop we""ird / röle's \ name";
GRANT USAGE ON LANGUAGE shop_language TO shop_clerk;
REVOKE USAGE ON LANGUAGE shop_language FROM PUBLIC;
GRANT USAGE ON FOREIGN DATA WRAPPER shop_wrapper TO shop_owner;
GRANT USAGE ON FOREIGN SERVER shop_far_away TO shop_clerk;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT SELECT ON TABLE pg_catalog.pg_authid TO shop_reader; -- a right on a system table
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) FROM PUBLIC;

ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY clerks_see_open ON shop.orders FOR SELECT TO shop_clerk USING (state IN ('new', 'paid'));
CREATE POLICY clerks_insert ON shop.orders FOR INSERT TO shop_clerk, shop_reader WITH CHECK (state = 'new');
CREATE POLICY "no ""secrets""" ON shop.orders AS RESTRICTIVE TO PUBLIC
    USING (comment IS NULL OR comment NOT LIKE '%secret%') WITH CHECK (true);
COMMENT ON POLICY clerks_see_open ON shop.orders IS 'What is shipped is none of their business.';
ALTER TABLE audit.log ENABLE ROW LEVEL SECURITY; -- and no policy: nobody sees a row
ALTER TABLE audit.log OWNER TO shop_owner;

SET client_min_messages = error; -- the server may not be set up to publish anything
CREATE PUBLICATION shop_changes FOR TABLE shop.customers, ONLY shop.people, shop.events
    WITH (publish = 'insert, update', publish_via_partition_root = true);
CREATE PUBLICATION shop_empty;
CREATE PUBLICATION shop_everything FOR ALL TABLES WITH (publish = 'insert');
ALTER PUBLICATION shop_changes OWNER TO shop_owner;
COMMENT ON PUBLICATION shop_empty IS 'Nothing yet.';
\if :server_15
CREATE PUBLICATION shop_filtered FOR TABLE shop.products (id, name) WHERE (id < 100);
CREATE PUBLICATION shop_of_a_schema FOR TABLES IN SCHEMA stock, TABLE audit.log;
\endif
SET client_min_messages = warning;
