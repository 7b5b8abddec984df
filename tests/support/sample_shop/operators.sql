-- Casts, operators with their classes and families, access methods.

CREATE FUNCTION shop.code_to_integer(shop.code) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT AS
    $$ BEGIN RETURN pg_catalog.length($1::text); END $$;
CREATE CAST (shop.code AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS shop.code) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (shop.code AS integer) WITH FUNCTION shop.code_to_integer(shop.code);
CREATE CAST (shop.address AS json) WITH INOUT;
COMMENT ON CAST (shop.code AS integer) IS 'Its length.';

CREATE FUNCTION shop.code_less(shop.code, shop.code) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'text_lt';
CREATE FUNCTION shop.code_less_equal(shop.code, shop.code) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'text_le';
CREATE FUNCTION shop.code_equal(shop.code, shop.code) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'texteq';
CREATE FUNCTION shop.code_greater_equal(shop.code, shop.code) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'text_ge';
CREATE FUNCTION shop.code_greater(shop.code, shop.code) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'text_gt';
CREATE FUNCTION shop.code_compare(shop.code, shop.code) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'bttextcmp';

CREATE OPERATOR shop.= (LEFTARG = shop.code, RIGHTARG = shop.code, FUNCTION = shop.code_equal,
    COMMUTATOR = OPERATOR(shop.=), RESTRICT = eqsel, JOIN = eqjoinsel, MERGES);
CREATE OPERATOR shop.< (LEFTARG = shop.code, RIGHTARG = shop.code, FUNCTION = shop.code_less,
    COMMUTATOR = OPERATOR(shop.>), NEGATOR = OPERATOR(shop.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR shop.<= (LEFTARG = shop.code, RIGHTARG = shop.code, FUNCTION = shop.code_less_equal,
    COMMUTATOR = OPERATOR(shop.>=), NEGATOR = OPERATOR(shop.>));
CREATE OPERATOR shop.>= (LEFTARG = shop.code, RIGHTARG = shop.code, FUNCTION = shop.code_greater_equal,
    COMMUTATOR = OPERATOR(shop.<=), NEGATOR = OPERATOR(shop.<));
CREATE OPERATOR shop.> (LEFTARG = shop.code, RIGHTARG = shop.code, FUNCTION = shop.code_greater,
    COMMUTATOR = OPERATOR(shop.<), NEGATOR = OPERATOR(shop.<=));
CREATE OPERATOR shop.!@# (RIGHTARG = shop.code, FUNCTION = shop.code_to_integer);
COMMENT ON OPERATOR shop.!@# (NONE, shop.code) IS 'A prefix operator.';

CREATE OPERATOR FAMILY shop.code_family USING btree;
CREATE OPERATOR CLASS shop.code_class DEFAULT FOR TYPE shop.code USING btree FAMILY shop.code_family AS
    OPERATOR 1 shop.<, OPERATOR 2 shop.<=, OPERATOR 3 shop.=, OPERATOR 4 shop.>=, OPERATOR 5 shop.>,
    FUNCTION 1 shop.code_compare(shop.code, shop.code);
COMMENT ON OPERATOR CLASS shop.code_class USING btree IS 'As text sorts.';

-- Another name for the heap: a table under it is no table of the access method `heap` by name.
CREATE ACCESS METHOD shop_heap TYPE TABLE HANDLER heap_tableam_handler;
