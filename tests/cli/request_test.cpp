#include "cli/backup_request.hpp"
#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "cli/restore_request.hpp"
#include "cli/verify_selection.hpp"
#include "repository/archive_files.hpp"
#include "support/errors.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pgkeep {
namespace {

// No variable of the environment says how to connect.
class Requests : public testing::Test {
protected:
    Requests() {
        for (char const *name : {"DATABASE_URL", "PGDATABASE", "PGHOST", "PGSERVICE", "PGUSER"}) {
            ::unsetenv(name);
        }
    }

    static Options parse(ProgramId program, std::vector<std::string> const &arguments,
                         std::string_view config = {}) {
        Options options{program};
        parse_command_line(arguments, options);
        parse_config_file(config, "pgkeep.conf", options);
        return options;
    }
    static BackupRequest backup(std::vector<std::string> const &arguments,
                                std::string_view config = {}, bool terminal = false) {
        return make_backup_request(parse(ProgramId::backup, arguments, config), terminal, {});
    }
    static std::string backup_refusal(std::vector<std::string> const &arguments,
                                      bool terminal = false) {
        Error const error = error_of([&] { static_cast<void>(backup(arguments, {}, terminal)); });
        EXPECT_EQ(error.kind(), ErrorKind::usage);
        return error.what();
    }
    Error restore_refusal(std::vector<std::string> arguments) {
        arguments.push_back("--repository=" + folder_.path());
        return error_of([&] {
            static_cast<void>(
                make_restore_request(parse(ProgramId::restore, arguments), Time{}, {}));
        });
    }

