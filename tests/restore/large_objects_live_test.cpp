// Large objects come back with owner, rights and comment, in every way of restoring.

#include "archive/member_reader.hpp"
#include "archive/reader.hpp"
#include "archive/writer.hpp"
#include "backup/script.hpp"
#include "proc/toc.hpp"
#include "restore/restore_fixture.hpp"
#include "support/faults.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

using namespace pgkeep;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class LargeObjectsLive : public RestoreLive {
protected:
    // Every kind of right, and names and comments that are easy to get wrong.
    static std::string make_database() {
        run_sql("postgres", "DO $$ BEGIN IF pg_catalog.to_regrole('lo_owner') IS NULL THEN "
                            "CREATE ROLE lo_owner; CREATE ROLE lo_reader; CREATE ROLE lo_giver; "
                            "CREATE ROLE \"lo \"\"hard\"\"\nname\\\"; END IF; END $$");
        std::string database = create_database("objects");
        run_sql(
            database,
            "SELECT lo_from_bytea(90001, 'plain'), lo_from_bytea(90002, 'shared'),"
            " lo_from_bytea(90003, 'closed'), lo_create(90004), lo_from_bytea(4294967290, 'big');"
            "ALTER LARGE OBJECT 90002 OWNER TO lo_owner; SET ROLE lo_owner;"
            "GRANT SELECT ON LARGE OBJECT 90002 TO lo_reader, PUBLIC;"
            "GRANT SELECT, UPDATE ON LARGE OBJECT 90002 TO lo_giver WITH GRANT OPTION;"
            "SET ROLE lo_giver; GRANT UPDATE ON LARGE OBJECT 90002 TO lo_reader; RESET ROLE;"
            "ALTER LARGE OBJECT 90003 OWNER TO lo_owner;"
            "REVOKE ALL ON LARGE OBJECT 90003 FROM lo_owner;"
            "ALTER LARGE OBJECT 90004 OWNER TO \"lo \"\"hard\"\"\nname\\\";"
            "REVOKE UPDATE ON LARGE OBJECT 90004 FROM \"lo \"\"hard\"\"\nname\\\";"
            "COMMENT ON LARGE OBJECT 90001 IS E'it''s \\\\ of\\ntwo lines;\\r\\n-- and more';"
            "COMMENT ON LARGE OBJECT 90003 IS 'ä plain one'");
        return database;
    }

    static std::string objects(std::string const &database) {
        return query_sql(database,
                         "SELECT string_agg(concat_ws(' ', oid, lomowner::regrole, lomacl,"
                         " obj_description(oid, 'pg_largeobject')), ',' ORDER BY oid)"
                         " FROM pg_largeobject_metadata");
    }
};

// A copy of an archive with another manifest and schema archive, and maybe without definitions.
Bytes rewrite(std::string const &archive, Manifest const &manifest, ByteView schema_archive,
              bool definitions) {
    FileSource const file{archive};
    ArchiveReader const reader{file};
    MemorySink sink;
    ArchiveWriter writer{sink, 1};
    BlockMembers members{file};
    for (BlockEntry const &block : reader.blocks()) {
        if (block.kind == format::BlockKind::manifest ||
            (block.kind == format::BlockKind::other && !definitions)) {
            continue;
        }
        FinishedBlock copy{block, {}};
        members.begin(block, 0);
        while (members.next()) {
            copy.members.emplace_back(members.bytes().begin(), members.bytes().end());
        }
        writer.block(std::move(copy));
    }
    (void)writer.finish(manifest, schema_archive, kDumpEnding);
    return sink.bytes();
}

Manifest manifest_of(std::string const &archive) {
    FileSource const file{archive};
    return ArchiveReader{file}.manifest();
}

} // namespace

TEST_F(LargeObjectsLive, AreTheSameAfterARestore) {
    std::string const database = make_database();
    std::string const target = new_name();
    RestoreReport const report = restore(back_up(database), options(target));
    expect_same(database, target);
    EXPECT_EQ(objects(database), objects(target));
    EXPECT_TRUE(report.proven);
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_EQ(report.found.object_counts, report.manifest.object_counts);
}

TEST_F(LargeObjectsLive, AreTheSameAfterPsqlReadTheText) {
    std::string const database = make_database();
    std::string const copy = create_database("copy");
    ShellResult const psql =
        run_shell("gunzip -c \"$1\" | psql -qX -v ON_ERROR_STOP=1 -d \"$2\" >/dev/null",
                  {back_up(database), copy});
    ASSERT_EQ(psql.exit_code, 0) << psql.err;
    expect_same(database, copy);
    EXPECT_EQ(objects(database), objects(copy));
}

TEST_F(LargeObjectsLive, AreTheSameAfterARestoreInPlace) {
    std::string const database = make_database();
    std::string const before = objects(database);
    std::string const dumped = dump(database);
    std::string const archive = back_up(database);
    run_sql(database, "SELECT lo_unlink(90001), lo_create(90009); "
                      "ALTER LARGE OBJECT 90002 OWNER TO lo_reader");
    RestoreOptions in_place = options(database);
    in_place.existing = ExistingDatabase::in_place;
    in_place.safety_snapshot = false;
    EXPECT_TRUE(restore(archive, in_place).proven);
    EXPECT_EQ(objects(database), before);
    EXPECT_EQ(dump(database), dumped);
}

