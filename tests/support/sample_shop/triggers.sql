-- Triggers of every sort, in every state, and an event trigger; they must not fire while a copy is loaded.

CREATE TABLE audit.log (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), what text);

CREATE FUNCTION audit.remember() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit.log (at, what) VALUES ('2025-01-01 00:00:00+00', TG_NAME || ' ' || TG_OP);
    RETURN COALESCE(NEW, OLD);
END
$$;
CREATE FUNCTION audit.remember_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit.log (at, what)
    SELECT '2025-01-01 00:00:00+00', 'rows ' || count(*) FROM new_rows;
    RETURN NULL;
END
$$;

CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF name ON shop.customers
    FOR EACH ROW WHEN (NEW.name LIKE 'audited%') EXECUTE FUNCTION audit.remember('an argument', 'it''s \ another');
CREATE TRIGGER after_statement AFTER INSERT ON shop.products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.remember_statement();
CREATE CONSTRAINT TRIGGER late_check AFTER UPDATE ON shop.orders FROM shop.customers
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.remember();
CREATE TRIGGER switched_off BEFORE DELETE ON shop.products FOR EACH ROW EXECUTE FUNCTION audit.remember();
ALTER TABLE shop.products DISABLE TRIGGER switched_off;
CREATE TRIGGER always_on BEFORE INSERT ON shop.bookings FOR EACH ROW EXECUTE FUNCTION audit.remember();
ALTER TABLE shop.bookings ENABLE ALWAYS TRIGGER always_on;
CREATE TRIGGER on_replica BEFORE INSERT ON shop.bookings FOR EACH ROW EXECUTE FUNCTION audit.remember();
ALTER TABLE shop.bookings ENABLE REPLICA TRIGGER on_replica;
CREATE TRIGGER on_truncate BEFORE TRUNCATE ON shop.bookings EXECUTE FUNCTION audit.remember();
CREATE TRIGGER instead INSTEAD OF INSERT ON shop.cheaper_products FOR EACH ROW EXECUTE FUNCTION audit.remember();
CREATE TRIGGER on_partitions AFTER INSERT ON shop.events FOR EACH ROW EXECUTE FUNCTION audit.remember();
ALTER TABLE shop.events_2024 DISABLE TRIGGER on_partitions; -- unlike its parent's
CREATE TRIGGER no_change BEFORE UPDATE ON shop.bookings FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
COMMENT ON TRIGGER before_row ON shop.customers IS 'Only for a few names.';

INSERT INTO audit.log (at, what) SELECT '2025-01-01 00:00:00+00', 'entry ' || n FROM generate_series(1, 3000) AS n;

CREATE FUNCTION audit.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE DEBUG 'ddl: %', tg_tag;
END
$$;
CREATE EVENT TRIGGER shop_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION audit.on_ddl();
CREATE EVENT TRIGGER shop_drop ON sql_drop EXECUTE FUNCTION audit.on_ddl();
ALTER EVENT TRIGGER shop_drop DISABLE;
COMMENT ON EVENT TRIGGER shop_ddl IS 'Says what happens.';
