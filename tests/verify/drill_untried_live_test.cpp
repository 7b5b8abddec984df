// Drills that this machine cannot try, that are stopped, or that run beside each other.

#include "verify/drill_fixture.hpp"

#include <sys/mount.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

using namespace pgkeep;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

class DrillUntried : public DrillLive {
protected:
    // Says that nothing is held against the archive, and returns what could not be tried.
    std::string untried(std::string const &path, VerifyOptions const &options) {
        VerifyReport const report = drill(path, options);
        EXPECT_THAT(texts(report), IsEmpty());
        EXPECT_EQ(report.level, VerifyLevel::checksum);
        auto const evidence = evidence_of(path);
        EXPECT_THAT(evidence, SizeIs(1));
        if (!evidence.empty()) {
            EXPECT_EQ(evidence.back().level, "checksum");
            EXPECT_TRUE(evidence.back().passed);
        }
        return report.untried;
    }
    std::string untried(std::function<void(Manifest &)> const &change) {
        std::string text = untried(plant(small_archive(), {.manifest = change}), drill_options());
        expect_nothing_left();
        return text;
    }
};

// Fires the token when a phase begins.
class StopInPhase : public Progress {
public:
    StopInPhase(std::string wanted, std::stop_source &stop)
        : wanted_(std::move(wanted)), stop_(stop) {}
    void phase(std::string_view name, std::uint64_t /*total*/) override {
        if (name == wanted_) {
            seen_ = true;
            stop_.request_stop();
        }
    }
    void advance(std::uint64_t /*bytes*/) override {}
    [[nodiscard]] bool seen() const noexcept { return seen_; }

private:
    std::string wanted_;
    std::stop_source &stop_;
    std::atomic<bool> seen_ = false;
};

// Shuts the drill's server down when the rows begin to come.
class ShutDownInData : public Progress {
public:
    explicit ShutDownInData(std::string servers) : servers_(std::move(servers)) {}
    void phase(std::string_view name, std::uint64_t /*total*/) override {
        if (name != "data" || seen_) {
            return;
        }
        for (auto const &entry : std::filesystem::recursive_directory_iterator{servers_}) {
            if (entry.path().filename() == "postmaster.pid") {
                seen_ = ::kill(std::stoi(read_whole_file(entry.path())), SIGQUIT) == 0;
                std::this_thread::sleep_for(std::chrono::milliseconds{200});
                return;
            }
        }
    }
    void advance(std::uint64_t /*bytes*/) override {}
    [[nodiscard]] bool seen() const noexcept { return seen_; }

private:
    std::string servers_;
    std::atomic<bool> seen_ = false;
};

class StoppedDrill : public DrillLive, public testing::WithParamInterface<char const *> {};

// A file system of its own, of some MiB.
class SmallDisk {
public:
    SmallDisk(std::string path, int megabytes) : path_(std::move(path)) {
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0,
                           ("mode=0711,size=" + std::to_string(megabytes) + "m").c_str()) == 0;
    }
    ~SmallDisk() {
        if (mounted_) {
            ::umount(path_.c_str());
        }
    }
    SmallDisk(SmallDisk const &) = delete;
    SmallDisk &operator=(SmallDisk const &) = delete;
    [[nodiscard]] bool mounted() const noexcept { return mounted_; }

private:
    std::string path_;
    bool mounted_ = false;
};

} // namespace

TEST_F(DrillUntried, AnExtensionThatIsNotInstalledIsSaid) {
    EXPECT_THAT(untried([](Manifest &manifest) {
                    manifest.extensions.push_back({"no_such_extension", "1.0", "public"});
                }),
                AllOf(HasSubstr("extension \"no_such_extension\""), HasSubstr("install")));
}

TEST_F(DrillUntried, ALocaleThatIsNotInstalledIsSaid) {
    EXPECT_THAT(untried([](Manifest &manifest) {
                    manifest.database.collate = "xx_XX.utf8";
                    manifest.database.ctype = "xx_XX.utf8";
                }),
                AllOf(HasSubstr("locale \"xx_XX.utf8\""), HasSubstr("install")));
}

TEST_F(DrillUntried, AServerThatSomebodyShutsDownIsSaid) {
    std::string const path = small_archive();
    ShutDownInData progress{servers()};
    VerifyReport const report = verify_file(path, drill_options(), {}, progress);
    EXPECT_TRUE(progress.seen());
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_THAT(report.untried, HasSubstr("somebody shut the server of the drill down"));
    expect_nothing_left();
}

TEST_F(DrillUntried, AServerThatIsNotInstalledIsSaid) {
    EXPECT_THAT(untried([](Manifest &manifest) { manifest.origin.server_version_num = 990001; }),
                AllOf(HasSubstr("version 99"), HasSubstr("postgresql-99")));
}

TEST_F(DrillUntried, AFolderWithTooLongAPathIsSaid) {
    VerifyOptions options = drill_options();
    options.drill.parent_folder = servers() + "/" + std::string(100, 'x');
    EXPECT_THAT(untried(small_archive(), options), HasSubstr("too long a path"));
}

