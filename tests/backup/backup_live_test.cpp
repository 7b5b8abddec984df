#include "backup/backup.hpp"
#include "backup/backup_fixture.hpp"
#include "proc/child.hpp"
#include "repository/evidence.hpp"
#include "support/fingerprint.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

using namespace pgkeep;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(BackupLive, WritesAnArchiveFromWhichPsqlAloneMakesTheSameDatabase) {
    std::string const database = create_sample_shop();
    BackupReport const report = back_up(options(database));
    EXPECT_GE(report.manifest.total_rows(), 300'000U);
    std::string const copy = copy_with_psql(report.archive);
    EXPECT_EQ(first_difference(schema_fingerprint(database), schema_fingerprint(copy)), "");
    EXPECT_EQ(first_difference(data_fingerprint(database), data_fingerprint(copy)), "");
}

TEST_F(BackupLive, PublishesOnePrivateProvenFile) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT i FROM generate_series(1, 1000) i");
    BackupReport const report = back_up(options(database));
    EXPECT_THAT(files(),
                ElementsAre(format_archive_name({database, report.manifest.origin.snapshot_time})));
    struct stat status {};
    ASSERT_EQ(::stat(report.archive.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), report.size);
    ASSERT_EQ(::stat(repository().database_folder(database).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);

    FileSource const file{report.archive};
    NoProgress progress;
    auto const checked = check_archive(file, CheckLevel::checksum, 2, stop_.get_token(), progress);
    EXPECT_TRUE(checked.passed());
    auto const evidence = current_evidence(report.archive, report.size, checked.footer.value());
    ASSERT_EQ(evidence.size(), 1U);
    EXPECT_TRUE(evidence[0].passed);
    EXPECT_EQ(evidence[0].level, "checksum");
}

TEST_F(BackupLive, ProvesWhatTheServerHolds) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t(a int, b text); INSERT INTO t VALUES (1, 'x'), (2, NULL), "
                      "(3, E'a\\tb\\\\')");
    RowDigest expected;
    for (char const *line : {"1\tx", "2\t\\N", "3\ta\\tb\\\\"}) {
        expected.add_row(line);
    }
    BackupReport const report = back_up(options(database));
    EXPECT_EQ(table(report, "t").proof, expected);
    EXPECT_THAT(table(report, "t").columns, ElementsAre("a", "b"));
}

