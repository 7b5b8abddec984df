// pgkeep-scratch: starts a throw-away server, runs one command with PGHOST, PGPORT and PGUSER set,
// and ends with its exit code. For the quickstart and for people who try something; it is not
// installed.

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "proc/child.hpp"
#include "scratch/configuration.hpp"
#include "scratch/server.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace {

using namespace pgkeep;

constexpr char const *kUsage =
    "Usage: pgkeep-scratch [--bindir=DIR] [--setting=NAME=VALUE]... -- COMMAND [ARGUMENT]...\n"
    "\n"
    "Starts a throw-away PostgreSQL server, runs COMMAND with PGHOST, PGPORT and PGUSER set, and "
    "removes\n"
    "the server. Ends with the exit code of COMMAND.\n";

struct Arguments {
    ScratchOptions server;
    std::vector<std::string> command;
    bool help = false;
};

Error wrong_usage(std::string const &message) {
    return {ErrorKind::usage, message, "Run pgkeep-scratch --help."};
}

void take_option(Arguments &arguments, std::string_view option) {
    constexpr std::string_view kBindir = "--bindir=";
    constexpr std::string_view kSetting = "--setting=";
    if (option == "--help") {
        arguments.help = true;
    } else if (option.starts_with(kBindir)) {
        arguments.server.bindir = option.substr(kBindir.size());
    } else if (option.starts_with(kSetting) && option.find('=', kSetting.size()) != option.npos) {
        std::string_view const rest = option.substr(kSetting.size());
        std::size_t const equals = rest.find('=');
        arguments.server.settings[std::string{rest.substr(0, equals)}] = rest.substr(equals + 1);
    } else {
        throw wrong_usage("unknown option " + std::string{option});
    }
}

Arguments parse(int argc, char **argv) {
    Arguments arguments;
    int next = 1;
    for (; next < argc && std::string_view{argv[next]} != "--"; ++next) {
        take_option(arguments, argv[next]);
    }
    arguments.command.assign(argv + std::min(next + 1, argc), argv + argc);
    if (arguments.command.empty() && !arguments.help) {
        throw wrong_usage("there is no command behind --");
    }
    return arguments;
}

ChildCommand make_command(Arguments const &arguments, ScratchServer const &server) {
    ChildCommand command;
    command.argv = arguments.command;
    command.unset = postgres_variables();
    command.environment = server.environment();
    char const *path = std::getenv("PATH");
    command.environment["PATH"] =
        server.bindir() + ":" + (path != nullptr ? path : "/usr/bin:/bin");
    command.stdin_fd = STDIN_FILENO;
    command.stdout_fd = STDOUT_FILENO;
    command.stderr_fd = STDERR_FILENO;
    command.own_group = false; // it shares the terminal
    return command;
}

// Ctrl-C on a terminal reaches the command by itself, and a psql wants to go on after it. Any other
// signal ends it.
int run_command(ChildCommand const &command, SignalWatch const &watch) {
    std::stop_source stop;
    std::stop_callback<std::function<void()>> const forward{watch.token(), [&] {
                                                                if (watch.signal() != SIGINT ||
                                                                    ::isatty(STDIN_FILENO) == 0) {
                                                                    stop.request_stop();
                                                                }
                                                            }};
    ChildResult const result = run_child(command, stop.get_token());
    return result.term_signal != 0 ? 128 + result.term_signal : result.exit_code;
}

int run(int argc, char **argv, SignalWatch const &watch) {
    Arguments const arguments = parse(argc, argv);
    if (arguments.help) {
        std::fputs(kUsage, stdout);
        return 0;
    }
    ScratchServer const server{arguments.server, watch.token()};
    return run_command(make_command(arguments, server), watch);
}

} // namespace

int main(int argc, char **argv) {
    SignalWatch const watch;
    try {
        return run(argc, argv, watch);
    } catch (Error const &error) {
        if (error.kind() == ErrorKind::cancelled) {
            return 128 + watch.signal();
        }
        log_failure(error.what(), error.hint());
        return exit_code(error.kind());
    } catch (std::exception const &error) {
        log_failure(error.what(), "");
        return 1;
    }
}
