// Replacing a database with faults planted between the steps: the target keeps its old content, and
// --undo knows what was really replaced.

#include "archive/reader.hpp"
#include "archive/writer.hpp"
#include "restore/restore_fixture.hpp"
#include "restore/undo.hpp"
#include "support/faults.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class RestoreReplace : public RestoreLive {
protected:
    RestoreReplace() : live_(create_database("live")) {
        run_sql(live_, "CREATE TABLE goods AS SELECT i AS id, 'new' AS name FROM "
                       "generate_series(1, 1000) i; ALTER TABLE goods ADD PRIMARY KEY (id); "
                       "CREATE SEQUENCE numbers; SELECT setval('numbers', 42)");
        archive_ = back_up(live_);
        run_sql(live_, "UPDATE goods SET name = 'old'");
    }

    [[nodiscard]] RestoreOptions replacing() const {
        RestoreOptions replace = options(live_);
        replace.existing = ExistingDatabase::replace;
        replace.repository = folder_.file("repository");
        return replace;
    }
    [[nodiscard]] std::string name_of_goods() const {
        return query_sql(live_, "SELECT DISTINCT name FROM goods");
    }
    Error planted(RestoreStep step, std::string const &sql) {
        return error_of([&] { (void)restore(archive_, replacing(), sql_after(step, sql)); });
    }
    void expect_untouched() {
        EXPECT_EQ(name_of_goods(), "old");
        EXPECT_THAT(staging_left(), IsEmpty());
        EXPECT_EQ(backends_left(), "0");
    }
    RestoreReport undo() {
        NoProgress progress;
        return undo_restore(replacing(), folder_.file("repository"), {}, progress);
    }

    // An archive without rows, but with another system identifier in its manifest.
    std::string archive_of_another_cluster() {
        std::string const database = create_database();
        run_sql(database, "CREATE TABLE empty (i int)");
        std::string const path = back_up(database);
        FileSource const source{path};
        ArchiveReader const reader{source};
        Manifest manifest = reader.manifest();
        manifest.origin.system_identifier = "4711";
        MemorySink sink;
        ArchiveWriter writer{sink, 1};
        for (std::size_t i = 0; i < reader.blocks().size(); ++i) {
            auto const kind = reader.blocks()[i].kind;
            if (kind != format::BlockKind::manifest) {
                writer.text(kind, reader.block_text(i));
            }
        }
        static_cast<void>(writer.finish(manifest, reader.schema_archive(),
                                        "-- PostgreSQL database dump complete\n"));
        std::string copy = folder_.file("other_cluster.sql.gz");
        write_whole_file(copy, std::string{as_text(sink.bytes())});
        return copy;
    }

    std::string live_;
    std::string archive_;
};

} // namespace

TEST_F(RestoreReplace, APlantedDifferenceIsReportedWithTableAndCountsAndNothingIsSwapped) {
    Error const error =
        planted(RestoreStep::post_data, "DELETE FROM goods WHERE id <= 3; SELECT 1");
    EXPECT_EQ(error.kind(), ErrorKind::differs);
    EXPECT_THAT(error.what(), HasSubstr("table public.goods: the archive has 1,000 rows"));
    EXPECT_THAT(error.what(), HasSubstr("997 rows"));
    expect_untouched();
}

TEST_F(RestoreReplace, AChangedRowIsNoticedByItsHash) {
    Error const error =
        planted(RestoreStep::post_data, "UPDATE goods SET name = 'odd' WHERE id = 7");
    EXPECT_EQ(error.kind(), ErrorKind::differs);
    EXPECT_THAT(error.what(), HasSubstr("table public.goods"));
    expect_untouched();
}

TEST_F(RestoreReplace, AnAddedRowIsNoticed) {
    EXPECT_THAT(planted(RestoreStep::post_data, "INSERT INTO goods VALUES (-1, 'x')").what(),
                HasSubstr("1,001 rows"));
    expect_untouched();
}

TEST_F(RestoreReplace, AMovedSequenceIsNoticed) {
    EXPECT_THAT(planted(RestoreStep::post_data, "SELECT setval('numbers', 41)").what(),
                HasSubstr("sequence public.numbers"));
    expect_untouched();
}

