// A known password, however it is given, is nowhere but where it must be: not in a command line,
// not in the environment of a hook, not in what is written or said, and in no core file.
//
// Has a server of its own, which asks for that password.

#include "program_runner.hpp"
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <stop_token>
#include <thread>

namespace pgkeep {
namespace {

using testing::HasSubstr;
using testing::Not;

// Plain enough to stand in a URL and a shell as it is.
constexpr char kPassword[] = "Xq7-StrangePassword_42";

std::string content_of(std::string const &path) {
    std::ifstream const file{path, std::ios::binary};
    std::ostringstream content;
    content << file.rdbuf(); // what a process that has ended had is nothing, and no exception
    return content.str();
}

// Reads the command lines of all processes while it lives.
class CommandLineWatch {
public:
    CommandLineWatch() : thread_([this](std::stop_token const &token) { watch(token); }) {}

    // What was seen; the watch is over.
    [[nodiscard]] std::string found() {
        thread_.request_stop();
        thread_.join();
        return found_;
    }
    [[nodiscard]] unsigned long seen() const { return seen_; }

private:
    void watch(std::stop_token const &token) {
        while (!token.stop_requested()) {
            std::error_code ignored;
            for (auto const &entry : std::filesystem::directory_iterator{"/proc", ignored}) {
                std::string const name = entry.path().filename();
                if (name.find_first_not_of("0123456789") == std::string::npos) {
                    look_at(entry.path());
                }
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        }
    }
    void look_at(std::string const &process) {
        std::string const line = content_of(process + "/cmdline");
        bool const pgkeep = line.find("pgkeep-") != std::string::npos;
        bool const child = line.find("pg_dump") != std::string::npos ||
                           line.find("pg_restore") != std::string::npos;
        seen_ += pgkeep || child ? 1 : 0;
        if ((pgkeep || child) && line.find(kPassword) != std::string::npos) {
            found_ += line + '\n';
        }
    }

    std::string found_;
    std::atomic<unsigned long> seen_ = 0;
    std::jthread thread_;
};

class SecretsLive : public ProgramsLive {
protected:
    static void SetUpTestSuite() {
        ScratchOptions options;
        options.password = kPassword;
        server_ = std::make_unique<ScratchServer>(options, std::stop_token{});
    }
    static void TearDownTestSuite() { server_.reset(); }

    void SetUp() override {
        write("secret.pgpass", "*:*:*:*:" + std::string{kPassword} + "\n");
        write("secret.env", "DATABASE_URL=" + url("shop") + "\n");
        write("secret.conf", "dbname = " + url("shop") + "\n");
        ASSERT_EQ(run_at(with_password(
                             "psql -qX -d postgres -c 'DROP DATABASE IF EXISTS shop' -c 'CREATE "
                             "DATABASE shop' && psql -qX -d shop -c 'CREATE TABLE goods AS "
                             "SELECT generate_series(1, 5000) AS id'"))
                      .exit_code,
                  0);
    }

    void write(std::string const &name, std::string const &content) {
        std::ofstream{folder_.file(name)} << content;
        ::chmod(folder_.file(name).c_str(), 0600);
    }
    static std::string url(std::string const &database) {
        return "postgresql://" + server_->user() + ":" + kPassword + "@/" + database +
               "?host=" + server_->socket_folder() + "&port=" + server_->port();
    }
    static std::string with_password(std::string const &command) {
        return "export PGPASSWORD=" + std::string{kPassword} + "\n" + command;
    }
    // In a shell that knows the server but not the password. The password comes by a file, since
    // the command line of the shell itself would have it.
    ShellResult run_at(std::string const &script) {
        write("script.sh", "unset DATABASE_URL PGPASSWORD PGPASSFILE\nexport PGHOST=" +
                               server_->socket_folder() + " PGPORT=" + server_->port() +
                               " PGUSER=" + server_->user() + "\n" + script + "\n");
        return run(". \"$T/script.sh\"");
    }
    // Of all files of the repository and the reports, and of what was said.
    void expect_nowhere(ShellResult const &result) {
        EXPECT_THAT(result.out + result.err, Not(HasSubstr(kPassword)));
        for (auto const &entry : std::filesystem::recursive_directory_iterator{folder_.path()}) {
            std::string const path = entry.path();
            bool const given =
                path.find("/secret.") != std::string::npos || path.ends_with("script.sh");
            if (entry.is_regular_file() && !given) {
                EXPECT_THAT(content_of(path), Not(HasSubstr(kPassword))) << path;
            }
        }
    }