    TemporaryFolder folder_;
};

using Names = std::vector<std::string>;

TEST_F(Requests, ADatabaseComesFromDTheArgumentOrTheEnvironment) {
    EXPECT_EQ(backup({"-d", "app"}).databases, Names{"app"});
    EXPECT_EQ(backup({"-d", "host=db1 dbname=app"}).databases, Names{"app"});
    EXPECT_EQ(backup({"app"}).databases, Names{"app"});
    EXPECT_EQ(backup({"postgresql://u@db1/app"}).databases, Names{"app"});
    EXPECT_EQ(backup({"postgresql://u@db1/app"}).options.connection.get("host"), "db1");
    ::setenv("PGDATABASE", "env", 1);
    EXPECT_EQ(backup({}).databases, Names{"env"});
}

TEST_F(Requests, ArgumentsAreNamesOnTheServerOfD) {
    BackupRequest const request = backup({"-d", "host=db1 dbname=postgres", "a", "b", "a"});
    EXPECT_EQ(request.databases, (Names{"a", "b"}));
    EXPECT_EQ(request.options.connection.get("host"), "db1");
}

TEST_F(Requests, AConnectionStringAmongNamesIsRefusedAndNotRepeated) {
    for (std::string const text :
         {"postgres://u:pw-secret@localhost/ext", "mysql://u:pw-secret@localhost/ext",
          "host=db1 password=pw-secret"}) {
        for (auto const &arguments : {Names{"a", text}, Names{text, "a"}, Names{"-d", "a", text}}) {
            Error const error = error_of([&] { static_cast<void>(backup(arguments)); });
            EXPECT_EQ(error.kind(), ErrorKind::usage);
            EXPECT_NE(std::string{error.what()}.find("connection string"), std::string::npos)
                << error.what();
            EXPECT_EQ(std::string{error.what()}.find("pw-secret"), std::string::npos);
            EXPECT_EQ(error.hint().find("pw-secret"), std::string::npos);
            EXPECT_NE(error.hint().find("-d"), std::string::npos);
        }
    }
}

TEST_F(Requests, AServiceMayNameTheDatabase) {
    EXPECT_EQ(backup({"-d", "service=svc"}).databases, Names{""});
    EXPECT_EQ(backup({"service=svc", "-f", "x"}).databases, Names{""});
    EXPECT_EQ(backup({"-d", "service=svc dbname=app"}).databases, Names{"app"});
    EXPECT_EQ(backup({"-d", "service=svc", "a", "b"}).databases, (Names{"a", "b"}));
    EXPECT_TRUE(backup({"-d", "service=svc", "--all"}).databases.empty());
    ::setenv("PGSERVICE", "svc", 1);
    EXPECT_EQ(backup({}).databases, Names{""});
}

TEST_F(Requests, APartOfADatabaseIsNotForTheRepository) {
    for (char const *filter : {"-ns", "-Ns", "-tt", "-Tt", "--exclude-table-data=t"}) {
        EXPECT_EQ(backup_refusal({"app", filter}), "a part of a database needs --file") << filter;
        EXPECT_EQ(backup_refusal({"--all", filter}), "a part of a database needs --file") << filter;
        EXPECT_EQ(backup({"app", "-f", "x", filter}).file, "x");
    }
    EXPECT_EQ(error_of([&] {
                  static_cast<void>(backup({"app", "-ns"}));
              }).hint(),
              "A partial archive in the repository would pass for a full one; write it to a file "
              "with -f.");
}

TEST_F(Requests, AllOfTheConfigurationFileGivesWayToANamedDatabase) {
    EXPECT_TRUE(backup({}, "all = on").all);
    EXPECT_FALSE(backup({"app"}, "all = on").all);
    EXPECT_EQ(backup({"app"}, "all = on").databases, Names{"app"});
    EXPECT_FALSE(backup({"-d", "app"}, "all = on").all);
}

TEST_F(Requests, GlobalsBelongToAllUnlessSaidOtherwise) {
    EXPECT_TRUE(backup({"--all"}).globals);
    EXPECT_FALSE(backup({"--all", "--no-globals"}).globals);
    EXPECT_FALSE(backup({"app"}).globals);
    EXPECT_TRUE(backup({"app", "--globals"}).globals);
    EXPECT_TRUE(backup({"--globals"}).databases.empty());
}

TEST_F(Requests, OptionsReachTheOperation) {
    BackupOptions const options = backup({"app",
                                          "-f",
                                          "x",
                                          "-j3",
                                          "-Z1",
                                          "-n",
                                          "s",
                                          "-N",
                                          "t",
                                          "-t",
                                          "a.*",
                                          "-T",
                                          "b",
                                          "-w",
                                          "--exclude-table-data=c",
                                          "--serializable-deferrable",
                                          "--lock-wait-timeout=30s",
                                          "--max-rate=2M",
                                          "--verify=none",
                                          "--bindir=/opt/pg/bin"})
                                      .options;
    EXPECT_EQ(options.jobs, 3U);
    EXPECT_EQ(options.level, 1);
    EXPECT_EQ(options.filters.schemas, Names{"s"});
    EXPECT_EQ(options.filters.excluded_schemas, Names{"t"});
    EXPECT_EQ(options.filters.tables, Names{"a.*"});
    EXPECT_EQ(options.filters.excluded_tables, Names{"b"});
    EXPECT_EQ(options.filters.excluded_table_data, Names{"c"});
    EXPECT_EQ(options.isolation, SnapshotIsolation::serializable_deferrable);
    EXPECT_EQ(options.lock_wait_timeout, std::chrono::seconds{30});
    EXPECT_EQ(options.longest_blocking, std::chrono::seconds{30});
    EXPECT_EQ(options.max_rate, 2U << 20);
    EXPECT_EQ(options.check, BackupCheck::none);
    EXPECT_EQ(options.bindir, "/opt/pg/bin");
}

TEST_F(Requests, BackupRefusesWhatContradictsItself) {
    EXPECT_EQ(backup_refusal({}), "no database was named");
    EXPECT_EQ(backup_refusal({"--all", "app"}), "--all and names of databases exclude each other");
    EXPECT_EQ(backup_refusal({"app", "-x", "b"}), "--exclude-database has no effect without --all");
    EXPECT_EQ(backup_refusal({"a", "b", "-f", "x"}),
              "--file takes the archive of exactly one database");
    EXPECT_EQ(backup_refusal({"--all", "-f", "x"}),
              "--file takes the archive of exactly one database");
    EXPECT_EQ(backup_refusal({"a", "--globals", "-f", "x"}),
              "--file takes the archive of exactly one database");
}

TEST_F(Requests, BackupGuardsStandardOutput) {
    EXPECT_EQ(backup_refusal({"a", "-f", "-", "--json"}),
              "--json and --file=- both need standard output");
    EXPECT_EQ(backup_refusal({"a", "-f", "-"}, true), "standard output is a terminal");
    EXPECT_EQ(backup_refusal({"a", "-f", "-", "--verify=checksum"}),
              "--verify cannot read back what goes to standard output");
    EXPECT_EQ(backup({"a", "-f", "-"}).file, "-");
}

TEST_F(Requests, BackupRefusesAWrongPatternBeforeAnythingIsStarted) {
    EXPECT_FALSE(backup_refusal({"app", "-t", "a.b.c.d"}).empty());
    EXPECT_FALSE(backup_refusal({"app", "-n", "a.b"}).empty());
}

TEST_F(Requests, RestoreNeedsATargetThatWasNamedOnTheCommandLine) {
    EXPECT_STREQ(restore_refusal({"latest"}).what(), "no target database was named");
    ::setenv("PGDATABASE", "env", 1);
    EXPECT_STREQ(restore_refusal({"latest"}).what(), "no target database was named");
    EXPECT_STREQ(restore_refusal({"-d", "host=db1", "latest"}).what(),
                 "no target database was named");
}

TEST_F(Requests, RestoreNeedsExactlyOneArchive) {
    EXPECT_STREQ(restore_refusal({"-d", "new"}).what(), "no archive was named");
    EXPECT_STREQ(restore_refusal({"-d", "new", "a", "b"}).what(),
                 "more than one archive was named");
    EXPECT_STREQ(restore_refusal({"-d", "new", "latest", "--at=now"}).what(),
                 "more than one archive was named");
    EXPECT_EQ(restore_refusal({"-d", "new", "latest"}).kind(), ErrorKind::not_found);
}

TEST_F(Requests, RestoreTakesTheTargetFromIntoBeforeD) {
    auto const request = make_restore_request(
        parse(ProgramId::restore,
              {"-d", "app", "--into=copy", "--backup-file=/x.sql.gz", "--check=counts",
               "--no-owner", "--role=me", "--dry-run", "-j2", "-w"}),
        Time{}, {});
    EXPECT_EQ(request.options.target, "copy");
    EXPECT_EQ(request.archive, "/x.sql.gz");
    EXPECT_EQ(request.options.check, RestoreCheck::counts);
    EXPECT_TRUE(request.options.no_owner);
    EXPECT_FALSE(request.options.no_privileges);
    EXPECT_EQ(request.options.role, "me");
    EXPECT_TRUE(request.options.dry_run);
    EXPECT_EQ(request.options.jobs, 2U);
}

TEST_F(Requests, TheSourceIsFromDatabaseBeforeD) {
    EXPECT_EQ(source_database(parse(ProgramId::restore, {"-d", "app"})), "app");
    EXPECT_EQ(source_database(parse(ProgramId::restore, {"-d", "a", "--from-database=b"})), "b");
    EXPECT_EQ(source_database(parse(ProgramId::restore, {})), "");
}

TEST_F(Requests, RestoreReplacesTheDatabaseOfDAndNeverThatOfInto) {
    auto const request_of = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(),
                         {"-w", "--backup-file=/x.sql.gz", "--repository=" + folder_.path()});
        return make_restore_request(parse(ProgramId::restore, arguments), Time{}, {});
    };
    EXPECT_EQ(request_of({"-d", "app"}).options.existing, ExistingDatabase::replace);
    EXPECT_EQ(request_of({"-d", "app", "--into=b"}).options.existing, ExistingDatabase::refuse);
    EXPECT_EQ(request_of({"-d", "app", "--in-place"}).options.existing, ExistingDatabase::in_place);
    EXPECT_EQ(request_of({"-d", "app"}).options.repository, folder_.path());
    EXPECT_TRUE(request_of({"-d", "app"}).options.safety_snapshot);
    EXPECT_FALSE(request_of({"-d", "app", "--no-safety-snapshot"}).options.safety_snapshot);
    EXPECT_TRUE(request_of({"-d", "app"}).may_ask);
    EXPECT_FALSE(request_of({"-d", "app", "-y"}).may_ask);
}