TEST_F(RestoreReplace, AnInvalidIndexIsNoticed) {
    EXPECT_THAT(planted(RestoreStep::post_data,
                        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
                        "'goods_pkey'::regclass")
                    .what(),
                HasSubstr("goods_pkey"));
    expect_untouched();
}

TEST_F(RestoreReplace, ARestoreThatFailedIsNothingToGoBackTo) {
    (void)planted(RestoreStep::post_data, "DELETE FROM goods");
    Error const error = error_of([&] { (void)undo(); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.what(), HasSubstr("there is nothing to put back"));
}

TEST_F(RestoreReplace, ARestoreThatDiedBeforeItDroppedTheOldDatabaseCanBeUndone) {
    RestoreHooks const dies{[](RestoreStep step, std::string const &) {
        if (step == RestoreStep::swapped) {
            throw Error{ErrorKind::failed, "killed"};
        }
    }};
    (void)error_of([&] { (void)restore(archive_, replacing(), dies); });
    EXPECT_EQ(name_of_goods(), "new");
    RestoreReport const report = undo();
    EXPECT_TRUE(report.swapped_back);
    EXPECT_EQ(name_of_goods(), "old");
}

TEST_F(RestoreReplace, ATargetThatSomebodyReplacedMeanwhileIsNotTouched) {
    RestoreHooks const meddler{[&](RestoreStep step, std::string const &) {
        if (step == RestoreStep::proven) {
            run_sql("postgres", "ALTER DATABASE " + live_ + " RENAME TO " + live_ + "_moved");
            run_sql("postgres", "CREATE DATABASE " + live_);
        }
    }};
    Error const error = error_of([&] { (void)restore(archive_, replacing(), meddler); });
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_THAT(error.what(), HasSubstr("was replaced by another database meanwhile"));
    EXPECT_EQ(query_sql(live_, "SELECT to_regclass('goods') IS NULL"), "t");
    EXPECT_EQ(query_sql(live_ + "_moved", "SELECT DISTINCT name FROM goods"), "old");
    EXPECT_THAT(staging_left(), IsEmpty());
}

TEST_F(RestoreReplace, ARoleThatVanishesHalfWayLeavesTheTargetAsItWas) {
    std::string const database = create_database();
    run_sql(database, "CREATE ROLE vanishing; CREATE TABLE t (i int); ALTER TABLE t OWNER TO "
                      "vanishing");
    std::string const archive = back_up(database);
    RestoreHooks const vanishes{[&](RestoreStep step, std::string const &) {
        if (step == RestoreStep::created) {
            run_sql(database, "DROP OWNED BY vanishing; DROP ROLE vanishing");
        }
    }};
    Error const error = error_of([&] { (void)restore(archive, replacing(), vanishes); });
    EXPECT_THAT(error.what(), HasSubstr("role \"vanishing\" does not exist"));
    EXPECT_FALSE(error.hint().empty());
    expect_untouched();
}

// The bytes of LATIN1 that UTF-8 also knows, as another character.
TEST_F(RestoreReplace, TextsAreConvertedIntoTheEncodingOfTheTarget) {
    std::string const latin = create_database(
        "latin", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    run_sql(latin,
            "SET client_encoding = 'UTF8'; CREATE TABLE \"größe\" AS SELECT 'Ã¤ é'::text AS t;"
            "SELECT lo_create(70001); COMMENT ON LARGE OBJECT 70001 IS 'Ã¤'");
    std::string const archive = back_up(latin);
    RestoreReport const report = restore(archive, replacing());
    EXPECT_TRUE(report.proven);
    EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("texts are converted")));
    EXPECT_EQ(query_sql(live_, "SELECT t FROM \"größe\""), "Ã¤ é");
    EXPECT_EQ(query_sql(live_, "SELECT obj_description(70001, 'pg_largeobject')"), "Ã¤");
}

