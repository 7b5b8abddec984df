-- Names with quotes, slashes, backslashes, newlines, tabs, dots, dollars and other scripts, for everything that has one.
-- A word that is a key word, and a schema whose name reads like a kind of entry in a dump's list, are there as well.

CREATE SCHEMA "we""ird / näme
second line \ 'quoted'";
CREATE SCHEMA "DATA";
CREATE SCHEMA "a.b";

CREATE TYPE "we""ird / näme
second line \ 'quoted'"."enüm ""type""" AS ENUM ('a''b', 'c\d', 'e"f', 'line
break');
CREATE SEQUENCE "we""ird / näme
second line \ 'quoted'"."séquence
with ""newline""" START 7;
SELECT nextval($s$"we""ird / näme
second line \ 'quoted'"."séquence
with ""newline"""$s$);

CREATE TABLE "we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines" (
    "id" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "col""umn
two \ lines" text DEFAULT E'it''s \\ "quoted"\n',
    "tab	ulator" integer,
    "sélect" "we""ird / näme
second line \ 'quoted'"."enüm ""type""",
    "$1" integer DEFAULT nextval($s$"we""ird / näme
second line \ 'quoted'"."séquence
with ""newline"""$s$),
    "%s %I" text,
    "\N" text,
    " " text,
    "\." text,
    CONSTRAINT "ch""eck '\ line
break" CHECK ("tab	ulator" <> -1)
);
INSERT INTO "we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines" ("tab	ulator", "sélect", "%s %I", "\N", " ", "\.")
SELECT n, (ARRAY['a''b', 'c\d', 'e"f', E'line\nbreak'])[1 + n % 4]::text::"we""ird / näme
second line \ 'quoted'"."enüm ""type""", '%' || n, '\N', NULL, '\.'
FROM generate_series(1, 500) AS n;
CREATE INDEX "index ""on"" / \ it
" ON "we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines" ("col""umn
two \ lines");
COMMENT ON TABLE "we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines" IS 'A ''comment'' with "quotes", \ and
a second line; $$ -- pgkeep: {';
COMMENT ON COLUMN "we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines"."col""umn
two \ lines" IS E'\ttab';

CREATE FUNCTION "we""ird / näme
second line \ 'quoted'"."fun""ction \ '
line"("argu""ment" integer, OUT "re sult" text) LANGUAGE sql AS $_$ SELECT $1 || '$$ \ ''' $_$;
CREATE VIEW "we""ird / näme
second line \ 'quoted'"."vi""ew
" AS SELECT "col""umn
two \ lines" AS "a""b
c\d" FROM "we""ird / näme
second line \ 'quoted'"."täble
""two"" \. lines";

CREATE TABLE "DATA"."TABLE" ("ORDER" integer, "Upper" text, "user" text);
INSERT INTO "DATA"."TABLE" SELECT n, 'Row ' || n, NULL FROM generate_series(1, 100) AS n;
CREATE TABLE "a.b"."c.d" ("e.f" integer);
CREATE TABLE public."a.b" (x integer);
INSERT INTO "a.b"."c.d" VALUES (1);
INSERT INTO public."a.b" VALUES (2);
CREATE TABLE public."表 🐘 таблица" ("列" text);
INSERT INTO public."表 🐘 таблица" VALUES ('値');
CREATE TABLE public."*" ("?" integer);
CREATE TABLE public."-t" ("--" integer);
CREATE TABLE public."name_of_sixty_three_bytes_which_is_the_longest_that_is_possible" (a integer);
