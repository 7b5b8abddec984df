#include "pg/connection_settings.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/connection_url.hpp"
#include "pg/libpq_options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace pgkeep {

namespace {

using Variables = std::map<std::string, std::string>;

// Variables that are no keyword of libpq and still tell it, or its programs, where to look.
constexpr auto kHiddenVariables =
    std::to_array<std::string_view>({"PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR"});

// Keywords that lead PostgreSQL's programs astray: the first were resolved already, the others
// change what they write.
constexpr auto kNotForChildren = std::to_array<std::string_view>(
    {"service", "servicefile", "client_encoding", "application_name", "replication"});

void merge(ConnectionSettings &into, ConnectionSettings const &from) {
    into.keywords.insert(from.keywords.begin(), from.keywords.end()); // what is there stays
}

void set_if_given(ConnectionSettings &settings, std::string const &keyword,
                  std::optional<std::string> const &value) {
    if (value && !value->empty()) {
        settings.keywords[keyword] = *value;
    }
}

std::optional<std::string> find(Variables const &variables, std::string const &name) {
    auto const found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
}

ConnectionSettings from_command_line(ConnectionInputs const &inputs,
                                     std::vector<std::string> &notes) {
    auto settings = inputs.dbname ? parse_connection(*inputs.dbname, notes) : ConnectionSettings{};
    set_if_given(settings, "host", inputs.host);
    set_if_given(settings, "port", inputs.port);
    set_if_given(settings, "user", inputs.user);
    return settings;
}

ConnectionSettings from_pg_variables(Variables const &variables) {
    ConnectionSettings settings;
    for (auto const &option : libpq_options()) {
        if (!option.variable.empty()) {
            set_if_given(settings, option.keyword, find(variables, option.variable));
        }
    }
    return settings;
}

// What the images of PostgreSQL and many compose files call them.
ConnectionSettings from_postgres_variables(Variables const &variables) {
    ConnectionSettings settings;
    set_if_given(settings, "user", find(variables, "POSTGRES_USER"));
    set_if_given(settings, "password", find(variables, "POSTGRES_PASSWORD"));
    set_if_given(settings, "dbname", find(variables, "POSTGRES_DB"));
    set_if_given(settings, "host", find(variables, "POSTGRES_HOST"));
    set_if_given(settings, "port", find(variables, "POSTGRES_PORT"));
    return settings;
}

// Whether the sources so far said which server it is; a URL without host says so too (the local
// one).
class ServerChoice {
public:
    explicit ServerChoice(ConnectionInputs const &inputs)
        : whole_(inputs.dbname && (has_url_scheme(*inputs.dbname) ||
                                   inputs.dbname->find('=') != std::string::npos)) {}
    [[nodiscard]] bool allows(ConnectionSettings const &chosen,
                              ConnectionSettings const &url) const {
        auto const host = chosen.get("host");
        return !whole_ && chosen.get("service").empty() &&
               (host.empty() || host == url.get("host"));
    }
    void settle() { whole_ = true; }

private:
    bool whole_;
};

void merge_database_url(ConnectionSettings &settings, ServerChoice &choice, std::string const &text,
                        std::string const &source, std::vector<std::string> &notes) {
    if (!is_postgres_url(text) && !settings.get("dbname").empty()) {
        notes.push_back("DATABASE_URL of " + source + " is not for PostgreSQL and is ignored.");
        return;
    }
    std::vector<std::string> url_notes;
    auto const url = parse_connection(text, url_notes);
    if (!choice.allows(settings, url)) {
        notes.push_back("DATABASE_URL of " + source +
                        " is ignored, since another server was named before it.");
        return;
    }
    notes.insert(notes.end(), url_notes.begin(), url_notes.end());
    merge(settings, url);
    choice.settle();
}

void merge_variables(ConnectionSettings &settings, ServerChoice &choice, Variables const &variables,
                     std::string const &source, std::vector<std::string> &notes) {
    auto const url = find(variables, "DATABASE_URL");
    if (url && !url->empty()) {
        merge_database_url(settings, choice, *url, source, notes);
    }
    if (!settings.get("service").empty()) {
        return; // as for libpq: what its file says counts before single variables
    }
    auto from_variables = from_pg_variables(variables);
    if (!from_variables.get("service").empty()) {
        for (auto const *keyword : {"host", "hostaddr", "port", "dbname", "user"}) {
            from_variables.keywords.erase(keyword);
        }
    }
    merge(settings, from_variables);
}

// The file was named: that it cannot be read is a mistake of the call, as in the configuration
// file.
std::string read_env_file(std::string const &path) {
    try {
        return read_small_file(path);
    } catch (Error const &error) {
        throw Error{ErrorKind::configuration, error.what(), error.hint()};
    }
}

void merge_env_file(ConnectionSettings &settings, ServerChoice &choice, std::string const &path,
                    std::vector<std::string> &notes) {
    auto const variables = parse_env_file(read_env_file(path), path);
    bool const own_names = find(variables, "DATABASE_URL").has_value() ||
                           !from_pg_variables(variables).keywords.empty();
    auto const simple = from_postgres_variables(variables);
    if (!own_names && simple.keywords.empty()) {
        throw Error{ErrorKind::configuration, path + " says nothing about a database",
                    "It needs DATABASE_URL, PGHOST and the like, or POSTGRES_USER, "
                    "POSTGRES_PASSWORD and POSTGRES_DB."};
    }
    merge_variables(settings, choice, variables, path, notes);
    if (!own_names) {
        merge(settings, simple);
    }
}

ConnectionSettings from_configuration(Variables const &configuration,
                                      std::vector<std::string> &notes) {
    auto const text = find(configuration, "dbname");
    auto settings = text ? parse_connection(*text, notes) : ConnectionSettings{};
    set_if_given(settings, "host", find(configuration, "host"));
    set_if_given(settings, "port", find(configuration, "port"));
    set_if_given(settings, "user", find(configuration, "username"));
    return settings;
}

std::string or_else(std::string const &text, std::string const &otherwise) {
    return text.empty() ? otherwise : text;
}

} // namespace

