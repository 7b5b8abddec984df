// What the programs do when they talk to a terminal: results, the progress bar, the question for a
// password.

#include "base/file.hpp"
#include "scratch/server.hpp"

#include "program_runner.hpp"
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace pgkeep {
namespace {

// A program with a pseudo-terminal as its stdin, stdout, stderr and controlling terminal.
class TerminalSession {
public:
    explicit TerminalSession(std::vector<std::string> const &argv,
                             std::map<std::string, std::string> const &environment) {
        int terminal = -1;
        winsize size{};
        size.ws_col = 100;
        size.ws_row = 24;
        child_ = ::forkpty(&terminal, nullptr, nullptr, &size);
        if (child_ == 0) {
            exec(argv, environment);
        }
        terminal_.reset(terminal);
    }
    ~TerminalSession() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
    }
    TerminalSession(TerminalSession const &) = delete;
    TerminalSession &operator=(TerminalSession const &) = delete;

    // Reads until `text` has come, or the program has ended.
    void read_until(std::string const &text) {
        while (seen_.find(text) == std::string::npos && read_some()) {
        }
    }
    void type(std::string const &text) {
        write_all(terminal_.get(), as_bytes(text), "the terminal");
    }
    int exit_code() {
        while (read_some()) {
        }
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    [[nodiscard]] std::string const &seen() const { return seen_; }

private:
    [[noreturn]] static void exec(std::vector<std::string> const &argv,
                                  std::map<std::string, std::string> const &environment) {
        for (auto const &[name, value] : environment) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
        std::vector<char *> arguments;
        for (std::string const &argument : argv) {
            arguments.push_back(const_cast<char *>(argument.c_str()));
        }
        arguments.push_back(nullptr);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }

    bool read_some() {
        char buffer[4096];
        auto const size = ::read(terminal_.get(), buffer, sizeof buffer);
        if (size > 0) {
            seen_.append(buffer, static_cast<std::size_t>(size));
        }
        return size > 0;
    }

    pid_t child_ = -1;
    FileDescriptor terminal_;
    std::string seen_;
};

class TerminalLive : public ProgramsLive {
protected:
    [[nodiscard]] std::map<std::string, std::string>
    environment(ScratchServer const &server) const {
        auto environment = server.environment();
        environment.erase("PGPASSWORD");
        environment["PGKEEP_REPOSITORY"] = repository();
        environment["HOME"] = folder_.path();
        environment["TERM"] = "xterm";
        return environment;
    }
    static std::string program(std::string const &name) { return PGKEEP_BIN_DIR "/" + name; }
};

class PasswordLive : public TerminalLive {
protected:
    static ScratchServer &server() {
        static ScratchServer server{[] {
                                        ScratchOptions options;
                                        options.password = "open sesame";
                                        return options;
                                    }(),
                                    {}};
        return server;
    }
    [[nodiscard]] TerminalSession back_up(std::vector<std::string> const &more = {}) const {
        std::vector<std::string> argv{program("pgkeep-backup"), "-d", "postgres"};
        argv.insert(argv.end(), more.begin(), more.end());
        return TerminalSession{argv, environment(server())};
    }
};

TEST_F(TerminalLive, BackupPrintsItsLineOnATerminal) {
    std::string const shop = make_shop();
    TerminalSession session{{program("pgkeep-backup"), shop}, environment(scratch_server())};
    EXPECT_EQ(session.exit_code(), 0) << session.seen();
    EXPECT_NE(session.seen().find("1,000 rows in 2 tables"), std::string::npos) << session.seen();
}

TEST_F(TerminalLive, TheBarIsDrawnAndErasedAtTheEnd) {
    std::string const shop = create_database("shop");
    run_sql(shop,
            "CREATE TABLE noise AS SELECT gen_random_uuid() AS id FROM generate_series(1, 30000)");
    TerminalSession session{{program("pgkeep-backup"), "--max-rate=400k", shop},
                            environment(scratch_server())};
    EXPECT_EQ(session.exit_code(), 0) << session.seen();
    EXPECT_NE(session.seen().find(" %"), std::string::npos) << session.seen();
    std::size_t const line = session.seen().find("30,000 rows");
    std::size_t const erased = session.seen().rfind("\r\033[K", line);
    ASSERT_NE(line, std::string::npos);
    ASSERT_NE(erased, std::string::npos);
    EXPECT_EQ(session.seen().substr(erased + 4, shop.size() + 1), shop + ":") << session.seen();
}

TEST_F(TerminalLive, AnArchiveIsNotWrittenToATerminal) {
    TerminalSession session{{program("pgkeep-backup"), "-f", "-", "postgres"},
                            environment(scratch_server())};
    EXPECT_EQ(session.exit_code(), 2);
    EXPECT_NE(session.seen().find("standard output is a terminal"), std::string::npos);
}

TEST_F(PasswordLive, APasswordIsAskedForAndNotShown) {
    TerminalSession session = back_up();
    session.read_until("assword");
    session.type("open sesame\n");
    EXPECT_EQ(session.exit_code(), 0) << session.seen();
    EXPECT_EQ(session.seen().find("sesame"), std::string::npos) << session.seen();
}

TEST_F(PasswordLive, AWrongAnswerIsAnErrorAtOnce) {
    TerminalSession session = back_up();
    session.read_until("assword");
    session.type("wrong\n");
    EXPECT_EQ(session.exit_code(), 1) << session.seen();
    EXPECT_NE(session.seen().find("authentication failed"), std::string::npos) << session.seen();
}

TEST_F(PasswordLive, NobodyIsAskedWithTheOptionForIt) {
    TerminalSession session = back_up({"-w"});
    EXPECT_EQ(session.exit_code(), 1) << session.seen();
    EXPECT_NE(session.seen().find("HINT: "), std::string::npos) << session.seen();
}

TEST_F(PasswordLive, ControlCAtTheQuestionEndsTheProgram) {
    TerminalSession session = back_up();
    session.read_until("assword");
    session.type("\x03");
    EXPECT_EQ(session.exit_code(), 130) << session.seen();
    EXPECT_NE(session.seen().find("stopped by SIGINT"), std::string::npos) << session.seen();
}

} // namespace
} // namespace pgkeep