TEST_F(RestoreReplace, AnEncodingThatCannotBeConvertedIsSaidBeforehand) {
    std::string const latin = create_database(
        "latin", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    std::string const archive = back_up(create_database(
        "greek", "ENCODING 'LATIN7' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"));
    RestoreOptions replace = replacing();
    replace.target = latin;
    EXPECT_THAT(error_of([&] { (void)restore(archive, replace); }).what(),
                HasSubstr("which cannot be converted"));
}

TEST_F(RestoreReplace, TheOldDatabaseStaysWhenNobodyKnowsWhatWasWrittenToIt) {
    std::string const close = "SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', datname)"
                              " FROM pg_database WHERE starts_with(datname, '" +
                              live_ + "__before_') \\gexec";
    RestoreReport const report =
        restore(archive_, replacing(), {[&](RestoreStep step, std::string const &) {
                    if (step == RestoreStep::swapped) {
                        run_sql("postgres", close);
                    }
                }});
    EXPECT_TRUE(report.attention);
    EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("it is not known whether")));
    ASSERT_TRUE(exists(report.old_database));
    run_sql("postgres", "DROP DATABASE \"" + report.old_database + "\"");
}

TEST_F(RestoreReplace, AnOldDatabaseThatCannotBeDroppedIsSaid) {
    RestoreReport const report =
        restore(archive_, replacing(), {[&](RestoreStep step, std::string const &) {
                    if (step == RestoreStep::swapped) {
                        run_sql(query_sql("postgres", "SELECT datname FROM pg_database WHERE "
                                                      "starts_with(datname, '" +
                                                          live_ + "__before_')"),
                                "CREATE SUBSCRIPTION s CONNECTION 'dbname=postgres' PUBLICATION p "
                                "WITH (connect = false, slot_name = NONE)");
                    }
                }});
    EXPECT_TRUE(report.attention);
    EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("is left on the server")));
    EXPECT_TRUE(exists(report.old_database));
}

TEST_F(RestoreReplace, NothingHappensWhenTheAnswerIsNo) {
    RestoreOptions asking = replacing();
    std::vector<std::string> shown;
    asking.confirm = [&](std::vector<std::string> const &plan) {
        shown = plan;
        throw Error{ErrorKind::usage, "no"};
    };
    EXPECT_EQ(error_of([&] { (void)restore(archive_, asking); }).kind(), ErrorKind::usage);
    EXPECT_FALSE(shown.empty());
    EXPECT_FALSE(run_shell("test -e \"$1\"", {folder_.file("repository")}).exit_code == 0);
    expect_untouched();
}

TEST_F(RestoreReplace, NobodyIsAskedAboutANewDatabase) {
    RestoreOptions asking = options(new_name());
    asking.existing = ExistingDatabase::replace;
    asking.confirm = [](std::vector<std::string> const &) {
        throw Error{ErrorKind::usage, "asked"};
    };
    EXPECT_TRUE(restore(archive_, asking).proven);
}

TEST_F(RestoreReplace, InPlaceReadsStringsAsTheDumpWroteThem) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t (a text DEFAULT 'b\\s' CHECK (a ~ '^\\d+$'))");
    run_sql("postgres", "ALTER DATABASE " + database + " SET standard_conforming_strings = off");
    RestoreOptions in_place = replacing();
    in_place.target = database;
    in_place.existing = ExistingDatabase::in_place;
    std::string const definitions =
        "SELECT pg_get_constraintdef(c.oid), pg_get_expr(d.adbin, d.adrelid) FROM pg_constraint c, "
        "pg_attrdef d WHERE c.contype = 'c'";
    std::string const before = query_sql(database, definitions);
    EXPECT_TRUE(restore(back_up(database), in_place).proven);
    EXPECT_EQ(query_sql(database, definitions), before);
    run_sql(database, "INSERT INTO t VALUES ('12')");
}

