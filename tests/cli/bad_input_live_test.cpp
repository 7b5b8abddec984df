// What can go wrong: each has its own message with a hint, the right exit code, and leaves nothing
// behind.

#include "scratch/server.hpp"

#include "program_runner.hpp"
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pgkeep {
namespace {

class BadInputLive : public ProgramsLive {
protected:
    // A server that wants a password.
    static ScratchServer &guarded_server() {
        static ScratchServer server{[] {
                                        ScratchOptions options;
                                        options.password = "the right/one";
                                        return options;
                                    }(),
                                    {}};
        return server;
    }
    [[nodiscard]] static std::string guarded_url(std::string const &password) {
        ScratchServer &server = guarded_server();
        return "postgresql://" + server.user() + ":" + password +
               "@/postgres?host=" + server.socket_folder() + "&port=" + server.port();
    }
    // A program that only knows its version.
    void fake_program(std::string const &name, std::string const &version) {
        std::filesystem::create_directories(folder_.file("bin"));
        std::string const path = folder_.file("bin/" + name);
        write_whole_file(path, "#!/bin/sh\necho '" + name + " (PostgreSQL) " + version + "'\n");
        ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
    }
};

TEST_F(BadInputLive, AHostThatDoesNotExist) {
    expect_failure("pgkeep-backup -h nosuch.invalid --connect-retries=0 postgres", 1,
                   "nosuch.invalid", "host name");
    expect_nothing_left();
}

TEST_F(BadInputLive, AHostThatRefuses) {
    expect_failure("pgkeep-backup -h 127.0.0.1 -p 1 --connect-retries=1 --retry-delay=1ms postgres",
                   1, "Connection refused", "Check host and port");
    expect_nothing_left();
}

TEST_F(BadInputLive, AWrongPasswordIsNotTriedAgainAndNotRepeated) {
    ShellResult const result = run("pgkeep-backup -v -d \"$1\"", {guarded_url("wr0ng%2Fsecret")});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find("password authentication failed"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("HINT: "), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("attempt 2"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("wr0ng"), std::string::npos) << result.err;
    expect_nothing_left();
}

TEST_F(BadInputLive, NoPasswordIsAskedForWithoutATerminal) {
    ShellResult const result =
        run("exec setsid -w pgkeep-backup -d \"$1\" </dev/null", {guarded_url("")});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.find("password"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("HINT: "), std::string::npos) << result.err;
}

TEST_F(BadInputLive, APasswordInAUrlReachesNoOutputOfASuccessfulRun) {
    ShellResult const result = run("pgkeep-backup -vv --json --log-file=$T/log -d \"$1\"",
                                   {guarded_url("the%20right%2Fone")});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    std::string const log = read_whole_file(folder_.file("log"));
    for (std::string const *text : {&result.out, &result.err, &log}) {
        EXPECT_EQ(text->find("right"), std::string::npos) << *text;
    }
}

TEST_F(BadInputLive, ADatabaseThatDoesNotExist) {
    expect_failure("pgkeep-backup nosuch", 1, "database \"nosuch\" does not exist", "psql -l");
    expect_nothing_left();
}

TEST_F(BadInputLive, NoPrivilegeOnOneTable) {
    std::string const shop = make_shop();
    run_sql("postgres", "DO $$ BEGIN IF to_regrole('limited') IS NULL THEN CREATE ROLE limited "
                        "LOGIN; END IF; END $$");
    run_sql(shop, "GRANT SELECT ON goods TO limited; GRANT SELECT ON numbers TO limited;"
                  "SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
    expect_failure("pgkeep-backup -U limited " + shop, 1, "empty", "GRANT");
    expect_nothing_left();
    EXPECT_EQ(run("pgkeep-backup -U limited -T empty -f $T/part.sql.gz " + shop).exit_code, 0);
}

TEST_F(BadInputLive, APgDumpThatIsOlderThanTheServer) {
    std::string const shop = make_shop();
    fake_program("pg_dump", "9.6.24");
    fake_program("pg_restore", "9.6.24");
    expect_failure("pgkeep-backup --bindir=$T/bin " + shop, 1, "9.6.24", "postgresql-client");
    expect_nothing_left();
}

TEST_F(BadInputLive, AFolderWithoutPgDump) {
    std::string const shop = make_shop();
    expect_failure("mkdir $T/none; pgkeep-backup --bindir=$T/none " + shop, 1, "pg_dump",
                   "postgresql-client");
    expect_nothing_left();
}

TEST_F(BadInputLive, AFileSizeLimitIsReportedAsAFullDisk) {
    std::string const shop = create_database("shop");
    run_sql(shop,
            "CREATE TABLE noise AS SELECT gen_random_uuid() AS id FROM generate_series(1, 50000)");
    expect_failure("ulimit -f 100; pgkeep-backup -j2 " + shop, 1, "File too large", "space");
    expect_nothing_left();
}

// Root has no such limit, so it is nobody there, who can read neither this build folder nor $T.
TEST_F(BadInputLive, AMachineThatHasNoThreadToGive) {
    std::string const nobody =
        ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
    expect_failure("cp \"$(command -v pgkeep-verify)\" $T/ && chmod 711 $T && chmod 755 $T/*\n" +
                       nobody + "prlimit --nproc=1 $T/pgkeep-verify --version",
                   1, "cannot start a thread: Resource temporarily unavailable", "TasksMax");
}

TEST_F(BadInputLive, AFullDiskLeavesNothingOnIt) {
    std::string const disk = folder_.file("disk");
    std::filesystem::create_directory(disk);
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=512k") != 0) {
        GTEST_SKIP() << "only root can mount a small file system";
    }
    std::string const shop = create_database("shop");
    run_sql(shop,
            "CREATE TABLE noise AS SELECT gen_random_uuid() AS id FROM generate_series(1, 100000)");
    expect_failure("pgkeep-backup -r $T/disk/repository " + shop, 1, "No space left on device",
                   "space");
    EXPECT_TRUE(files_below(disk).empty()) << testing::PrintToString(files_below(disk));
    expect_no_sessions();
    EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(BadInputLive, AnArchiveWithoutEvidenceAsksForALook) {
    std::string const disk = folder_.file("disk");
    std::filesystem::create_directory(disk);
    // One for the disk, then the database's folder, its lock and the archive.
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=10m,nr_inodes=5") != 0) {
        GTEST_SKIP() << "only root can mount a small file system";
    }
    std::string const shop = make_shop();
    expect_failure("pgkeep-backup -r $T/disk/repository " + shop, 3,
                   "the evidence of a check could not be written", "pgkeep-verify");
    EXPECT_EQ(run("pgkeep-verify -r $T/disk/repository --status -d \"$1\"", {shop}).exit_code, 3);
    EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(BadInputLive, AFullDeviceBehindStandardOutput) {
    std::string const shop = make_shop();
    expect_failure("pgkeep-backup -f - " + shop + " >/dev/full", 1, "cannot write standard output",
                   "space");
    ASSERT_EQ(run("pgkeep-backup " + shop).exit_code, 0);
    expect_failure("pgkeep-restore --list >/dev/full", 1, "cannot write standard output", "space");
    expect_failure("pgkeep-verify --json >/dev/full", 1, "cannot write standard output", "space");
}

TEST_F(BadInputLive, WorkThatIsDoneStaysDoneWhenItCannotBeShown) {
    std::string const shop = make_shop();
    std::string const other = make_shop();
    ShellResult const saved = run("pgkeep-backup -v \"$@\" >/dev/full", {shop, other});
    EXPECT_EQ(saved.exit_code, 3) << saved.err;
    EXPECT_NE(saved.err.find("standard output"), std::string::npos) << saved.err;
    EXPECT_EQ(parse(run("pgkeep-restore --list --json")).at("archives").size(), 2U);
    EXPECT_EQ(
        run("pgkeep-restore -v -d \"$1\" --into=\"$1_v\" latest >/dev/full", {shop}).exit_code, 3);
    EXPECT_EQ(run("pgkeep-restore --json -d \"$1\" --into=\"$1_j\" latest >&-", {shop}).exit_code,
              3);
    EXPECT_EQ(query_sql(shop + "_v", "SELECT count(*) FROM goods"), "1000");
    EXPECT_EQ(query_sql(shop + "_j", "SELECT count(*) FROM goods"), "1000");
}

TEST_F(BadInputLive, AClosedPipeBehindStandardOutputIsAFailure) {
    std::string const shop = make_shop();
    ShellResult const result =
        run("{ pgkeep-backup -f - \"$1\"; echo \"code $?\" >&2; } | true", {shop});
    EXPECT_NE(result.err.find("Broken pipe"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("code 1\n"), std::string::npos) << result.err;
    ShellResult const closed = run("pgkeep-restore --help >&-");
    EXPECT_EQ(closed.exit_code, 1) << closed.err;
    expect_no_sessions();
}

TEST_F(BadInputLive, ARepositoryThatCannotBeMade) {
    std::string const shop = make_shop();
    expect_failure("touch $T/file; pgkeep-backup -r $T/file/repository " + shop, 1,
                   "/file/repository", "--repository");
    expect_no_sessions();
}

TEST_F(BadInputLive, ARepositoryThatCannotBeWrittenTo) {
    if (::geteuid() != 0) {
        std::filesystem::create_directory(repository());
        ASSERT_EQ(::chmod(repository().c_str(), 0500), 0);
        expect_failure("pgkeep-backup postgres", 1, "Permission denied", "--repository");
        return;
    }
    // Root may write everywhere, so the program runs as the server's user, from a copy that this
    // user can reach.
    expect_failure(
        "W=$(mktemp -d) && trap 'rm -rf $W' EXIT && cp \"$(type -P pgkeep-backup)\" $W && "
        "mkdir $W/repository && chmod 755 $W $W/repository $W/pgkeep-backup && cd / && "
        "setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/nonexistent "
        "$W/pgkeep-backup -r $W/repository postgres",
        1, "Permission denied", "--repository");
    expect_no_sessions();
}

TEST_F(BadInputLive, AFileThatExists) {
    std::string const shop = make_shop();
    expect_failure("echo mine >$T/x.sql.gz; pgkeep-backup -f $T/x.sql.gz " + shop, 1,
                   "x.sql.gz exists", "never overwritten");
    EXPECT_EQ(read_whole_file(folder_.file("x.sql.gz")), "mine\n");
}

TEST_F(BadInputLive, ATargetThatExistsIsNotTouched) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup " + shop).exit_code, 0);
    run_sql(shop, "DELETE FROM goods WHERE id > 10");
    expect_failure("setsid -w pgkeep-restore -d " + shop + " latest </dev/null", 2,
                   "\"" + shop + "\" exists", "--into");
    expect_failure("pgkeep-restore -y --into=" + shop + " -d " + shop + " latest", 1,
                   "\"" + shop + "\" exists", "Choose another name");
    EXPECT_EQ(query_sql(shop, "SELECT count(*) FROM goods"), "10");
    EXPECT_EQ(
        query_sql("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE '%restore%'"),
        "0");
}

TEST_F(BadInputLive, AnOptionThatIsMisspelt) {
    expect_failure("pgkeep-backup --jbos=2 postgres", 2, "unknown option \"--jbos\"", "\"--jobs\"");
    expect_failure("pgkeep-verify --level=quik", 2, "\"quik\" is no value of this option",
                   "\"quick\"");
    expect_nothing_left();
    EXPECT_FALSE(std::filesystem::exists(repository()));
}

TEST_F(BadInputLive, AConfigurationFileWithAnUnknownOption) {
    expect_failure("echo 'repositry = /x' >$T/c; pgkeep-verify --config=$T/c", 2,
                   "/c:1: unknown option", "\"repository\"");
}

TEST_F(BadInputLive, ALogFileThatCannotBeOpened) {
    expect_failure("pgkeep-verify --log-file=$T/none/log", 2, "/none/log", "folder");
}

TEST_F(BadInputLive, FailuresAreInTheJsonDocumentToo) {
    ShellResult const usage = run("pgkeep-backup --json --jbos");
    EXPECT_EQ(usage.exit_code, 2);
    EXPECT_EQ(parse(usage).at("error"), "unknown option \"--jbos\"");
    EXPECT_EQ(parse(usage).at("exit_code"), 2);
    EXPECT_FALSE(parse(usage).at("hint").get<std::string>().empty());
    ShellResult const connection = run("pgkeep-backup --json nosuch");
    EXPECT_EQ(connection.exit_code, 1);
    EXPECT_EQ(parse(connection).at("exit_code"), 1);
    EXPECT_NE(parse(connection).at("error").get<std::string>().find("nosuch"), std::string::npos);
}

TEST_F(BadInputLive, OneOfSeveralDatabasesThatFailsDoesNotStopTheOthers) {
    std::string const shop = make_shop();
    ShellResult const result = run("pgkeep-backup --json nosuch \"$1\"", {shop});
    EXPECT_EQ(result.exit_code, 3) << result.err;
    auto const document = parse(result);
    ASSERT_EQ(document.at("databases").size(), 2U);
    EXPECT_EQ(document.at("databases")[0].at("exit_code"), 1);
    EXPECT_EQ(document.at("databases")[1].at("rows"), 1000);
    EXPECT_EQ(document.at("exit_code"), 3);
    EXPECT_NE(result.err.find("error: database \"nosuch\": "), std::string::npos) << result.err;
    EXPECT_EQ(run("pgkeep-backup nosuch nosuch2").exit_code, 1);
}

// Every connection to it fails, and it is the first in the order of names.
class BrokenDatabase {
public:
    explicit BrokenDatabase(std::string name, std::string other)
        : name_(std::move(name)), other_(std::move(other)) {
        run_sql(other_,
                "ALTER DATABASE \"" + name_ + "\" SET session_preload_libraries = 'nosuch'");
    }
    BrokenDatabase(BrokenDatabase const &) = delete;
    BrokenDatabase &operator=(BrokenDatabase const &) = delete;
    ~BrokenDatabase() {
        run_sql(other_, "ALTER DATABASE \"" + name_ + "\" RESET session_preload_libraries");
    }

private:
    std::string name_;
    std::string other_;
};

TEST_F(BadInputLive, ABrokenDatabaseDoesNotTakeTheGlobalsWithIt) {
    std::string const broken = create_database("aaa_broken");
    std::string const shop = make_shop();
    BrokenDatabase const is_broken{broken, shop};
    for (std::string const &start :
         {std::string{"unset PGDATABASE"}, "export PGDATABASE=" + broken}) {
        ShellResult const result = run(start + "; pgkeep-backup --json --all -x '[b-z]*'", {});
        EXPECT_EQ(result.exit_code, 3) << result.err;
        auto const document = parse(result);
        ASSERT_EQ(document.at("databases").size(), 1U) << result.out;
        EXPECT_EQ(document.at("databases")[0].at("database"), broken);
        EXPECT_EQ(document.at("databases")[0].at("exit_code"), 1);
        EXPECT_TRUE(document.at("globals").contains("archive")) << result.out;
    }
}

TEST_F(BadInputLive, WithoutTheDatabasePostgresTemplate1AnswersForTheCluster) {
    std::string const shop = make_shop("aaa_shop");
    {
        BrokenDatabase const is_broken{"postgres", shop};
        ShellResult const result =
            run("unset PGDATABASE; pgkeep-backup --json --all -x '[b-z]*' -x aaa_broken\\*");
        EXPECT_EQ(result.exit_code, 0) << result.err;
        EXPECT_TRUE(parse(result).at("globals").contains("archive")) << result.out;
    }
    expect_no_sessions();
}

TEST_F(BadInputLive, AWrongPasswordIsNotTriedOnOtherDatabases) {
    ShellResult const result = run("pgkeep-backup -v --all -d \"$1\"", {guarded_url("wr0ng")});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err.find("template1"), std::string::npos) << result.err;
}

TEST_F(BadInputLive, AConnectionStringAmongNamesReachesNoOutput) {
    ShellResult const result =
        run("pgkeep-backup -vv --json a 'postgres://postgres:pw-secret@localhost/ext'");
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ((result.out + result.err).find("pw-secret"), std::string::npos) << result.err;
    expect_nothing_left();
}

TEST_F(BadInputLive, APatternThatNamesAnotherDatabase) {
    std::string const shop = make_shop();
    expect_failure("pgkeep-backup -f $T/x.sql.gz -t other.public.goods " + shop, 2, "other",
                   "dots");
    EXPECT_EQ(run("pgkeep-backup -f $T/x.sql.gz -t " + shop + ".public.goods " + shop).exit_code,
              0);
}

TEST_F(BadInputLive, ADamagedArchiveIsReportedWithItsPlace) {
    std::string const shop = make_shop();
    ASSERT_EQ(
        run("pgkeep-backup -f $T/a.sql.gz " + shop + " && cp $T/a.sql.gz $T/b.sql.gz").exit_code,
        0);
    flip_bit(folder_.file("b.sql.gz"), 2000);
    ShellResult const result = run("pgkeep-verify $T/a.sql.gz $T/b.sql.gz");
    EXPECT_EQ(result.exit_code, 4) << result.err;
    EXPECT_NE(result.out.find("ok       " + folder_.file("a.sql.gz")), std::string::npos)
        << result.out;
    EXPECT_NE(result.out.find("DAMAGED  " + folder_.file("b.sql.gz")), std::string::npos)
        << result.out;
    EXPECT_NE(result.out.find("offset"), std::string::npos) << result.out;
    ShellResult const json = run("pgkeep-verify --json $T/b.sql.gz");
    EXPECT_EQ(json.exit_code, 4);
    EXPECT_EQ(parse(json).at("archives")[0].at("passed"), false);
    EXPECT_EQ(parse(json).at("exit_code"), 4);
    EXPECT_EQ(run("pgkeep-restore -d damaged_copy $T/b.sql.gz").exit_code, 4);
    EXPECT_EQ(query_sql("postgres",
                        "SELECT count(*) FROM pg_database WHERE datname LIKE 'damaged_copy%'"),
              "0");
}

TEST_F(BadInputLive, AnotherRunHoldsTheLock) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup " + shop).exit_code, 0);
    ShellResult const result =
        run("exec 9<>$R/$1/.lock && flock 9 && pgkeep-backup $1 9>&-", {shop});
    EXPECT_EQ(result.exit_code, 5) << result.err;
    EXPECT_NE(result.err.find("in use"), std::string::npos) << result.err;
}

} // namespace
} // namespace pgkeep
