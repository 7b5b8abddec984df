#include "base/error.hpp"
#include "proc/child.hpp"
#include "scratch/account.hpp"
#include "scratch/folder.hpp"
#include "scratch/server.hpp"
#include "support/faults.hpp"
#include "support/process.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>
#include <thread>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

// Where the server's user can make its folder; with its own, a test sees whether anything is left.
class OpenFolder : public TemporaryFolder {
public:
    OpenFolder() { fs::permissions(path(), fs::perms{0755}); }
    [[nodiscard]] bool empty() const { return fs::is_empty(path()); }
};

ScratchOptions in(OpenFolder const &parent) {
    ScratchOptions options;
    options.parent_folder = parent.path();
    return options;
}

Error error_of(ScratchOptions options, std::stop_token token = {}) {
    try {
        ScratchServer const server{std::move(options), std::move(token)};
    } catch (Error const &error) {
        return error;
    }
    ADD_FAILURE() << "the server started";
    return Error{ErrorKind::failed, ""};
}

std::string ask(ScratchServer const &server, std::map<std::string, std::string> environment,
                std::string const &sql) {
    ChildCommand psql;
    psql.argv = {server.bindir() + "/psql", "-XAtqw", "-d", "postgres", "-c", sql};
    psql.environment = std::move(environment);
    std::string text;
    psql.on_stdout = [&text](std::string_view piece) { text += piece; };
    require_success(psql, run_child(psql, {}));
    return text;
}

TEST(ScratchServer, AnswersOnItsSocketAsSuperuser) {
    EXPECT_EQ(query_sql("postgres",
                        "SELECT current_user, usesuper FROM pg_user WHERE usename = current_user"),
              "postgres|t");
}

TEST(ScratchServer, ListensOnNoNetworkAddress) {
    EXPECT_EQ(query_sql("postgres", "SHOW listen_addresses"), "");
}

