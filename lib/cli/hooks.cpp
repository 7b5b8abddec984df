#include "cli/hooks.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "proc/child.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace pgkeep {
namespace {

constexpr int kBriefly = 10'000;        // milliseconds
constexpr std::size_t kMostShown = 400; // bytes of what a failed command said

ChildCommand child_command(Hook const &hook, BackupOutcome const &outcome) {
    ConnectionSettings open = hook.connection;
    open.keywords.erase("password");
    ChildCommand child;
    child.argv = {"/bin/sh", "-c", hook.command};
    child.environment = open.environment();
    child.environment.merge(hook_variables(outcome));
    child.unset = open.environment_to_unset();
    child.unset.insert(child.unset.end(), {"DATABASE_URL", "POSTGRES_PASSWORD"});
    return child;
}

void log_lines(std::string const &name, std::string_view text) {
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        log(LogLevel::info, "{}: {}", name, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// The end of what the command said, in one line.
std::string last_words(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    if (text.size() > kMostShown) {
        text = "..." + text.substr(text.size() - kMostShown);
    }
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
        text.replace(at, 1, "; ");
    }
    return text;
}

} // namespace

std::map<std::string, std::string> hook_variables(BackupOutcome const &outcome) {
    return {{"PGKEEP_STATUS", std::string{outcome.status()}},
            {"PGKEEP_DATABASE", outcome.database},
            {"PGKEEP_ARCHIVE", outcome.archive},
            {"PGKEEP_EXIT_CODE", std::to_string(outcome.exit_code)},
            {"PGKEEP_MESSAGE", redacted(outcome.message)}};
}

void run_hook(Hook const &hook, BackupOutcome const &outcome, std::stop_token const &token) {
    if (hook.command.empty()) {
        return;
    }
    ChildCommand child = child_command(hook, outcome);
    std::string said;
    child.on_stdout = [&said](std::string_view piece) {
        said += piece;
        if (said.size() > std::size_t{2} * 65536) {
            said.erase(0, said.size() - 65536); // it may be chatty, we need not be
        }
    };
    child.on_stderr_line = [&hook](std::string_view line) {
        log(LogLevel::info, "{}: {}", hook.name, line);
    };
    ChildResult const result = run_child(child, token);
    log_lines(hook.name, said);
    if (!result.succeeded()) {
        std::string const words =
            last_words(result.stderr_tail.empty() ? said : result.stderr_tail);
        throw Error{ErrorKind::failed,
                    redacted(fmt::format("the command of {} failed ({}){}{}", hook.name,
                                         describe_end(result), words.empty() ? "" : ": ", words)),
                    "It is run by /bin/sh; --verbose shows all that it prints."};
    }
}

void run_hook_briefly(Hook const &hook, BackupOutcome const &outcome) noexcept {
    if (hook.command.empty()) {
        return;
    }
    try {
        BackgroundChild child{child_command(hook, outcome), STDERR_FILENO};
        if (!child.wait_for_end(kBriefly)) {
            log(LogLevel::warning, "the command of {} was ended after ten seconds", hook.name);
        }
    } catch (Error const &error) {
        log(LogLevel::warning, "{}", error.what());
    }
}

} // namespace pgkeep
