-- Types of every sort: enum, domain, composite, range, base type, shell type, collation, conversion.

SET ROLE shop_owner;

CREATE TYPE shop.order_state AS ENUM ('new', 'paid', 'shipped', 'it''s gone', 'wéird \ "state"');
ALTER TYPE shop.order_state ADD VALUE 'packed' BEFORE 'shipped';
COMMENT ON TYPE shop.order_state IS 'Not sorted by name: the order of the values matters.';

CREATE DOMAIN shop.email AS text COLLATE "C"
    CONSTRAINT email_has_at CHECK (VALUE LIKE '%_@_%')
    CONSTRAINT email_is_short CHECK (length(VALUE) < 320);
CREATE DOMAIN shop.quantity AS integer DEFAULT 1 NOT NULL CHECK (VALUE > 0);
ALTER DOMAIN shop.quantity ADD CONSTRAINT quantity_is_sane CHECK (VALUE < 100000) NOT VALID;
CREATE DOMAIN shop.tags AS text[] CHECK (cardinality(VALUE) <= 10);
COMMENT ON CONSTRAINT email_has_at ON DOMAIN shop.email IS 'Simple on purpose.';

CREATE TYPE shop.address AS (street text, "zip / Postleitzahl" text, city text, geo point);
COMMENT ON COLUMN shop.address.city IS 'Without the country.';
ALTER TYPE shop.address ADD ATTRIBUTE dropped_later integer;
ALTER TYPE shop.address DROP ATTRIBUTE dropped_later;
CREATE TYPE shop.nothing AS ();

CREATE FUNCTION shop.float_difference(double precision, double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT $1 OPERATOR(pg_catalog.-) $2';
CREATE TYPE shop.price_range AS RANGE (subtype = double precision, subtype_diff = shop.float_difference);

CREATE COLLATION shop.plain FROM "C";
COMMENT ON COLLATION shop.plain IS 'The collation "C" under another name.';

RESET ROLE;

-- A base type on PostgreSQL's own functions for text, which only a superuser may make.
CREATE TYPE shop.code;
CREATE FUNCTION shop.code_in(cstring) RETURNS shop.code LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shop.code_out(shop.code) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE shop.code (INPUT = shop.code_in, OUTPUT = shop.code_out, LIKE = text, CATEGORY = 'S', COLLATABLE = true);
CREATE TYPE shop.only_a_shell;

CREATE CONVERSION shop.latin1_to_utf8 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

-- Collations and locales of ICU, where the server was built with it.
SELECT EXISTS (SELECT FROM pg_catalog.pg_collation WHERE collprovider = 'i') AS has_icu \gset
\if :has_icu
CREATE COLLATION shop.numeric_order (provider = icu, locale = 'en-u-kn-true');
CREATE COLLATION shop.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
\endif