TEST(ScratchServer, KeepsOthersOutOfItsFolder) {
    struct stat status {};
    ASSERT_EQ(::stat(scratch_server().folder().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST(ScratchServer, DoesNotRunAsRoot) {
    struct stat status {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(scratch_server().pid())).c_str(), &status), 0);
    EXPECT_NE(status.st_uid, 0U);
}

TEST(ScratchServer, IsGoneWithItsFolderWhenItsObjectIs) {
    OpenFolder const parent;
    pid_t pid = 0;
    {
        ScratchServer const server{in(parent), {}};
        pid = server.pid();
        EXPECT_FALSE(parent.empty());
    }
    EXPECT_TRUE(is_gone(pid));
    EXPECT_TRUE(parent.empty());
}

TEST(ScratchServer, TakesSettingsThatWinOverItsOwn) {
    OpenFolder const parent;
    ScratchOptions options = in(parent);
    options.settings = {{"fsync", "on"}, {"cluster_name", "it's \\ me"}};
    ScratchServer const server{std::move(options), {}};
    EXPECT_EQ(ask(server, server.environment(), "SHOW fsync"), "on\n");
    EXPECT_EQ(ask(server, server.environment(), "SHOW cluster_name"), "it's \\ me\n");
}

TEST(ScratchServer, UsesTheEncodingAndLocaleThatWereAsked) {
    OpenFolder const parent;
    ScratchOptions options = in(parent);
    options.encoding = "LATIN1";
    ScratchServer const server{std::move(options), {}};
    EXPECT_EQ(ask(server, server.environment(),
                  "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname "
                  "= 'template0'"),
              "LATIN1|C\n");
}

TEST(ScratchServer, WantsThePasswordWhenItHasOne) {
    OpenFolder const parent;
    ScratchOptions options = in(parent);
    options.password = "open sesame";
    ScratchServer const server{std::move(options), {}};
    EXPECT_EQ(ask(server, server.environment(), "SELECT 1"), "1\n");
    auto without = server.environment();
    without["PGPASSWORD"] = "wrong";
    EXPECT_THROW((void)ask(server, without, "SELECT 1"), Error);
}

TEST(ScratchServer, ComesBackWithItsDataAfterACrash) {
    OpenFolder const parent;
    ScratchOptions options = in(parent);
    options.settings = {{"synchronous_commit", "on"}};
    ScratchServer server{std::move(options), {}};
    (void)ask(server, server.environment(), "CREATE TABLE survivor AS SELECT 42 AS answer");
    server.stop_immediately();
    EXPECT_THROW((void)ask(server, server.environment(), "SELECT 1"), Error);
    server.start_again();
    EXPECT_EQ(ask(server, server.environment(), "SELECT answer FROM survivor"), "42\n");
}

TEST(ScratchServer, SaysWhatTheServerSaidWhenItDoesNotStart) {
    OpenFolder const parent;
    ScratchOptions options = in(parent);
    options.settings = {{"shared_buffers", "nonsense"}};
    Error const error = error_of(std::move(options));
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_THAT(error.what(), HasSubstr("the scratch server did not start"));
    EXPECT_THAT(error.what(), HasSubstr("invalid value for parameter \"shared_buffers\""));
    EXPECT_TRUE(parent.empty());
}

TEST(ScratchServer, LeavesNothingWhenTheTokenFiresWhileItStarts) {
    OpenFolder const parent;
    std::stop_source stop;
    std::jthread const stopper{[&] {
        while (parent.empty()) {
            ::poll(nullptr, 0, 1);
        }
        stop.request_stop();
    }};
    EXPECT_EQ(error_of(in(parent), stop.get_token()).kind(), ErrorKind::cancelled);
    EXPECT_TRUE(parent.empty());
}

TEST(ScratchServer, NamesALocaleThatIsNotInstalled) {
    OpenFolder const parent;
    ScratchOptions options = in(parent);
    options.locale = "xx_XX.utf8";
    Error const error = error_of(std::move(options));
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_STREQ(error.what(), "the locale xx_XX.utf8 is not installed on this machine");
}

TEST(ScratchServer, RefusesAFolderWhoseSocketPathWouldBeTooLong) {
    OpenFolder const parent;
    ScratchOptions options;
    options.parent_folder = parent.file(std::string(100, 'x'));
    fs::create_directory(options.parent_folder);
    Error const error = error_of(std::move(options));
    EXPECT_EQ(error.kind(), ErrorKind::configuration);
    EXPECT_THAT(error.what(), HasSubstr("too long a path for the socket"));
}

// Starts a server in a process of its own that then dies by kill -9; returns when it is dead.
void start_and_be_killed(OpenFolder const &parent, TemporaryFolder const &notes) {
    pid_t const child = ::fork();
    if (child == 0) {
        ScratchServer const server{in(parent), {}};
        write_whole_file(notes.file("pid"), std::to_string(server.pid()));
        ::kill(::getpid(), SIGKILL);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

void wait_until_gone(pid_t pid) {
    FileDescriptor const process = open_pid(pid);
    pollfd ended{process.get(), POLLIN, 0};
    ASSERT_TRUE(!process.valid() || ::poll(&ended, 1, 60'000) == 1);
}

TEST(ScratchServer, EndsWhenItsOwnerIsKilledAndTheNextOneRemovesItsFolder) {
    OpenFolder const parent;
    TemporaryFolder const notes;
    start_and_be_killed(parent, notes);
    wait_until_gone(std::stoi(read_whole_file(notes.file("pid"))));
    ASSERT_FALSE(parent.empty());
    {
        ScratchServer const next{in(parent), {}};
        EXPECT_EQ(std::distance(fs::directory_iterator{parent.path()}, {}), 1);
    }
    EXPECT_TRUE(parent.empty());
}

TEST(ScratchSweep, EndsAServerThatOutlivedItsOwner) {
    OpenFolder const parent;
    std::optional<BackgroundChild> orphan;
    std::string folder;
    {
        ScratchServer server{in(parent), {}};
        server.stop_immediately();
        folder = server.keep();
    }
    std::string const abandoned = parent.path() + "/pgkeep-scratch-orphan";
    fs::rename(folder, abandoned);
    ScratchAccount const account = choose_account();
    ChildCommand postgres;
    postgres.argv = {scratch_server().bindir() + "/postgres", "-D", abandoned + "/data", "-k",
                     abandoned};
    postgres.run_as_uid = account.uid;
    postgres.run_as_gid = account.gid;
    MemoryFile const log{"log"};
    orphan.emplace(postgres, log.fd());
    while (!fs::exists(abandoned + "/.s.PGSQL.5432")) {
        ASSERT_FALSE(orphan->wait_for_end(10)) << log.content();
    }
    EXPECT_THAT(sweep_scratch_folders(parent.path(), account), Contains(abandoned));
    EXPECT_TRUE(orphan->wait_for_end(60'000));
    EXPECT_TRUE(parent.empty());
}

TEST(ScratchSweep, LeavesTheFolderOfALivingRunAlone) {
    fs::path const folder = scratch_server().folder();
    EXPECT_THAT(sweep_scratch_folders(folder.parent_path(), choose_account()),
                testing::Not(Contains(folder.string())));
    EXPECT_EQ(query_sql("postgres", "SELECT 1"), "1");
}

} // namespace
} // namespace pgkeep