std::string ConnectionSettings::get(std::string const &keyword) const {
    auto const found = keywords.find(keyword);
    return found == keywords.end() ? std::string{} : found->second;
}

ConnectionSettings ConnectionSettings::with_database(std::string const &name) const {
    auto copy = *this;
    copy.keywords["dbname"] = name;
    return copy;
}

std::string ConnectionSettings::describe() const {
    if (get("host").empty() && get("hostaddr").empty() && !get("service").empty()) {
        return printable("service " + get("service"));
    }
    auto const host = or_else(get("host"), or_else(get("hostaddr"), "local socket"));
    auto text = host + ":" + or_else(get("port"), "5432");
    if (!get("dbname").empty()) {
        text += "/" + get("dbname");
    }
    if (!get("user").empty()) {
        text += " as " + get("user");
    }
    return printable(text);
}

std::map<std::string, std::string> ConnectionSettings::environment() const {
    std::map<std::string, std::string> variables;
    for (auto const &option : libpq_options()) {
        auto const value = get(option.keyword);
        if (!option.variable.empty() && !value.empty() &&
            std::ranges::find(kNotForChildren, option.keyword) == kNotForChildren.end()) {
            variables[option.variable] = value;
        }
    }
    return variables;
}

std::vector<std::string> ConnectionSettings::environment_to_unset() const {
    std::set<std::string> names{kHiddenVariables.begin(), kHiddenVariables.end()};
    for (auto const &option : libpq_options()) {
        if (!option.variable.empty()) {
            names.insert(option.variable);
        }
    }
    // Settings of the session that libpq sends without having a keyword for them.
    names.insert({"PGDATESTYLE", "PGTZ", "PGGEQO"});
    for (auto const &[name, value] : environment()) {
        names.erase(name);
    }
    return {names.begin(), names.end()};
}

std::map<std::string, std::string> connection_environment() {
    std::map<std::string, std::string> variables;
    auto const take = [&](std::string const &name) {
        if (char const *const value = std::getenv(name.c_str()); value != nullptr) {
            variables[name] = value;
        }
    };
    take("DATABASE_URL");
    for (auto const &option : libpq_options()) {
        if (!option.variable.empty()) {
            take(option.variable);
        }
    }
    return variables;
}

ConnectionSettings resolve_connection(ConnectionInputs const &inputs,
                                      std::vector<std::string> &notes) {
    auto settings = from_command_line(inputs, notes);
    ServerChoice choice{inputs};
    if (inputs.env_file) {
        merge_env_file(settings, choice, *inputs.env_file, notes);
    }
    merge_variables(settings, choice, inputs.environment, "the environment", notes);
    merge(settings, from_configuration(inputs.configuration, notes));
    redact_in_log(settings.get("password"));
    return settings;
}

} // namespace pgkeep