TEST_F(Requests, RestoreKnowsWhetherTheArchiveWasNamedOrFoundByItsTime) {
    std::string const path = plant_archive(folder_.path(), "app", "20260112_120000");
    auto const by_time = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"-d", "app", "-w", "--repository=" + folder_.path()});
        auto const request = make_restore_request(parse(ProgramId::restore, arguments),
                                                  parse_stamp("20260120_080000").value(), {});
        EXPECT_EQ(request.archive, path);
        return request.options.chosen_by_time;
    };
    EXPECT_TRUE(by_time({"latest"}));
    EXPECT_TRUE(by_time({"20260112_120000"}));
    EXPECT_TRUE(by_time({"--at=2026-01-15"}));
    EXPECT_FALSE(by_time({path}));
    EXPECT_FALSE(by_time({"app_20260112_120000.sql.gz"}));
    EXPECT_FALSE(by_time({"--backup-file=" + path}));
}

TEST_F(Requests, RestoreTakesAPart) {
    auto const request = make_restore_request(
        parse(ProgramId::restore,
              {"-d", "app", "-w", "-t", "a", "-t", "s.*", "-n", "s", "--data-only",
               "--existing-rows=append", "--backup-file=/x.sql.gz"}),
        Time{}, {});
    RestorePart const &part = request.options.part;
    EXPECT_EQ(part.tables, (Names{"a", "s.*"}));
    EXPECT_EQ(part.schemas, Names{"s"});
    EXPECT_FALSE(part.schema);
    EXPECT_TRUE(part.data);
    EXPECT_EQ(part.existing_rows, ExistingRows::append);
    EXPECT_FALSE(part.is_whole());
}

