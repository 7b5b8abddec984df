-- Roles of the shop's own, one with a name that needs every kind of quoting, and the schemas that they own.

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['shop_owner', 'shop_clerk', 'shop_reader', E'shop we"ird / röle''s \\ name'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
    EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO shop_owner', current_database());
END
$$;

CREATE SCHEMA shop AUTHORIZATION shop_owner;
CREATE SCHEMA stock AUTHORIZATION shop_owner;
CREATE SCHEMA audit;
CREATE SCHEMA empty_schema;
COMMENT ON SCHEMA shop IS 'What customers see.
A second line, a ''quote'', a "double quote", a back\slash, and
-- PostgreSQL database dump complete';