TEST_F(LargeObjectsLive, BelongToTheRestoringRoleWithoutOwners) {
    std::string const archive = back_up(make_database());
    RestoreOptions without = options(new_name());
    without.no_owner = true;
    EXPECT_TRUE(restore(archive, without).proven);
    EXPECT_EQ(query_sql(without.target, "SELECT count(*) FROM pg_largeobject_metadata"
                                        " WHERE lomowner::regrole <> current_user::regrole"),
              "0");
    EXPECT_EQ(query_sql(without.target, "SELECT obj_description(90003, 'pg_largeobject')"),
              "ä plain one");
}

TEST_F(LargeObjectsLive, HaveTheUsualRightsWithoutPrivileges) {
    std::string const archive = back_up(make_database());
    RestoreOptions without = options(new_name());
    without.no_privileges = true;
    EXPECT_TRUE(restore(archive, without).proven);
    EXPECT_EQ(query_sql(without.target, "SELECT count(lomacl) FROM pg_largeobject_metadata"), "0");
    EXPECT_EQ(query_sql(without.target, "SELECT lomowner::regrole FROM pg_largeobject_metadata"
                                        " WHERE oid = 90002"),
              "lo_owner");
}

TEST_F(LargeObjectsLive, AreMadeByTheRoleThatARestoreActsAs) {
    std::string const archive = back_up(make_database());
    run_sql("postgres", "ALTER ROLE lo_giver CREATEDB SUPERUSER");
    RestoreOptions as = options(new_name());
    as.no_owner = true;
    as.role = "lo_giver";
    EXPECT_TRUE(restore(archive, as).proven);
    run_sql("postgres", "ALTER ROLE lo_giver NOCREATEDB NOSUPERUSER");
    EXPECT_EQ(query_sql(as.target, "SELECT string_agg(DISTINCT lomowner::regrole::text, ' ')"
                                   " FROM pg_largeobject_metadata"),
              "lo_giver");
}

TEST_F(LargeObjectsLive, AreNotPartOfTheSchema) {
    std::string const archive = back_up(make_database());
    RestoreOptions schema = options(new_name());
    schema.part.data = false;
    (void)restore(archive, schema);
    EXPECT_EQ(objects(schema.target), "");
}

TEST_F(LargeObjectsLive, AreManyInBlocksOfFew) {
    std::string const database = create_database("many");
    run_sql(database, "SELECT count(lo_from_bytea(i::oid, 'x')) FROM generate_series(1, 5000) i;"
                      "DO $$ BEGIN FOR i IN 1..5000 LOOP EXECUTE format("
                      "'COMMENT ON LARGE OBJECT %s IS ''object %s''', i, i); END LOOP; END $$");
    std::string const archive = back_up(database);
    FileSource const file{archive};
    ArchiveReader const reader{file};
    EXPECT_EQ(std::ranges::count(reader.blocks(), format::BlockKind::other, &BlockEntry::kind), 10);
    EXPECT_EQ(reader.manifest().large_objects.definitions, 15000U);
    std::string const target = new_name();
    auto const start = std::chrono::steady_clock::now();
    EXPECT_TRUE(restore(archive, options(target)).proven);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
    EXPECT_EQ(objects(target), objects(database));
}

TEST_F(LargeObjectsLive, AreLeftOutOfABackupOfSomeTables) {
    std::string const database = make_database();
    run_sql(database, "CREATE TABLE t (a int)");
    BackupFilters filters;
    filters.tables = {"t"};
    std::string const archive = back_up(database, filters);
    FileSource const file{archive};
    ArchiveReader const reader{file};
    EXPECT_EQ(std::ranges::count(reader.blocks(), format::BlockKind::other, &BlockEntry::kind), 0);
    EXPECT_EQ(reader.manifest().large_objects, LargeObjectsEntry{});
}

// As archives were before pgkeep wrote the definitions.
TEST_F(LargeObjectsLive, AreRestoredFromASchemaArchiveThatDefinesThem) {
    std::string const database = make_database();
    std::string const archive = back_up(database);
    std::string const schema = folder_.file("schema");
    ShellResult const listed =
        run_shell("pg_dump -Fc --section=pre-data --section=post-data --create -f \"$2\" \"$1\" && "
                  "pg_restore -l \"$2\"",
                  {database, schema});
    ASSERT_EQ(listed.exit_code, 0) << listed.err;
    Manifest manifest = manifest_of(archive);
    manifest.large_objects.definitions = 0;
    manifest.object_counts = count_kinds(parse_toc(listed.out));
    std::string const old = folder_.file("old.sql.gz");
    write_whole_file(old,
                     as_text(rewrite(archive, manifest, as_bytes(read_whole_file(schema)), false)));
    std::string const target = new_name();
    RestoreReport const report = restore(old, options(target));
    EXPECT_EQ(objects(target), objects(database));
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_EQ(report.found.object_counts, report.manifest.object_counts);
    EXPECT_GT(manifest.object_counts.at("ACL"), manifest_of(archive).object_counts["ACL"]);
}

TEST_F(LargeObjectsLive, AreNotRestoredWithAStatementMissing) {
    std::string const archive = back_up(make_database());
    FileSource const file{archive};
    ArchiveReader const reader{file};
    Manifest manifest = reader.manifest();
    ++manifest.large_objects.definitions;
    std::string const other = folder_.file("other.sql.gz");
    write_whole_file(other, as_text(rewrite(archive, manifest, reader.schema_archive(), true)));
    Error const error = error_of([&] { (void)restore(other, options(new_name())); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(), HasSubstr("the archive defines its large objects with"));
    EXPECT_THAT(staging_left(), IsEmpty());
}
