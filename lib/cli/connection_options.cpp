#include "cli/connection_options.hpp"

#include "base/log.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <memory>
#include <thread>

namespace pgkeep {

namespace {

constexpr unsigned kMostDefaultJobs = 4;

using Answers = std::map<std::string, std::string>;

std::string ask_once(Answers &answers, std::string const &prompt, std::stop_token const &token) {
    auto const known = answers.find(prompt);
    if (known != answers.end()) {
        return known->second;
    }
    std::string answer = ask_secret(prompt, token).value_or("");
    redact_in_log(answer);
    return answers.emplace(prompt, std::move(answer)).first->second;
}

} // namespace

ConnectionInputs connection_inputs(Options const &options,
                                   std::map<std::string, std::string> environment) {
    ConnectionInputs inputs;
    inputs.dbname = options.text("dbname", OptionSource::command_line);
    inputs.host = options.text("host", OptionSource::command_line);
    inputs.port = options.text("port", OptionSource::command_line);
    inputs.user = options.text("username", OptionSource::command_line);
    inputs.env_file = options.text("env-file");
    inputs.environment = std::move(environment);
    for (std::string const name : {"dbname", "host", "port", "username"}) {
        if (auto const value = options.text(name, OptionSource::configuration)) {
            inputs.configuration[name] = *value;
        }
    }
    return inputs;
}

ConnectionSettings connection_settings(Options const &options,
                                       std::optional<std::string> const &dbname) {
    ConnectionInputs inputs = connection_inputs(options, connection_environment());
    if (dbname) {
        inputs.dbname = dbname;
    }
    std::vector<std::string> notes;
    ConnectionSettings settings = resolve_connection(inputs, notes);
    for (std::string const &note : notes) {
        log_message(LogLevel::info, note);
    }
    return settings;
}

ConnectPolicy connect_policy(Options const &options, std::string label,
                             std::stop_token const &token) {
    ConnectPolicy policy;
    policy.label = std::move(label);
    policy.retries = static_cast<int>(options.number("connect-retries").value_or(5));
    policy.retry_delay = options.duration("retry-delay").value_or(policy.retry_delay);
    if (!options.has("no-password") && has_terminal()) {
        auto const answers = std::make_shared<Answers>();
        policy.ask_password = [answers, token](std::string const &prompt) {
            return ask_once(*answers, prompt, token);
        };
    }
    return policy;
}

std::string database_of(std::string_view connection_text) {
    std::vector<std::string> notes;
    return parse_connection(connection_text, notes).get("dbname");
}

unsigned jobs_of(Options const &options) {
    unsigned const processors = std::max(1U, std::thread::hardware_concurrency());
    return static_cast<unsigned>(
        options.number("jobs").value_or(std::min(processors, kMostDefaultJobs)));
}

} // namespace pgkeep