TEST_F(Requests, RestoreRefusesWhatContradictsItself) {
    EXPECT_STREQ(restore_refusal({"-d", "a", "x", "--schema-only", "--data-only"}).what(),
                 "--schema-only and --data-only exclude each other");
    EXPECT_STREQ(restore_refusal({"-d", "a", "x", "--into=b", "--in-place"}).what(),
                 "--into and --in-place exclude each other");
    EXPECT_STREQ(restore_refusal({"-d", "a", "x", "--existing-rows=append"}).what(),
                 "--existing-rows is for --data-only");
    EXPECT_STREQ(restore_refusal({"-d", "a", "--undo", "latest"}).what(),
                 "--undo takes no archive");
    EXPECT_STREQ(restore_refusal({"-d", "a", "--undo", "-t", "x"}).what(),
                 "--undo puts back a whole database and knows no --table");
}

TEST_F(Requests, VerifyingNothingIsNoSuccess) {
    Error const error = error_of([&] {
        static_cast<void>(select_for_verification(
            parse(ProgramId::verify, {"--repository=" + folder_.path()}), Time{}));
    });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error_of([&] {
                  static_cast<void>(
                      select_for_verification(parse(ProgramId::verify, {"--latest", "x"}), Time{}));
              }).kind(),
              ErrorKind::usage);
}

} // namespace
} // namespace pgkeep