TEST_F(BackupLive, DividesOneTableAmongWorkersWithoutLosingARow) {
    std::string const database = create_database();
    // Wide rows, so that the table has several ranges: 200 MB in the heap.
    run_sql(database,
            "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 60) AS filler FROM "
            "generate_series(1, 100000) i; "
            "ALTER TABLE big ALTER filler SET STORAGE EXTERNAL; CREATE TABLE small(i int)");
    BackupOptions four = options(database);
    four.jobs = 4;
    four.level = 1;
    BackupReport const parallel = back_up(four);
    four.jobs = 1;
    BackupReport const serial = back_up(four);
    EXPECT_EQ(table(parallel, "big").proof.rows, 100'000U);
    EXPECT_EQ(table(parallel, "big").proof, table(serial, "big").proof);
    EXPECT_EQ(table(parallel, "small").proof.rows, 0U);
}

TEST_F(BackupLive, TwoInOneSecondDoNotCollide) {
    std::string const database = create_database();
    auto const first = back_up(options(database));
    auto const second = back_up(options(database));
    EXPECT_NE(first.archive, second.archive);
    EXPECT_EQ(files().size(), 2U);
}

TEST_F(BackupLive, KeepsOtherEncodings) {
    for (std::string const encoding : {"LATIN1", "SQL_ASCII", "EUC_JP", "WIN1251"}) {
        std::string const creation = "ENCODING '" + encoding + "' LOCALE 'C' TEMPLATE template0";
        std::string const database = create_database("encoded", creation);
        std::string const text = encoding == "EUC_JP" ? "\\xa4a2" : "\\xe4f6";
        run_sql(database,
                "CREATE TABLE t(v text); INSERT INTO t VALUES (convert_from('" + text +
                    "', getdatabaseencoding())); "
                    "DO $$ BEGIN EXECUTE format('CREATE TABLE %I(v text)', convert_from('" +
                    text + "', getdatabaseencoding())); END $$");
        auto const report = back_up(options(database));
        EXPECT_EQ(report.manifest.database.encoding, encoding);
        std::string const copy = copy_with_psql(report.archive, creation);
        EXPECT_EQ(dump(copy), dump(database)) << encoding;
    }
}

TEST_F(BackupLive, HonoursFilters) {
    std::string const database = create_database();
    run_sql(database, "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.one AS SELECT 1 AS i; "
                      "CREATE TABLE a.two AS SELECT 2 AS i; "
                      "CREATE TABLE b.one AS SELECT 3 AS i; CREATE TABLE \"Odd.Name\" AS SELECT 4 "
                      "AS i; SELECT lo_create(0)");
    auto const tables = [&](BackupFilters const &filters) {
        BackupOptions filtered = options(database);
        filtered.filters = filters;
        std::vector<std::string> names;
        for (TableEntry const &entry : back_up(filtered).manifest.tables) {
            names.push_back(entry.schema + "." + entry.name +
                            (entry.has_data ? "" : " without data"));
        }
        std::sort(names.begin(), names.end());
        return names;
    };
    EXPECT_THAT(tables({{"a"}, {}, {}, {}, {}}), ElementsAre("a.one", "a.two"));
    EXPECT_THAT(tables({{}, {"a"}, {}, {}, {}}), ElementsAre("b.one", "public.Odd.Name"));
    EXPECT_THAT(tables({{}, {}, {"*.one"}, {}, {}}), ElementsAre("a.one", "b.one"));
    EXPECT_THAT(tables({{}, {}, {"\"Odd.Name\""}, {}, {}}), ElementsAre("public.Odd.Name"));
    EXPECT_THAT(tables({{}, {}, {}, {"a.*"}, {}}), ElementsAre("b.one", "public.Odd.Name"));
    EXPECT_THAT(tables({{"a"}, {}, {}, {}, {"a.t*"}}), ElementsAre("a.one", "a.two without data"));
}

TEST_F(BackupLive, WritesToADescriptorInOnePass) {
    std::string const database = create_database();
    run_sql(database, "CREATE TABLE t AS SELECT i FROM generate_series(1, 5000) i");
    MemoryFile const memory{"archive"};
    NoProgress progress;
    auto const report =
        backup_database(options(database), ToDescriptor{memory.fd()}, stop_.get_token(), progress);
    EXPECT_FALSE(report.checked);
    std::string const content = memory.content();
    EXPECT_EQ(content.size(), report.size);
    MemorySource const source{as_bytes(content)};
    EXPECT_TRUE(
        check_archive(source, CheckLevel::checksum, 1, stop_.get_token(), progress).passed());
}

TEST_F(BackupLive, RefusesToOverwriteAFile) {
    std::string const database = create_database();
    std::string const path = folder_.file("one.sql.gz");
    NoProgress progress;
    auto const once = [&] {
        (void)backup_database(options(database), ToFile{path}, stop_.get_token(), progress);
    };
    once();
    std::string const content = read_small_file(path);
    EXPECT_EQ(error_of(once).kind(), ErrorKind::exists);
    EXPECT_EQ(read_small_file(path), content);
}

TEST_F(BackupLive, TakesALongNameAndRefusesALinkThatLeadsNowhere) {
    std::string const database = create_database();
    NoProgress progress;
    auto const to = [&](std::string const &name) {
        return backup_database(options(database), ToFile{folder_.file(name)}, stop_.get_token(),
                               progress);
    };
    std::string const name(255, 'x');
    EXPECT_EQ(to(name).archive, folder_.file(name));

    std::filesystem::create_symlink(folder_.file("none"), folder_.file("link"));
    EXPECT_EQ(error_of([&] { (void)to("link"); }).kind(), ErrorKind::exists);
    EXPECT_EQ(error_of([&] { (void)to(std::string(256, 'x')); }).kind(), ErrorKind::failed);
}

TEST_F(BackupLive, SavesGlobals) {
    repository().prepare({});
    FileDescriptor const left{::open(folder_.file("repository/.globals.tmp-1-00c0ffee").c_str(),
                                     O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_TRUE(left.valid());
    run_sql("postgres", "CREATE ROLE \"glob'al\" PASSWORD 'secret'");
    auto const report = backup_globals(options("postgres"), repository(), stop_.get_token());
    EXPECT_THAT(report.warnings, IsEmpty());
    EXPECT_EQ(files().size(), 1U) << "the leftover is gone";
    ShellResult const text = run_shell("gunzip -c \"$1\"", {report.archive});
    EXPECT_EQ(text.err, "");
    EXPECT_THAT(text.out, HasSubstr("CREATE ROLE \"glob'al\""));
    EXPECT_THAT(text.out, HasSubstr("SCRAM-SHA-256"));

    run_sql("postgres", "CREATE ROLE plain LOGIN");
    BackupOptions plain = options("postgres");
    plain.connection.keywords["user"] = "plain";
    auto const without = backup_globals(plain, repository(), stop_.get_token());
    EXPECT_EQ(without.warnings.size(), 1U);
    EXPECT_EQ(run_shell("gunzip -c \"$1\" | grep -c SCRAM-SHA-256", {without.archive}).out, "0\n");
}