    static std::unique_ptr<ScratchServer> server_;
};

std::unique_ptr<ScratchServer> SecretsLive::server_;

TEST_F(SecretsLive, EachWayToGiveItLeavesItNowhere) {
    for (std::string const &way :
         {with_password("pgkeep-backup -vv $K shop"),
          std::string{"PGPASSFILE=\"$T/secret.pgpass\" pgkeep-backup -vv $K shop"},
          std::string{"pgkeep-backup -vv $K --env-file=\"$T/secret.env\""},
          std::string{"pgkeep-backup -vv $K --config=\"$T/secret.conf\""},
          "export DATABASE_URL='" + url("shop") + "'\npgkeep-backup -vv $K"}) {
        CommandLineWatch watch;
        ShellResult const result =
            run_at("K=\"--log-file=$T/log --metrics-file=$T/metrics.prom\"\n" + way +
                   " --run-before='env >>\"$T/hook\"' --run-after='env >>\"$T/hook\"'");
        EXPECT_EQ(result.exit_code, 0) << way << result.err;
        EXPECT_EQ(watch.found(), "");
        EXPECT_GT(watch.seen(), 0U);
        expect_nowhere(result);
    }
    // The text of the archive, too.
    ShellResult const text = run_at("gunzip -c \"$R\"/shop/*.sql.gz");
    EXPECT_THAT(text.out, HasSubstr("COPY"));
    EXPECT_THAT(text.out, Not(HasSubstr(kPassword)));
}

TEST_F(SecretsLive, VerifyRestoreAndPruneLeaveItNowhere) {
    CommandLineWatch watch;
    ShellResult const result = run_at(with_password(
        "pgkeep-backup -vv shop && pgkeep-verify -vv -d shop latest && "
        "pgkeep-verify -vv --level=drill -d shop latest && "
        "pgkeep-restore -vv --yes -d shop latest && "
        "pgkeep-backup -vv --json --keep-last=1 shop && pgkeep-restore --json --list -d shop"));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(watch.found(), "");
    expect_nowhere(result);
}

TEST_F(SecretsLive, NoFailureTellsIt) {
    for (std::string const &script :
         {with_password("pgkeep-backup -vv --connect-retries=0 no_such_database"),
          with_password("pgkeep-backup -vv --connect-retries=0 -h /nonexistent shop"),
          with_password("pgkeep-backup -vv --connect-retries=0 -U nobody_known shop"),
          "export PGPASSWORD=" + std::string{kPassword} + "-wrong\npgkeep-backup -vv shop",
          with_password("pgkeep-backup -vv --no-such-option"),
          "export DATABASE_URL='postgresql://u:" + std::string{kPassword} +
              "@h:port/d'\npgkeep-backup -vv"}) {
        ShellResult const result = run_at(script);
        EXPECT_NE(result.exit_code, 0);
        EXPECT_NE(result.err, "");
        expect_nowhere(result);
    }
}

TEST_F(SecretsLive, NoProcessLeavesACoreFileOrCanBeLookedInto) {
    ShellResult const result = run_at(
        with_password("ulimit -S -c unlimited\n"
                      "pgkeep-backup --run-before='grep core /proc/self/limits >\"$T/limits\"; "
                      "stat -c %U /proc/$PPID/environ >\"$T/owner\"' shop"));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(content_of(folder_.file("limits")),
                testing::MatchesRegex("Max core file size +0 .*\n"));
    EXPECT_EQ(content_of(folder_.file("owner")), "root\n");
}

} // namespace
} // namespace pgkeep