TEST_F(RestoreReplace, UndoNeverGoesBackFurtherThanTheLastRestore) {
    EXPECT_TRUE(restore(archive_, replacing()).proven);
    RestoreOptions without = replacing();
    without.safety_snapshot = false;
    EXPECT_TRUE(restore(archive_, without).proven);
    Error const error = error_of([&] { (void)undo(); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.what(), HasSubstr("took no safety snapshot"));
    EXPECT_EQ(name_of_goods(), "new");
}

TEST_F(RestoreReplace, UndoesInTheOrderOfWhatWasDoneAlsoWithinOneSecond) {
    RestoreOptions keeping = replacing();
    keeping.keep_old = true;
    EXPECT_TRUE(restore(archive_, keeping).proven); // old is kept
    run_sql(live_, "UPDATE goods SET name = 'third'");
    RestoreOptions in_place = replacing();
    in_place.existing = ExistingDatabase::in_place;
    EXPECT_TRUE(restore(archive_, in_place).proven); // third is in a snapshot
    (void)undo();
    EXPECT_EQ(name_of_goods(), "third");
    (void)undo();
    EXPECT_EQ(name_of_goods(), "new");
}

TEST_F(RestoreReplace, WhatOthersWroteMeanwhileIsKeptAndSaid) {
    RestoreHooks const writer{[&](RestoreStep step, std::string const &) {
        if (step == RestoreStep::loaded) {
            run_sql(live_, "INSERT INTO goods VALUES (5000, 'late')");
        }
    }};
    RestoreReport const report = restore(archive_, replacing(), writer);
    EXPECT_TRUE(report.attention);
    EXPECT_THAT(report.warnings,
                testing::Contains(HasSubstr("1 row of \"" + live_ + "\" were written after")));
    ASSERT_FALSE(report.old_database.empty());
    EXPECT_EQ(query_sql(report.old_database, "SELECT count(*) FROM goods WHERE name = 'late'"),
              "1");
    EXPECT_TRUE(undo().swapped_back);
    EXPECT_EQ(query_sql(live_, "SELECT count(*) FROM goods WHERE name = 'late'"), "1");
}

TEST_F(RestoreReplace, LatestOfAnotherClusterIsNotTakenForOurs) {
    RestoreOptions by_time = replacing();
    by_time.chosen_by_time = true;
    EXPECT_TRUE(restore(archive_, by_time).proven);
    std::string const other = archive_of_another_cluster();
    Error const error = error_of([&] { (void)restore(other, by_time); });
    EXPECT_THAT(error.what(), HasSubstr("comes from another cluster (system identifier 4711)"));
    EXPECT_THAT(error.hint(), HasSubstr("--backup-file"));
    RestoreReport const named = restore(other, replacing());
    EXPECT_THAT(named.warnings, testing::Contains(HasSubstr("comes from another cluster")));
}

TEST_F(RestoreReplace, ASequenceBelowItsColumnIsSaidWithTheWayToMoveItOn) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (7); "
                      "CREATE TABLE ok (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY); "
                      "INSERT INTO ok SELECT FROM generate_series(1, 3)");
    RestoreReport const report = restore(back_up(database), options(new_name()));
    ASSERT_EQ(report.warnings.size(), 1U) << testing::PrintToString(report.warnings);
    EXPECT_THAT(
        report.warnings[0],
        HasSubstr("sequence \"public\".\"t_id_seq\" stands at 1, and \"public\".\"t\".\"id\" "
                  "goes up to 7"));
}

TEST_F(RestoreReplace, AnExtensionGetsTheVersionOfTheArchive) {
    std::string const database = create_database();
    std::string const older = query_sql(
        database, "SELECT version FROM pg_available_extension_versions WHERE name = 'hstore' AND "
                  "version <> (SELECT default_version FROM pg_available_extensions WHERE name = "
                  "'hstore') ORDER BY version DESC LIMIT 1");
    if (older.empty()) {
        GTEST_SKIP() << "hstore is not installed in two versions";
    }
    run_sql(database, "CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext VERSION '" + older +
                          "'; CREATE TABLE t AS SELECT 'a=>1'::ext.hstore AS h");
    std::string const target = new_name();
    EXPECT_TRUE(restore(back_up(database), options(target)).proven);
    EXPECT_EQ(query_sql(target, "SELECT extversion FROM pg_extension WHERE extname = 'hstore'"),
              older);
}