TEST_F(DrillUntried, AVariableThatLeadsElsewhereIsSaid) {
    std::string const path = small_archive();
    ::setenv("PGHOSTADDR", "192.0.2.1", 1);
    std::string const text = untried(path, drill_options());
    ::unsetenv("PGHOSTADDR");
    EXPECT_THAT(text, HasSubstr("PGHOSTADDR"));
    expect_nothing_left();
}

TEST_F(DrillUntried, VariablesOfTheCallerDoNotReachTheServer) {
    std::string const path = small_archive();
    static constexpr std::array<std::pair<char const *, char const *>, 7> variables{
        {{"PGOPTIONS", "-c default_tablespace=none"},
         {"PGDATABASE", "other"},
         {"PGPORT", "1"},
         {"PGSSLMODE", "verify-full"},
         {"PGTARGETSESSIONATTRS", "standby"},
         {"PGCHANNELBINDING", "require"},
         {"PGCLIENTENCODING", "SJIS"}}};
    for (auto const &[name, value] : variables) {
        ::setenv(name, value, 1);
    }
    VerifyReport const report = drill(path);
    for (auto const &[name, value] : variables) {
        ::unsetenv(name);
    }
    EXPECT_THAT(texts(report), IsEmpty());
    EXPECT_EQ(report.untried, "");
}

TEST_F(DrillUntried, ADiskWithoutRoomForTheServerIsSaid) {
    std::string const path = small_archive();
    SmallDisk const disk{servers(), 20};
    if (!disk.mounted()) {
        GTEST_SKIP() << "no right to mount a small disk";
    }
    EXPECT_THAT(untried(path, drill_options()),
                AllOf(HasSubstr("initdb"), HasSubstr("Make room"), Not(HasSubstr("\n"))));
    expect_nothing_left();
}

TEST_F(DrillUntried, ADiskWithoutRoomForTheIndexesIsSaid) {
    std::string const path = small_archive(
        "CREATE TABLE t AS SELECT i, md5(i::text) AS a FROM generate_series(1, 60000) i;"
        "CREATE INDEX ON t (repeat(a, 9)); CREATE INDEX ON t (repeat(a, 10)); "
        "CREATE INDEX ON t (repeat(a, 11)); CREATE INDEX ON t (repeat(a, 12))");
    SmallDisk const disk{servers(), 80};
    if (!disk.mounted()) {
        GTEST_SKIP() << "no right to mount a small disk";
    }
    EXPECT_THAT(untried(path, drill_options()), HasSubstr("Make room"));
    expect_nothing_left();
}

TEST_F(DrillUntried, RolesAndTablespacesAreNoDatabaseToDrill) {
    std::string const path = small_archive();
    BackupOptions options;
    options.connection = scratch_connection("postgres");
    options.bindir = scratch_server().bindir();
    Repository const repository{folder_.file("repository")};
    GlobalsReport const globals = backup_globals(options, repository, {});
    VerifyReport const report = drill(globals.archive);
    EXPECT_TRUE(report.passed());
    EXPECT_EQ(report.untried, "");
    EXPECT_EQ(report.level, VerifyLevel::checksum);
    EXPECT_THAT(report.notes, SizeIs(1));
}

TEST_F(DrillLive, TwoAtOnceDoNotDisturbEachOther) {
    std::string const path = small_archive();
    std::string const other = small_archive("CREATE TABLE u AS SELECT 2 AS i");
    VerifyReport first;
    {
        std::jthread const beside{[&] { first = drill(path); }};
        VerifyReport const second = drill(other);
        EXPECT_THAT(texts(second), IsEmpty());
        EXPECT_EQ(second.untried, "");
    }
    EXPECT_THAT(texts(first), IsEmpty());
    EXPECT_EQ(first.untried, "");
    expect_nothing_left();
}

TEST_P(StoppedDrill, LeavesNothingBehind) {
    std::string const path = small_archive();
    std::string const file = folder_.file("checks.sql");
    write_whole_file(file, "SELECT true");
    VerifyOptions options = drill_options();
    options.drill.assertion_files = {file};
    options.drill.amcheck = true;
    StopInPhase progress{GetParam(), stop_};
    Error const error =
        error_of([&] { (void)verify_file(path, options, stop_.get_token(), progress); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled) << error.what();
    EXPECT_TRUE(progress.seen());
    EXPECT_THAT(evidence_of(path), IsEmpty());
    expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(Drill, StoppedDrill,
                         testing::Values("server", "data", "proof", "amcheck", "assertions"));

TEST_F(DrillLive, AStopEndsAnAssertionThatWouldTakeForEver) {
    std::string const path = small_archive();
    std::string const file = folder_.file("checks.sql");
    write_whole_file(file, "SELECT pg_sleep(600) IS NOT NULL");
    VerifyOptions options = drill_options();
    options.drill.assertion_files = {file};
    std::jthread const stopper{[&] {
        std::this_thread::sleep_for(std::chrono::seconds{3});
        stop_.request_stop();
    }};
    EXPECT_EQ(error_of([&] { (void)drill(path, options); }).kind(), ErrorKind::cancelled);
    expect_nothing_left();
}
