// The sample shop through every format that pg_dump and the usual packers write.

#include "backup/backup.hpp"
#include "restore/foreign_live_fixture.hpp"

#include <cstdlib>
#include <filesystem>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class ForeignFormats : public ForeignLive {
protected:
    struct Original {
        std::string name;
        std::string schema;
        std::string data;
    };

    static void SetUpTestSuite() {
        shop_ = original(create_sample_shop());
        std::string const small = create_database("small");
        run_sql(small,
                "CREATE TABLE public.rows AS SELECT n, repeat(md5(n::text), 20) AS text FROM "
                "generate_series(1, 3000) AS n;"
                "CREATE VIEW public.few AS SELECT n FROM public.rows WHERE n < 10;"
                "ALTER TABLE public.rows ADD PRIMARY KEY (n);"
                "CREATE SEQUENCE public.numbers; SELECT nextval('public.numbers');"
                "SELECT lo_from_bytea(0, 'large');");
        small_ = original(small);
    }

    static Original original(std::string const &database) {
        return {database, schema_fingerprint(database), data_fingerprint(database)};
    }

    // Makes a dump with a line of shell, in which $1 is the database and $2 the file.
    std::string dump(std::string const &command, Original const &of = small_) {
        std::string path = folder_.file("dump");
        ShellResult const result = run_shell(command, {of.name, path});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return path;
    }

    void expect_round_trip(std::string const &command, Original const &of = small_) {
        std::string const database = fill(dump(command, of));
        EXPECT_EQ(first_difference(of.schema, schema_fingerprint(database)), "");
        EXPECT_EQ(first_difference(of.data, data_fingerprint(database)), "");
    }

    static bool has(std::string const &program) {
        return run_shell("command -v " + program).exit_code == 0;
    }

    // Cuts the dump and expects a refusal that has the text in it.
    void expect_refused_when_cut(std::string const &path, std::string const &text) {
        cut_file(path, std::filesystem::file_size(path) * 2 / 3);
        Error const error = error_of([&] { fill(path); });
        EXPECT_EQ(error.kind(), ErrorKind::damaged) << error.what();
        EXPECT_THAT(error.what(), HasSubstr(text));
    }

    static Original shop_;
    static Original small_;
};
ForeignFormats::Original ForeignFormats::shop_;
ForeignFormats::Original ForeignFormats::small_;

TEST_F(ForeignFormats, BringsBackAPlainScript) {
    expect_round_trip("pg_dump \"$1\" > \"$2\"");
    EXPECT_THAT(description_, HasSubstr("restore the script dump (pg_dump 15."));
}

TEST_F(ForeignFormats, BringsBackAGzippedScript) {
    expect_round_trip("pg_dump \"$1\" | gzip -1 > \"$2\"", shop_);
}

TEST_F(ForeignFormats, BringsBackAScriptOfZstd) {
    if (!has("zstd")) {
        GTEST_SKIP() << "zstd is not installed";
    }
    expect_round_trip("pg_dump \"$1\" | zstd -1q > \"$2\"");
    expect_refused_when_cut(folder_.file("dump"), "zstd failed");
}

TEST_F(ForeignFormats, BringsBackAScriptOfXz) {
    if (!has("xz")) {
        GTEST_SKIP() << "xz is not installed";
    }
    expect_round_trip("pg_dump \"$1\" | xz -0 > \"$2\"");
    expect_refused_when_cut(folder_.file("dump"), "xz failed");
}

TEST_F(ForeignFormats, BringsBackAScriptOfBzip2) {
    if (!has("bzip2")) {
        GTEST_SKIP() << "bzip2 is not installed";
    }
    expect_round_trip("pg_dump \"$1\" | bzip2 -1 > \"$2\"");
    expect_refused_when_cut(folder_.file("dump"), "bzip2 failed");
}

TEST_F(ForeignFormats, BringsBackACustomArchive) {
    expect_round_trip("pg_dump -Fc -Z1 \"$1\" > \"$2\"");
    EXPECT_THAT(description_, HasSubstr("restore the archive of pg_dump dump (pg_dump 15."));
    expect_refused_when_cut(folder_.file("dump"), "pg_restore failed");
}

