// Configuration tables of extensions whose foreign keys are there before the data: their rows must
// be in an order in which psql can load them.

#include "backup/backup_fixture.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::ElementsAre;

namespace {

// `child` references `parent`, which was made later, and `tree` references itself, in rows that
// come later; it has more text than a block takes otherwise.
constexpr char const *kTables =
    "CREATE SCHEMA cfg; CREATE TABLE cfg.child(id int PRIMARY KEY, parent int); "
    "CREATE TABLE cfg.plain(id int); CREATE TABLE cfg.parent(id int PRIMARY KEY); "
    "ALTER TABLE cfg.child ADD FOREIGN KEY (parent) REFERENCES cfg.parent; "
    "CREATE TABLE cfg.tree(id int PRIMARY KEY, next int REFERENCES cfg.tree, v text); ";

class ConfigurationKeys : public BackupLive {
protected:
    // No extension of contrib has configuration tables, so these are made an extension's by hand.
    static std::string database_with_configuration() {
        std::string database = create_database("configured");
        run_sql(database,
                std::string{kTables} +
                    "CREATE TABLE public.other AS SELECT generate_series(1, 10) AS i; "
                    "INSERT INTO cfg.plain VALUES (1); INSERT INTO cfg.parent SELECT "
                    "generate_series(1, 10); INSERT INTO cfg.child SELECT i, i % 10 + 1 FROM "
                    "generate_series(1, 30000) i; INSERT INTO cfg.tree SELECT i, CASE WHEN i < "
                    "30000 THEN i + 1 END, repeat(md5(i::text), 12) FROM generate_series(1, 30000) "
                    "i; CREATE EXTENSION pg_trgm; ALTER EXTENSION pg_trgm ADD TABLE cfg.child; "
                    "ALTER EXTENSION pg_trgm ADD TABLE cfg.parent; ALTER EXTENSION pg_trgm ADD "
                    "TABLE cfg.tree; ALTER EXTENSION pg_trgm ADD TABLE cfg.plain; UPDATE "
                    "pg_extension SET extconfig = ARRAY['cfg.child', 'cfg.parent', 'cfg.tree', "
                    "'cfg.plain']::regclass[]::oid[], extcondition = ARRAY['', '', '', ''] WHERE "
                    "extname = 'pg_trgm'");
        return database;
    }

    // Tables of blocks of rows, in their order.
    static std::vector<std::string> order_of_blocks(BackupReport const &report) {
        FileSource const file{report.archive};
        ArchiveReader const reader{file};
        std::vector<std::string> names;
        for (BlockEntry const &block : reader.blocks()) {
            if (block.kind == format::BlockKind::copy) {
                names.push_back(report.manifest.tables.at(block.table - 1).name);
            }
        }
        return names;
    }
};

} // namespace

TEST_F(ConfigurationKeys, DecideInWhichOrderTablesAreWritten) {
    auto order = order_of_blocks(back_up(options(database_with_configuration())));
    ASSERT_EQ(order.size(), 5U);
    std::sort(order.begin(), order.begin() + 2); // as workers finish them
    EXPECT_THAT(order, ElementsAre("other", "plain", "parent", "child", "tree"));
}

TEST_F(ConfigurationKeys, LetPsqlLoadEachTable) {
    auto const report = back_up(options(database_with_configuration()));
    std::string const copy = create_database("copy");
    run_sql(copy, std::string{kTables} + "CREATE TABLE public.other(i int)");
    ShellResult const result = run_shell("gunzip -c \"$1\" | sed -n '/^COPY /,/^\\\\\\.$/p' | psql "
                                         "-qX -v ON_ERROR_STOP=1 -d \"$2\"",
                                         {report.archive, copy});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(query_sql(copy, "SELECT (SELECT count(*) FROM cfg.child), (SELECT count(*) FROM "
                              "cfg.tree), (SELECT count(*) FROM cfg.parent)"),
              "30000|30000|10");
}

TEST_F(ConfigurationKeys, AskNothingOfTablesThatAreLeftOut) {
    BackupOptions filtered = options(database_with_configuration());
    filtered.filters.excluded_table_data = {"cfg.parent"};
    EXPECT_THAT(order_of_blocks(back_up(filtered)), testing::Contains("child").Times(1));
}
