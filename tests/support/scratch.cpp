#include "support/scratch.hpp"

#include "base/error.hpp"
#include "proc/child.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace pgkeep {
namespace {

class ScratchEnvironment : public testing::Environment {
public:
    ScratchServer &server() {
        std::scoped_lock const lock{mutex_};
        if (!server_) {
            ScratchOptions options;
            options.settings = {{"max_prepared_transactions", "10"}};
            server_ = std::make_unique<ScratchServer>(std::move(options), std::stop_token{});
        }
        return *server_;
    }

    void TearDown() override {
        if (server_ && std::getenv("PGKEEP_KEEP_SCRATCH") != nullptr) {
            std::string const program = server_->bindir() + "/postgres";
            std::string const folder = server_->keep();
            std::fprintf(
                stderr, "The scratch server's folder is kept. As its owner:\n%s -D %s/data -k %s\n",
                program.c_str(), folder.c_str(), folder.c_str());
        }
        server_.reset();
    }

private:
    std::mutex mutex_;
    std::unique_ptr<ScratchServer> server_;
};

// Owned by the test framework, which calls TearDown() when all tests are done.
auto *const environment =
    static_cast<ScratchEnvironment *>(testing::AddGlobalTestEnvironment(new ScratchEnvironment));

std::string path_with_programs() {
    char const *path = std::getenv("PATH");
    return scratch_server().bindir() + ":" + (path != nullptr ? path : "/usr/bin:/bin");
}

ChildCommand server_command(std::vector<std::string> argv) {
    ChildCommand command;
    command.argv = std::move(argv);
    command.unset = {"DATABASE_URL", "PGDATABASE", "PGHOSTADDR",
                     "PGSERVICE",    "PGOPTIONS",  "PGPASSWORD"};
    command.environment = scratch_server().environment();
    command.environment["PATH"] = path_with_programs();
    return command;
}

std::string run_psql(std::string const &database, int stdin_fd,
                     std::vector<std::string> const &arguments) {
    ChildCommand command =
        server_command({"psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"});
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment["PGDATABASE"] = database; // never read as a connection string, unlike -d
    command.stdin_fd = stdin_fd;
    std::string out;
    command.on_stdout = [&out](std::string_view text) { out += text; };
    require_success(command, run_child(command, {}));
    return out;
}

std::string run_text(std::string const &database, std::string const &sql) {
    MemoryFile script{"sql"};
    script.assign(sql);
    return run_psql(database, script.fd(), {});
}

} // namespace

ScratchServer &scratch_server() {
    return environment->server();
}

ConnectionSettings scratch_connection(std::string const &database) {
    ScratchServer const &server = scratch_server();
    ConnectionSettings settings;
    settings.keywords = {{"host", server.socket_folder()},
                         {"port", server.port()},
                         {"user", server.user()},
                         {"dbname", database}};
    return settings;
}

std::string create_database(std::string const &prefix, std::string const &options) {
    static std::atomic<int> count{0};
    std::string const name = prefix + "_" + std::to_string(++count);
    run_sql("postgres", "CREATE DATABASE \"" + name + "\" " + options);
    return name;
}

void run_sql(std::string const &database, std::string const &sql) {
    (void)run_text(database, sql);
}

void run_sql_file(std::string const &database, std::string const &path) {
    (void)run_psql(database, -1, {"-f", path});
}

std::string query_sql(std::string const &database, std::string const &sql) {
    std::string out = run_text(database, sql);
    if (out.ends_with('\n')) {
        out.pop_back();
    }
    return out;
}

ShellResult run_shell(std::string const &script, std::vector<std::string> const &arguments) {
    ChildCommand command = server_command({"bash", "-c", "set -o pipefail\n" + script, "test"});
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    ShellResult result;
    command.on_stdout = [&result](std::string_view text) { result.out += text; };
    command.on_stderr_line = [&result](std::string_view line) {
        result.err += line;
        result.err += '\n';
    };
    ChildResult const ended = run_child(command, {});
    result.exit_code = ended.term_signal != 0 ? 128 + ended.term_signal : ended.exit_code;
    return result;
}

} // namespace pgkeep
