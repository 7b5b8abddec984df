// A known password, however it is given, is nowhere but where it must be: not in a command line,
// not in the environment of a hook, not in what is written or said, and in no core file.
//
// Has a server of its own, which asks for that password.

#include "archive/reader.hpp"
#include "base/file.hpp"

#include "program_runner.hpp"
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <stop_token>
#include <thread>

namespace pgkeep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

// Plain enough to stand in a URL and a shell as it is, and nobody else's: the processes of the
// whole machine are looked at.
std::string const kPassword = "Xq7-StrangePassword_" + std::to_string(::getpid());

std::string content_of(std::string const &path) {
    std::ifstream const file{path, std::ios::binary};
    std::ostringstream content;
    content << file.rdbuf(); // what a process that has ended had is nothing, and no exception
    return content.str();
}

// Reads the command lines of all processes of the machine while it lives.
class CommandLineWatch {
public:
    CommandLineWatch() : thread_([this](std::stop_token const &token) { watch(token); }) {}

    // What was seen; the watch is over.
    [[nodiscard]] std::string found() {
        thread_.request_stop();
        thread_.join();
        return found_;
    }
    // Names of the programs that were seen. After found().
    [[nodiscard]] std::set<std::string> const &seen() const { return seen_; }

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
        std::string const program = line.substr(0, line.find('\0'));
        seen_.insert(program.substr(program.rfind('/') + 1));
        if (line.find(kPassword) != std::string::npos) {
            found_ += line + '\n';
        }
    }

    std::string found_;
    std::set<std::string> seen_;
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
          with_password("pgkeep-backup -vv $K --globals shop"),
          std::string{"PGPASSFILE=\"$T/secret.pgpass\" pgkeep-backup -vv $K shop"},
          std::string{"pgkeep-backup -vv $K --env-file=\"$T/secret.env\""},
          std::string{"pgkeep-backup -vv $K --config=\"$T/secret.conf\""},
          "export DATABASE_URL='" + url("shop") + "'\npgkeep-backup -vv $K"}) {
        CommandLineWatch watch;
        ShellResult const result =
            run_at("K=\"--log-file=$T/log --metrics-file=$T/metrics.prom\"\n" + way +
                   " --run-before='env >>\"$T/hook\"; sleep 0.3' --run-after='env >>\"$T/hook\"'");
        EXPECT_EQ(result.exit_code, 0) << way << result.err;
        EXPECT_EQ(watch.found(), "");
        EXPECT_THAT(watch.seen(), IsSupersetOf({"pgkeep-backup", "pg_dump", "sleep"}));
        if (way.find("--globals") != std::string::npos) {
            EXPECT_TRUE(watch.seen().contains("pg_dumpall"));
        }
        ASSERT_THAT(content_of(folder_.file("hook")), HasSubstr("PGKEEP_DATABASE=shop\n"));
        expect_nowhere(result);
        std::filesystem::remove(folder_.file("hook"));
    }
    // The text of the archive, too.
    ShellResult const text = run_at("gunzip -c \"$R\"/shop/*.sql.gz");
    EXPECT_THAT(text.out, HasSubstr("COPY"));
    EXPECT_THAT(text.out, Not(HasSubstr(kPassword)));
    for (auto const &entry : std::filesystem::directory_iterator{repository() + "/shop"}) {
        if (entry.path().extension() == ".gz") {
            FileSource const file{entry.path()};
            Bytes const schema = ArchiveReader{file}.schema_archive();
            EXPECT_THAT(std::string{as_text(schema)},
                        AllOf(HasSubstr("goods"), Not(HasSubstr(kPassword))));
        }
    }
}

TEST_F(SecretsLive, VerifyRestoreAndPruneLeaveItNowhere) {
    CommandLineWatch watch;
    ShellResult const result = run_at(with_password(
        "K=\"--log-format=json --log-file=$T/log\"\n"
        "pgkeep-backup -vv shop && pgkeep-verify -vv $K -d shop latest && "
        "pgkeep-verify -vv $K --level=drill -d shop latest && "
        "pgkeep-restore -vv $K --yes -d shop latest && "
        "pgkeep-backup -vv --json --keep-last=1 shop && pgkeep-restore --json --list -d shop"));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(watch.found(), "");
    EXPECT_THAT(watch.seen(), IsSupersetOf({"pgkeep-backup", "pgkeep-verify", "pgkeep-restore",
                                            "pg_dump", "pg_restore", "initdb"}));
    std::string const log = content_of(folder_.file("log"));
    EXPECT_THAT(log, HasSubstr("\"program\":\"pgkeep-verify\""));
    EXPECT_THAT(log, HasSubstr("\"program\":\"pgkeep-restore\""));
    expect_nowhere(result);
}

