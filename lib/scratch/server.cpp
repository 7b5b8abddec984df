#include "scratch/server.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "proc/child.hpp"
#include "proc/programs.hpp"
#include "scratch/account.hpp"
#include "scratch/configuration.hpp"
#include "scratch/folder.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <csignal>
#include <optional>

namespace pgkeep {
namespace {

constexpr char const *kUser = "postgres";
constexpr char const *kPort = "5432";
constexpr int kReadyCheckMilliseconds = 20;
constexpr std::chrono::seconds kStartLimit{60};
constexpr int kStopMilliseconds = 10'000;

// The error of a start that failed, with what the server or initdb said.
Error did_not_start(std::string const &what, std::string const &log_text) {
    std::size_t const keep = 1500;
    std::string const tail =
        log_text.size() > keep ? "…" + log_text.substr(log_text.size() - keep) : log_text;
    return {ErrorKind::failed, what + (tail.empty() ? "" : ":\n" + redacted(tail))};
}

} // namespace

struct ScratchServer::State {
    ScratchOptions options;
    std::stop_token token;
    ScratchAccount account;
    ProgramSet programs;
    std::optional<ScratchFolder> folder;
    std::optional<BackgroundChild> postmaster;

    [[nodiscard]] ChildCommand command(std::vector<std::string> argv) const;
    void initialise() const;
    void start();
    void wait_until_ready();
    [[nodiscard]] bool accepts_connections() const;
    void stop() noexcept;
};

// As the server's user, in its folder, and with nothing of the caller's settings for PostgreSQL.
ChildCommand ScratchServer::State::command(std::vector<std::string> argv) const {
    ChildCommand result;
    result.argv = std::move(argv);
    result.unset = postgres_variables();
    result.environment = {{"LC_ALL", "C"}};
    result.working_directory = folder->path();
    result.run_as_uid = account.uid;
    result.run_as_gid = account.gid;
    return result;
}

void ScratchServer::State::initialise() const {
    ChildCommand initdb =
        command({programs.path("initdb"), "--pgdata=" + folder->path() + "/data",
                 std::string{"--username="} + kUser, "--encoding=" + options.encoding,
                 "--locale=" + options.locale, "--no-sync"});
    std::optional<MemoryFile> password;
    if (options.password.empty()) {
        initdb.argv.emplace_back("--auth=trust");
    } else {
        redact_in_log(options.password);
        password.emplace("pgkeep-scratch-password");
        password->assign(options.password + "\n");
        initdb.inherit.push_back(password->fd());
        initdb.argv.emplace_back("--auth=scram-sha-256");
        initdb.argv.emplace_back("--pwfile=" + password->path());
    }
    std::string output;
    initdb.on_stdout = [&output](std::string_view text) { output += text; };
    ChildResult const result = run_child(initdb, token);
    if (!result.succeeded()) {
        throw did_not_start("initdb could not make a scratch server", result.stderr_tail);
    }
}

void ScratchServer::State::start() {
    ChildCommand server = command({programs.path("postgres"), "-D", folder->path() + "/data", "-c",
                                   "config_file=" + configuration_path(folder->path())});
    server.death_signal = SIGQUIT; // an immediate shutdown
    postmaster.emplace(server, folder->log_fd());
    wait_until_ready();
}

void ScratchServer::State::wait_until_ready() {
    auto const deadline = std::chrono::steady_clock::now() + kStartLimit;
    while (!postmaster->wait_for_end(kReadyCheckMilliseconds)) {
        throw_if_cancelled(token);
        if (accepts_connections()) {
            return;
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw did_not_start("the scratch server did not become ready", folder->log_text());
        }
    }
    throw did_not_start("the scratch server did not start", folder->log_text());
}

bool ScratchServer::State::accepts_connections() const {
    std::string const &host = folder->path();
    char const *const keywords[] = {"host", "port", "user", "dbname", nullptr};
    char const *const values[] = {host.c_str(), kPort, kUser, kUser, nullptr};
    return ::PQpingParams(static_cast<char const *const *>(keywords),
                          static_cast<char const *const *>(values), 0) == PQPING_OK;
}

void ScratchServer::State::stop() noexcept {
    if (postmaster) {
        postmaster->signal(SIGQUIT);
        (void)postmaster->wait_for_end(kStopMilliseconds);
        postmaster.reset(); // kills what is still there
    }
}

ScratchServer::ScratchServer(ScratchOptions options, std::stop_token token)
    : state_(std::make_unique<State>()) {
    throw_if_cancelled(token);
    state_->options = std::move(options);
    state_->token = std::move(token);
    ScratchOptions &chosen = state_->options;
    require_locale(chosen.locale);
    state_->account = choose_account();
    state_->programs = choose_programs(chosen.bindir, "initdb", chosen.minimum_major);
    if (chosen.parent_folder.empty()) {
        chosen.parent_folder = default_scratch_parent(state_->account);
    }
    sweep_scratch_folders(chosen.parent_folder, state_->account);
    state_->folder.emplace(chosen.parent_folder, state_->account);
    write_configuration(*state_->folder, kPort, chosen.settings);
    try {
        state_->initialise();
        state_->start();
    } catch (...) {
        state_->stop(); // before the folder goes
        throw;
    }
}

ScratchServer::~ScratchServer() {
    state_->stop();
}

std::string const &ScratchServer::folder() const noexcept {
    return state_->folder->path();
}

std::string const &ScratchServer::socket_folder() const noexcept {
    return folder();
}

std::string const &ScratchServer::port() const noexcept {
    static std::string const port{kPort};
    return port;
}

std::string const &ScratchServer::user() const noexcept {
    static std::string const user{kUser};
    return user;
}

std::string const &ScratchServer::bindir() const noexcept {
    return state_->programs.bindir;
}

std::string ScratchServer::log_text() const {
    return state_->folder->log_text();
}

pid_t ScratchServer::pid() const noexcept {
    return state_->postmaster ? state_->postmaster->pid() : -1;
}

std::map<std::string, std::string> ScratchServer::environment() const {
    std::map<std::string, std::string> result{
        {"PGHOST", socket_folder()}, {"PGPORT", port()}, {"PGUSER", user()}};
    if (!state_->options.password.empty()) {
        result["PGPASSWORD"] = state_->options.password;
    }
    return result;
}

void ScratchServer::stop_immediately() {
    state_->stop();
}

void ScratchServer::start_again() {
    state_->start();
}

std::string ScratchServer::keep() {
    state_->stop();
    return state_->folder->keep();
}

} // namespace pgkeep
