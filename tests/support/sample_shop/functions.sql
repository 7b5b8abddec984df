-- Functions, procedures and aggregates; bodies that look like the parts of a dump.

SET ROLE shop_owner;

CREATE FUNCTION shop.gross(net numeric, rate numeric DEFAULT 0.19) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS $body$ SELECT pg_catalog.round(net * (1 + rate), 2) $body$;
COMMENT ON FUNCTION shop.gross(numeric, numeric) IS E'Tabs\tand newlines\nin a comment, and $body$.';

CREATE FUNCTION shop.looks_like_a_dump() RETURNS text LANGUAGE plpgsql STABLE AS $function$
BEGIN
    -- The lines below are text of this function and nothing else.
    RETURN $text$
COPY shop.customers (id, name) FROM stdin;
1	nobody
\.

-- pgkeep: {"kind":"table","rows":1}
-- PostgreSQL database dump complete
\connect postgres
$text$;
END
$function$;

CREATE FUNCTION shop.quoted_body(text) RETURNS text LANGUAGE sql IMMUTABLE AS
    'SELECT ''it''''s '' || $1 || E''\\n'' || ''COPY x FROM stdin;
\.
''';

CREATE FUNCTION shop.split_name(name text, OUT first text, OUT last text) LANGUAGE plpgsql AS $$
BEGIN
    first := pg_catalog.split_part(name, ' ', 1);
    last := pg_catalog.split_part(name, ' ', 2);
END
$$;
CREATE FUNCTION shop.total(VARIADIC parts numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE
    AS 'SELECT pg_catalog.sum(x) FROM pg_catalog.unnest(parts) AS x';
CREATE FUNCTION shop.total(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'; -- overloaded
CREATE FUNCTION shop.calendar(months integer) RETURNS TABLE (month date, days integer)
    LANGUAGE sql STABLE ROWS 12 SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '8MB' AS $$
    SELECT d::date, extract(day FROM d + interval '1 month' - interval '1 day')::integer
    FROM generate_series(date '2025-01-01', date '2025-01-01' + months * interval '1 month', '1 month') AS d
$$;

CREATE PROCEDURE shop.rest(INOUT seconds integer DEFAULT 0) LANGUAGE plpgsql AS $$
BEGIN
    seconds := seconds + 1;
END
$$;
COMMENT ON PROCEDURE shop.rest(integer) IS 'Does nothing for a while.';

-- Aggregates: plain, with a moving state, ordered-set, hypothetical arguments.
CREATE AGGREGATE shop.product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1',
    COMBINEFUNC = numeric_mul, PARALLEL = safe);
CREATE AGGREGATE shop.moving_count(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0',
    MSFUNC = int8inc, MINVFUNC = int8dec, MSTYPE = bigint, MINITCOND = '0');
COMMENT ON AGGREGATE shop.product(numeric) IS 'The product of all values.';

RESET ROLE;

CREATE AGGREGATE shop.middle(double precision ORDER BY anyelement) (SFUNC = ordered_set_transition,
    STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);

-- A language of our own, made of plpgsql's functions.
CREATE FUNCTION shop.language_handler() RETURNS language_handler LANGUAGE c
    AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION shop.language_inline(internal) RETURNS void LANGUAGE c STRICT
    AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION shop.language_validator(oid) RETURNS void LANGUAGE c STRICT
    AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE shop_language HANDLER shop.language_handler INLINE shop.language_inline
    VALIDATOR shop.language_validator;
CREATE FUNCTION shop.in_own_language() RETURNS integer LANGUAGE shop_language AS 'BEGIN RETURN 1; END';