TEST_F(SecretsLive, NoFailureTellsIt) {
    ASSERT_EQ(run_at(with_password("pgkeep-backup shop")).exit_code, 0);
    for (std::string const &script :
         {with_password("pgkeep-backup -vv --connect-retries=0 no_such_database"),
          with_password("pgkeep-backup -vv --connect-retries=0 -h /nonexistent shop"),
          with_password("pgkeep-backup -vv --connect-retries=0 -U nobody_known shop"),
          "export PGPASSWORD=" + std::string{kPassword} + "-wrong\npgkeep-backup -vv shop",
          with_password("pgkeep-backup -vv --no-such-option"),
          with_password("pgkeep-restore -vv --connect-retries=0 -h /nonexistent -y -d shop latest"),
          with_password("pgkeep-restore -vv --connect-retries=0 -U nobody_known -y -d shop latest"),
          "pgkeep-restore -vv --connect-retries=0 -y -d 'postgresql://u:" + std::string{kPassword} +
              "@/shop?host=/nonexistent' latest",
          "export PGPASSWORD=" + std::string{kPassword} +
              "-wrong\npgkeep-restore -vv -y -d shop latest",
          "pgkeep-verify -vv --connect-retries=0 --against='postgresql://u:" +
              std::string{kPassword} + "@/shop?host=/nonexistent' -d shop latest",
          "export PGPASSWORD=" + std::string{kPassword} +
              "-wrong\npgkeep-verify -vv --against=shop -d shop latest",
          "export DATABASE_URL='postgresql://u:" + std::string{kPassword} +
              "@h:port/d'\npgkeep-backup -vv"}) {
        ShellResult const result = run_at(script);
        EXPECT_NE(result.exit_code, 0);
        EXPECT_NE(result.err, "");
        expect_nowhere(result);
    }
}

// Runs what follows while the server stands still, and says its core limit, who owns its
// environment and what a process of the same user reads there, and how it ended when it was told
// to.
constexpr char kLookInto[] = R"sh(
look() {
    $AS "$@" >/dev/null & job=$!
    readable() { $AS cat /proc/$job/environ 2>&1 | grep -ao 'PGPASSWORD=\|Permission denied'; }
    for i in $(seq 200); do
        [ "$(cat /proc/$job/comm)" = "$1" ] && [ "$(readable)" != PGPASSWORD= ] && break
        sleep 0.05
    done
    grep -o 'Max core file size  *[^ ]*' /proc/$job/limits
    stat -c %U /proc/$job/environ
    readable
    kill -TERM $job; wait $job; echo $?
}
kill -STOP $SERVER; trap 'kill -CONT $SERVER' EXIT
look )sh";

// Root may look into everything, so the programs run as the server's user. Each waits for a server
// that does not answer while that user looks at it.
TEST_F(SecretsLive, NoProcessLeavesACoreFileOrCanBeLookedInto) {
    ASSERT_EQ(
        run_at("O=$(stat -c %U \"$PGHOST\"); mkdir $T/bin $T/mine && cp $(type -P "
               "pgkeep-backup pgkeep-restore pgkeep-verify) $T/bin && chmod 711 $T && chmod -R "
               "755 $T/bin && { [ $(id -u) != 0 ] || chown $O $T/mine; }")
            .exit_code,
        0);
    std::string const as_user =
        with_password("cd /; ulimit -S -c unlimited; export PATH=\"$T/bin:$PATH\" "
                      "PGKEEP_REPOSITORY=$T/mine/repository; O=$(stat -c %U \"$PGHOST\"); AS=; [ "
                      "$(id -u) != 0 ] || AS=\"setpriv --reuid=$O --regid=$(id -g $O) "
                      "--clear-groups\"\n");
    ASSERT_EQ(run_at(as_user + "$AS pgkeep-backup --run-before='grep core /proc/self/limits "
                               ">\"$T/mine/limits\"' shop")
                  .exit_code,
              0);
    EXPECT_THAT(content_of(folder_.file("mine/limits")),
                testing::MatchesRegex("Max core file size +0 .*\n"));
    std::string const look =
        as_user + "SERVER=" + std::to_string(server_->pid()) + "\n" + kLookInto;
    for (std::string const command : {"pgkeep-backup shop", "pgkeep-restore -y -d shop latest",
                                      "pgkeep-verify --against=shop -d shop latest"}) {
        ShellResult const seen = run_at(look + command);
        EXPECT_THAT(seen.out,
                    testing::MatchesRegex("Max core file size +0\nroot\nPermission denied\n143\n"))
            << command << '\n'
            << seen.err;
    }
    EXPECT_THAT(run_at(look + "sleep 60").out, HasSubstr("PGPASSWORD=\n"))
        << "nor is anything seen of other programs";
}

} // namespace
} // namespace pgkeep
