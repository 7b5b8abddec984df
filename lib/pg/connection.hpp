// One libpq connection: owned, labelled, and interruptible.
//
// A query that fails throws PgError, which knows its SQLSTATE. When the token fires, the running
// statement is cancelled on the server and the socket is shut down, so that every blocked call
// returns at once and no server process stays behind; the connection is then unusable.
//
// Not thread-safe: one thread at a time. Cancelling through the token is safe at any moment.

#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pg/connection_settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace pgkeep {

// A failure that the server or libpq reported. Ask it for properties, not for its place in a tree.
class PgError : public Error {
public:
    PgError(ErrorKind kind, std::string const &message, std::string hint, std::string sqlstate,
            std::string server_text = {})
        : Error(kind, message, std::move(hint)),
          sqlstate_(std::move(sqlstate)),
          server_text_(std::move(server_text)) {}
    // Five characters, or empty when the connection failed before the server could say one.
    [[nodiscard]] std::string const &sqlstate() const noexcept { return sqlstate_; }
    // What the server or libpq said, without what we were doing; one line.
    [[nodiscard]] std::string const &server_text() const noexcept { return server_text_; }

private:
    std::string sqlstate_;
    std::string server_text_;
};

// Rows of a finished query; text format unless the query asked for binary.
class Result {
public:
    explicit Result(pg_result *result) noexcept;
    [[nodiscard]] int rows() const noexcept;
    [[nodiscard]] int columns() const noexcept;
    [[nodiscard]] bool is_null(int row, int column) const noexcept;
    [[nodiscard]] std::string_view text(int row, int column) const noexcept; // empty for null
    [[nodiscard]] std::string str(int row, int column) const {
        return std::string{text(row, column)};
    }
    [[nodiscard]] std::optional<std::string> optional(int row, int column) const;
    [[nodiscard]] bool boolean(int row, int column) const; // `t`
    [[nodiscard]] std::int64_t integer(int row,
                                       int column) const; // throws Error{failed} when it is none
    [[nodiscard]] std::uint64_t unsigned_integer(int row, int column) const;
    // The elements of a one-dimensional text[] in text format, nulls as empty texts.
    [[nodiscard]] std::vector<std::string> text_array(int row, int column) const;
    [[nodiscard]] std::uint64_t affected() const; // of INSERT, COPY …
    [[nodiscard]] pg_result *raw() const noexcept { return result_.get(); }

private:
    struct Clear {
        void operator()(pg_result *result) const noexcept;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

struct ConnectPolicy {
    std::string label; // in application_name (`pgkeep <label>`) and the log
    int retries = 5;   // only for what can pass: refused, starting up, too many connections
    std::chrono::milliseconds retry_delay{2000}; // doubles each time
    // Asked for a password when the server wants one and none was given; no value: do not ask (-w).
    std::function<std::string(std::string const &prompt)> ask_password;
};

class Connection {
public:
    // Connects, or throws PgError: connection, authentication, not_found (no such database), each
    // with its hint. Opens with the session settings of session.cpp: what pg_dump pins, and what a
    // hash needs.
    Connection(ConnectionSettings const &settings, ConnectPolicy const &policy,
               std::stop_token const &token);
    ~Connection();
    Connection(Connection &&) noexcept;
    Connection &operator=(Connection &&) noexcept;

    // One or more statements by the simple protocol; the result of the last one.
    Result execute(std::string const &sql);
    // One statement with text parameters; no value is NULL.
    Result query(std::string const &sql,
                 std::vector<std::optional<std::string>> const &parameters = {});
    // A query whose answer must be one row; throws Error{failed} otherwise.
    Result query_row(std::string const &sql,
                     std::vector<std::optional<std::string>> const &parameters = {});
    // Rows one by one in binary format, without keeping them: `row` sees a Result of one row.
    void stream(std::string const &sql, std::vector<std::optional<std::string>> const &parameters,
                std::function<void(Result const &row)> const &row);

    [[nodiscard]] int server_version() const noexcept; // 150014
    [[nodiscard]] std::string
    parameter(std::string const &name) const; // `server_version`, `server_encoding` …
    [[nodiscard]] std::string const &label() const noexcept;
    // The server process, also behind a pooler, which tells libpq a number of its own.
    [[nodiscard]] int backend_pid() const noexcept;
    // Throws Error{connection} when a pooler has given us another session than the one that has our
    // settings. For the beginning of a transaction: until its end it cannot happen.
    void require_own_session();
    [[nodiscard]] bool usable() const noexcept; // false once the connection broke
    // How long the result of a statement has been waited for; 0: none is. For any thread.
    [[nodiscard]] std::chrono::milliseconds waiting() const noexcept;
    // The settings with what was really used (the host of several that answered, the password of
    // the pass file), so that further connections and child processes reach the same server.
    [[nodiscard]] ConnectionSettings const &effective_settings() const noexcept;
    [[nodiscard]] pg_conn *raw() const noexcept;
    [[nodiscard]] bool in_transaction() const noexcept; // also in one that failed

    // Ends the running statement, if any, and throws away what it still sends; for an exception
    // that passes through the middle of a result.
    void abandon_statement() noexcept;
    // The same for a COPY FROM STDIN that takes data: nothing of it is loaded.
    void abandon_copy_in() noexcept;
    // Waits for the results of the statement that was sent, to the end: the last one, or the first
    // failed one.
    Result finish_statement();

    // Throws Error{cancelled} when the token has fired.
    void throw_if_stopped() const;
    // Turns the state of the connection or of a failed result into an error, or into
    // Error{cancelled}.
    [[noreturn]] void fail(pg_result const *result, std::string const &doing) const;

private:
    struct State;
    void meet_pooler(ConnectionSettings const &settings, ConnectPolicy const &policy);

    std::unique_ptr<State> state_;
};

} // namespace pgkeep