TEST_F(ForeignFormats, BringsBackATarArchive) {
    expect_round_trip("pg_dump -Ft \"$1\" > \"$2\"");
    expect_refused_when_cut(folder_.file("dump"), "the tar archive ends early");
}

TEST_F(ForeignFormats, RefusesATarArchiveThatIsCutAnywhere) {
    std::string const path = dump("pg_dump -Ft \"$1\" > \"$2\"");
    for (auto size = std::filesystem::file_size(path) - 1024; size > 1024; size -= size / 4) {
        cut_file(path, size);
        Error const error = error_of([&] { fill(path); });
        EXPECT_EQ(error.kind(), ErrorKind::damaged) << size;
    }
}

TEST_F(ForeignFormats, BringsBackADirectory) {
    expect_round_trip("pg_dump -Fd -Z1 -f \"$2\" \"$1\"");
    EXPECT_EQ(
        run_shell("rm \"$(ls -S \"$1\"/*.dat.gz | head -1)\"", {folder_.file("dump")}).exit_code,
        0);
    Error const error = error_of([&] { fill(folder_.file("dump")); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged) << error.what();
}

TEST_F(ForeignFormats, BringsBackAScriptOfCleanAndCreate) {
    expect_round_trip("pg_dump --clean --create \"$1\" > \"$2\"");
}

TEST_F(ForeignFormats, BringsBackAScriptOfClean) {
    expect_round_trip("pg_dump --clean \"$1\" > \"$2\"", shop_);
}

TEST_F(ForeignFormats, BringsBackAScriptOfCleanIfExists) {
    expect_round_trip("pg_dump --clean --if-exists \"$1\" > \"$2\"");
}

TEST_F(ForeignFormats, BringsBackRowsOfInserts) {
    expect_round_trip("pg_dump --column-inserts --rows-per-insert=100 \"$1\" > \"$2\"");
}

TEST_F(ForeignFormats, BringsBackPartitionsThroughTheirRoot) {
    expect_round_trip("pg_dump --load-via-partition-root --quote-all-identifiers \"$1\" > \"$2\"",
                      shop_);
}

TEST_F(ForeignFormats, BringsBackAnArchiveOfOursThatWasUnpacked) {
    std::string const packed = folder_.file("ours.sql.gz");
    BackupOptions backup;
    backup.connection = scratch_connection(small_.name);
    backup.bindir = scratch_server().bindir();
    NoProgress progress;
    (void)backup_database(backup, ToFile{packed}, {}, progress);
    std::string const path = folder_.file("ours.sql");
    ASSERT_EQ(run_shell("gunzip < \"$1\" > \"$2\"", {packed, path}).exit_code, 0);
    std::string const database = fill(path);
    EXPECT_EQ(first_difference(small_.data, data_fingerprint(database)), "");
    ScriptContent const content{path, options(), {}, progress};
    EXPECT_EQ(content.deepest_check(), RestoreCheck::content);
    EXPECT_EQ(content.manifest().origin.database, small_.name);

    std::string text = read_whole_file(path);
    for (std::string const &two : {text + text, text + dump_with("CREATE TABLE public.b ();\n"),
                                   dump_with("CREATE TABLE public.b ();\n") + text}) {
        EXPECT_THAT(error_of([&] { fill(script(two)); }).what(), HasSubstr("more than one dump"));
    }
    std::string const row = "17\t";
    text.erase(text.find("\n" + row),
               text.find('\n', text.find("\n" + row) + 1) - text.find("\n" + row));
    Error const error = error_of([&] { fill(script(text)); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(), HasSubstr("public.rows has 2,999 rows, and its manifest says 3,000"));
}

TEST_F(ForeignFormats, RefusesAGzippedScriptThatIsCut) {
    expect_refused_when_cut(dump("pg_dump \"$1\" | gzip -1 > \"$2\""), "damaged at offset");
}

TEST_F(ForeignFormats, SaysWhatToInstallWhenAProgramIsMissing) {
    std::string const path = dump("printf '\\375\\067zXZ\\000' > \"$2\"");
    std::string const programs = ::getenv("PATH");
    ASSERT_EQ(::setenv("PATH", "/nonexistent", 1), 0);
    Error const error = error_of([&] { fill(path); });
    ASSERT_EQ(::setenv("PATH", programs.c_str(), 1), 0);
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.hint(), "Install xz.");
}

} // namespace
} // namespace pgkeep
