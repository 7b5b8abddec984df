#include "archive/script_scanner.hpp"
#include "support/faults.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"
#include "verify/verify.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Everything that a reader of scripts may trip over: bodies with every kind of quote, comments that
// look like statements, names with quotes and newlines, rows that look like the end of data.
constexpr char const *kTrickySchema = R"sql(
CREATE SCHEMA "we""ird / näme
schema";
CREATE TABLE plain (id int PRIMARY KEY, t text);
INSERT INTO plain SELECT i, 'row ' || i FROM generate_series(1, 1000) i;
CREATE TABLE "we""ird / näme
schema"."COPY x FROM stdin;" ("a'b" text, "c
d" text, "--" text, "/*" text);
INSERT INTO "we""ird / näme
schema"."COPY x FROM stdin;" VALUES
  ('\.', E'\\.\n', '--', '/*'), (E'\r\n\t\b', '''', '"', '$$'), (NULL, '', E'\\N', E'\\'),
  ('COPY bait FROM stdin;', E'x\n-- PostgreSQL database dump complete\n', ';', '\! rm');
CREATE TABLE no_columns ();
INSERT INTO no_columns SELECT FROM generate_series(1, 7);
CREATE TABLE empty_table (id int);
CREATE TABLE large_rows (t text);
INSERT INTO large_rows VALUES (repeat('x', 3000000)), (repeat(E'\n', 100000));
CREATE FUNCTION bait() RETURNS text LANGUAGE plpgsql AS $_$
BEGIN
  -- COPY bait FROM stdin;
  RETURN 'it''s' || $a$ $$ COPY bait FROM stdin;
1
\.
$a$ || E'\'';
END $_$;
CREATE FUNCTION quoted() RETURNS text LANGUAGE sql AS 'SELECT ''COPY bait FROM stdin;
'' || E''\\'''';
''';
CREATE FUNCTION atomic(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC
  SELECT CASE WHEN i > 1 THEN 1 ELSE 2 END;
  SELECT i;
END;
CREATE PROCEDURE atomic_procedure() LANGUAGE sql BEGIN ATOMIC
  INSERT INTO plain VALUES (0, 'x; -- ''');
  DELETE FROM plain WHERE id = CASE 0 WHEN 1 THEN 2 END;
END;
CREATE RULE r AS ON DELETE TO empty_table DO ALSO (SELECT 1; SELECT ';');
CREATE VIEW v AS SELECT E'a\\b''c' AS "q;""", 'x' || 'y' AS d, 3 - -1 AS minus;
CREATE OPERATOR <-> (LEFTARG = int, RIGHTARG = int, PROCEDURE = int4mi);
COMMENT ON TABLE plain IS E'a\\b -- c /* d '' $x$
COPY bait FROM stdin;
1
\\.
-- pgkeep: {}';
COMMENT ON FUNCTION bait() IS '-- PostgreSQL database dump complete';
CREATE SEQUENCE s;
SELECT setval('s', 42);
SELECT lo_from_bytea(0, '\x00010203');
)sql";

class RealDumps : public testing::Test {
protected:
    static std::string const &database() {
        static std::string const name = [] {
            std::string made = create_database("tricky");
            run_sql(made, kTrickySchema);
            return made;
        }();
        return name;
    }

    // The file that `command` (with $1 the database) writes to $2.
    [[nodiscard]] std::string dump(std::string const &command, std::string const &name) const {
        std::string const path = folder_.file(name);
        ShellResult const result =
            run_shell("cd / && " + command + " > \"$2\"", {database(), path});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return path;
    }

    static VerifyReport verify(std::string const &path) {
        NoProgress progress;
        return verify_file(path, {}, {}, progress);
    }

    static ScriptReport scan(std::string const &path, std::size_t piece) {
        std::string const text = read_whole_file(path);
        ScriptScanner scanner;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            scanner.add(std::string_view{text}.substr(at, piece));
        }
        return scanner.finish();
    }

    TemporaryFolder folder_;
};

TEST_F(RealDumps, OfAPlainDumpAllRowsAreCounted) {
    ScriptReport const report = scan(dump("pg_dump \"$1\"", "a.sql"), 4096);
    EXPECT_THAT(report.problems, IsEmpty());
    EXPECT_TRUE(report.says_complete);
    EXPECT_THAT(report.meta_commands, IsEmpty());
    std::vector<std::string> tables;
    for (ScannedTable const &table : report.tables) {
        tables.push_back(fmt::format("{}: {}", table.name, table.rows.rows));
    }
    EXPECT_THAT(tables, testing::UnorderedElementsAre(
                            "\"we\"\"ird / n\xc3\xa4me\nschema\".\"COPY x FROM stdin;\": 4",
                            "public.plain: 1000", "public.no_columns: 7", "public.empty_table: 0",
                            "public.large_rows: 2"));
    EXPECT_THAT(report.setvals, ElementsAre("SELECT pg_catalog.setval('public.s', 42, true);"));
}

TEST_F(RealDumps, LookTheSameInPiecesOfAnySize) {
    std::string const path = dump("pg_dump \"$1\"", "a.sql");
    ScriptReport const whole = scan(path, std::size_t{1} << 30);
    for (std::size_t const piece : {1U, 2U, 3U, 7U, 63U, 1000U, 65'537U}) {
        ScriptReport const report = scan(path, piece);
        EXPECT_THAT(report.problems, IsEmpty()) << piece;
        EXPECT_EQ(report.lines, whole.lines);
        ASSERT_EQ(report.tables.size(), whole.tables.size());
        for (std::size_t i = 0; i < whole.tables.size(); ++i) {
            EXPECT_EQ(report.tables[i].statement, whole.tables[i].statement);
            EXPECT_EQ(report.tables[i].rows, whole.tables[i].rows);
        }
    }
}

TEST_F(RealDumps, PassWhateverTheirForm) {
    for (std::string const command :
         {"pg_dump \"$1\"", "pg_dump --inserts \"$1\"",
          "pg_dump --column-inserts --rows-per-insert=100 \"$1\"",
          "pg_dump --create --clean --if-exists \"$1\"", "pg_dump --quote-all-identifiers \"$1\"",
          "pg_dump --data-only --disable-triggers \"$1\"", "pg_dump --schema-only \"$1\"",
          "pg_dumpall", "pg_dumpall --globals-only", "pg_dump \"$1\" | gzip", "pg_dump -Z 9 \"$1\"",
          "pg_dump -Fc \"$1\" | pg_restore -f -"}) {
        VerifyReport const report = verify(dump(command, "a.sql"));
        EXPECT_THAT(report.findings, IsEmpty())
            << command << ": " << report.findings.front().text();
        EXPECT_THAT(report.outcome_note, HasSubstr("not written by pgkeep")) << command;
    }
}

TEST_F(RealDumps, AreNoticedWhenTheyAreCutAnywhere) {
    std::string const path = dump("pg_dump \"$1\"", "a.sql");
    std::string const text = read_whole_file(path);
    std::size_t const end = text.find("-- PostgreSQL database dump complete");
    ASSERT_NE(end, std::string::npos);
    std::string const cut = folder_.file("cut.sql");
    for (std::size_t size = 1; size < end; size += 1 + end / 300) {
        write_whole_file(cut, std::string_view{text}.substr(0, size));
        EXPECT_THAT(verify(cut).findings, SizeIs(1)) << size;
    }
}

TEST_F(RealDumps, AreNoticedWhenTheUnrestrictBehindTheClosingLineIsCut) {
    std::string text = read_whole_file(dump("pg_dump \"$1\"", "a.sql"));
    std::size_t const unrestrict = text.rfind("\\unrestrict ");
    if (unrestrict == std::string::npos) {
        GTEST_SKIP() << "this pg_dump is older than \\restrict";
    }
    text.resize(unrestrict);
    std::string const cut = folder_.file("cut.sql");
    write_whole_file(cut, text);
    std::vector<Finding> const findings = verify(cut).findings;
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_THAT(findings[0].message, HasSubstr("\\restrict has no \\unrestrict"));
}

TEST_F(RealDumps, OfAClusterAreNoticedWhenTheyEndBehindOneDatabase) {
    static_cast<void>(database());
    std::string text = read_whole_file(dump("pg_dumpall", "all.sql"));
    std::size_t const end = text.rfind("-- PostgreSQL database cluster dump complete");
    ASSERT_NE(end, std::string::npos);
    text.resize(end);
    std::string const cut = folder_.file("cut.sql");
    write_whole_file(cut, text);
    std::vector<Finding> const findings = verify(cut).findings;
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_THAT(findings[0].message, HasSubstr("-- PostgreSQL database cluster dump complete"));
}

TEST_F(RealDumps, ListThePsqlCommandsOfACluster) {
    static_cast<void>(database());
    ScriptReport const report = scan(dump("pg_dumpall", "all.sql"), 4096);
    EXPECT_THAT(report.meta_commands, Contains(HasSubstr("\\connect")));
}

} // namespace
} // namespace pgkeep
