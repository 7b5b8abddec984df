// How to reach a database, from all the places where an operator may have said it.
//
// Understands what libpq understands (a name, `key=value …`, a URL) and what applications keep in
// DATABASE_URL: `postgresql+psycopg2://…`, and pool parameters in a URL, which are dropped with a
// note. Precedence: command line, --env-file, environment, configuration file; a whole DATABASE_URL
// counts before the single PG* variables of the same source. A DATABASE_URL is passed over when a
// source before it already named another server, so that one server's password never goes to
// another.
//
// The password is a secret: it is registered for redaction in the log, and goes on to child
// processes in their environment only.
//
// Thread-safety: pure functions, apart from reading the files that they are told to read.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// libpq keywords and values: host, port, dbname, user, password, sslmode …
struct ConnectionSettings {
    std::map<std::string, std::string> keywords;
    // Known once a connection was made: poolers take no settings of the server at connection time.
    bool through_pooler = false;

    [[nodiscard]] std::string get(std::string const &keyword) const; // empty when absent
    [[nodiscard]] ConnectionSettings with_database(std::string const &name) const;
    // `host:port/dbname as user`, without secrets, for messages.
    [[nodiscard]] std::string describe() const;
    // The environment that makes PostgreSQL's programs connect the same way (PGHOST … PGPASSWORD).
    [[nodiscard]] std::map<std::string, std::string> environment() const;
    // Variables that such a program must not see, because they would lead it elsewhere or change
    // what it writes (PGSERVICE, PGCLIENTENCODING …): all that libpq reads, apart from those of
    // environment().
    [[nodiscard]] std::vector<std::string> environment_to_unset() const;
};

// Where settings may come from; absent values are not set there.
struct ConnectionInputs {
    std::optional<std::string> dbname; // -d: a name, a keyword string or a URL
    std::optional<std::string> host;
    std::optional<std::string> port;
    std::optional<std::string> user;
    std::optional<std::string> env_file;
    std::map<std::string, std::string> environment; // DATABASE_URL and PG* of the process
    std::map<std::string, std::string>
        configuration; // `dbname`, `host`, `port`, `username` of the configuration file
};

// DATABASE_URL and the PG* variables of this process.
[[nodiscard]] std::map<std::string, std::string> connection_environment();

// A dotenv file: `KEY=value`, optional `export `, comments, single or double quotes. Throws
// Error{configuration} with the line number.
[[nodiscard]] std::map<std::string, std::string> parse_env_file(std::string_view text,
                                                                std::string const &path);

// One -d value, or one DATABASE_URL. `notes` gets a sentence for each thing that was ignored.
// Throws Error{usage} for text that libpq does not accept; the message never repeats a password.
[[nodiscard]] ConnectionSettings parse_connection(std::string_view text,
                                                  std::vector<std::string> &notes);

[[nodiscard]] ConnectionSettings resolve_connection(ConnectionInputs const &inputs,
                                                    std::vector<std::string> &notes);

} // namespace pgkeep
