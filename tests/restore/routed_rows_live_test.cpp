// Tables that are divided by the hash of an enum value: in every other database the rows belong to
// other partitions, since the numbers of the values are others.

#include "restore/in_place_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>

using namespace pgkeep;
using testing::HasSubstr;

namespace {

class RoutedRows : public InPlaceLive {
protected:
    // Rows in all leaves; one leaf is itself divided, one has its columns in another order, and one
    // had another column. A trigger would double what a load inserts.
    static std::string original() {
        static std::string const database = make_original();
        return database;
    }

    static std::string make_original() {
        std::string const database = create_database();
        run_sql(database,
                "CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad', 'mad', 'odd', 'shy', 'sly', 'wry');"
                "CREATE TABLE t (id int, dropped int, m mood, twice int GENERATED ALWAYS AS (id * "
                "2) STORED, v text) PARTITION BY HASH (m);"
                "ALTER TABLE t DROP COLUMN dropped;"
                "CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 0)"
                " PARTITION BY HASH (id);"
                "CREATE TABLE t_00 PARTITION OF t_0 FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
                "CREATE TABLE t_1 (v text, other int, m mood, id int, twice int GENERATED ALWAYS "
                "AS (id * 2) STORED);"
                "ALTER TABLE t_1 DROP COLUMN other;"
                "ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES WITH (MODULUS 3, REMAINDER 1);"
                "CREATE TABLE t_2 PARTITION OF t FOR VALUES WITH (MODULUS 3, REMAINDER 2);"
                "INSERT INTO t (id, m, v) SELECT i, (enum_range(NULL::mood))[1 + i % 8], md5(i::"
                "text) FROM generate_series(1, 4000) i; CREATE INDEX ON t (id);"
                "CREATE TABLE plain (i int) PARTITION BY HASH (i);"
                "CREATE TABLE plain_0 PARTITION OF plain FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
                "INSERT INTO plain VALUES (1)");
        return database;
    }

    // Made when the first test asks for it.
    std::string archive() {
        static TemporaryFolder const folder;
        static std::string const path = folder.file("divided.sql.gz");
        if (!std::filesystem::exists(path)) {
            std::filesystem::rename(back_up(original()), path);
        }
        return path;
    }

    // Another database with the same rows, in which the values have the same numbers.
    static std::string copy_of_original() {
        return create_database("copy", "TEMPLATE " + original());
    }

    static std::string rows_of(std::string const &database) {
        return query_sql(database, "SELECT count(*), sum(hashtextextended(concat_ws(',', id, m, v, "
                                   "twice), 0)) FROM t");
    }

    static RestorePart data_of(std::vector<std::string> tables, ExistingRows existing) {
        RestorePart wanted;
        wanted.tables = std::move(tables);
        wanted.schema = false;
        wanted.existing_rows = existing;
        return wanted;
    }
};

} // namespace

TEST_F(RoutedRows, AreLoadedByPsql) {
    std::string const copy = create_database("copy");
    ShellResult const result = run_shell(
        "gunzip -c \"$1\" | psql -qX -v ON_ERROR_STOP=1 -d \"$2\" >/dev/null", {archive(), copy});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(rows_of(copy), rows_of(original()));
}

TEST_F(RoutedRows, AreLoadedAndProvenByARestore) {
    std::string const name = new_name();
    RestoreReport const report = restore(archive(), options(name));
    EXPECT_EQ(rows_of(name), rows_of(original()));
    ASSERT_EQ(report.manifest.tables.size(), 2U);
    TableEntry const &entry = report.manifest.tables[0];
    EXPECT_EQ(entry.name, "t");
    EXPECT_TRUE(entry.partitioned);
    EXPECT_FALSE(entry.partial);
    EXPECT_EQ(entry.columns, (std::vector<std::string>{"id", "m", "v"}));
    EXPECT_EQ(entry.proof.rows, 4000U);
    EXPECT_EQ(report.manifest.tables[1].name, "plain_0");
}

TEST_F(RoutedRows, AreCountedWhenOnlyCountsAreCompared) {
    RestoreOptions counting = options(new_name());
    counting.check = RestoreCheck::counts;
    EXPECT_EQ(restore(archive(), counting).found.tables.at(0)->rows, 4000U);
}

TEST_F(RoutedRows, ThatAreLostInStagingFailTheProof) {
    Error const error = error_of([&] {
        (void)restore(archive(), options(new_name()),
                      sql_after(RestoreStep::loaded, "DELETE FROM t WHERE id = 7"));
    });
    EXPECT_THAT(error.what(), HasSubstr("table public.t"));
}

TEST_F(RoutedRows, AreReplacedInPlace) {
    std::string const database = copy_of_original();
    std::string const before = rows_of(database);
    run_sql(database, "DELETE FROM t WHERE id > 100; DROP TABLE plain");
    (void)restore_inside(archive(), whole(database, ""));
    EXPECT_EQ(rows_of(database), before);
}

TEST_F(RoutedRows, ComeWithTheirTableAsAPart) {
    RestoreOptions part = options(new_name());
    part.part.tables = {"t"};
    (void)restore(archive(), part);
    EXPECT_EQ(rows_of(part.target), rows_of(original()));
}

TEST_F(RoutedRows, AreNotToBeHadForOnePartition) {
    RestoreOptions part = options(new_name());
    part.part.tables = {"t_1"};
    Error const error = error_of([&] { (void)restore(archive(), part); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "the rows of partition public.t_1 are in the archive among those of "
                               "public.t, which is not chosen");
    part.part.data = false;
    (void)restore(archive(), part);
    EXPECT_EQ(query_sql(part.target, "SELECT count(*) FROM t_1"), "0");
}

TEST_F(RoutedRows, AreRefusedWhereTheTableHasRows) {
    std::string const database = copy_of_original();
    Error const error =
        failure_of(archive(), part(database, data_of({"t"}, ExistingRows::refuse), ""));
    EXPECT_STREQ(error.what(), "table public.t has rows");
}

TEST_F(RoutedRows, ReplaceExistingOnesWithoutFiringTriggers) {
    std::string const database = copy_of_original();
    std::string const before = rows_of(database);
    run_sql(database, "DELETE FROM t WHERE id > 100;"
                      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
                      "'fired'; END $$;"
                      "CREATE TRIGGER each_row BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION "
                      "f(); CREATE TRIGGER all_rows AFTER INSERT ON t EXECUTE FUNCTION f()");
    (void)restore_inside(archive(), part(database, data_of({"t"}, ExistingRows::replace), ""));
    EXPECT_EQ(rows_of(database), before);
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"), "0");
}

TEST_F(RoutedRows, AreAddedToExistingOnes) {
    std::string const database = copy_of_original();
    (void)restore_inside(archive(), part(database, data_of({"t"}, ExistingRows::append), ""));
    EXPECT_EQ(query_sql(database, "SELECT count(*) FROM t"), "8000");
}
