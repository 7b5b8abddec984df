#include "pg/connection.hpp"

#include "base/cancel.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/connector.hpp"
#include "pg/interrupter.hpp"
#include "pg/pooler.hpp"
#include "pg/server_message.hpp"
#include "pg/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <atomic>
#include <random>

namespace pgkeep {

namespace {

constexpr int kOldestServer = 120000;
constexpr std::size_t kShownSql = 100;

// A setting that means nothing to the server.
constexpr std::string_view kSessionMark = "pgkeep.session";

// The reason that the server logs for the end of a COPY FROM STDIN.
constexpr char const *kAbandoned = "abandoned by the client";

using Clock = std::chrono::steady_clock;

// Notes for other threads, while it lives, that a result is waited for.
class Waiting {
public:
    explicit Waiting(std::atomic<Clock::rep> &since) : since_(since) {
        since_ = Clock::now().time_since_epoch().count();
    }
    ~Waiting() { since_ = 0; }
    Waiting(Waiting const &) = delete;
    Waiting &operator=(Waiting const &) = delete;

private:
    std::atomic<Clock::rep> &since_;
};

// Enough of a statement to know which one it was.
std::string summary(std::string_view sql) {
    return printable(sql.substr(0, kShownSql)) + (sql.size() > kShownSql ? " …" : "");
}

bool is_copy(ExecStatusType status) {
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

bool is_success(ExecStatusType status) {
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
           status == PGRES_SINGLE_TUPLE;
}

// libpq's form of parameters: pointers, null for NULL.
std::vector<char const *> pointers(std::vector<std::optional<std::string>> const &parameters) {
    std::vector<char const *> values;
    values.reserve(parameters.size());
    for (auto const &parameter : parameters) {
        values.push_back(parameter ? parameter->c_str() : nullptr);
    }
    return values;
}

} // namespace

struct Connection::State {
    std::string label;
    std::stop_token token;
    ConnectionHandle handle;
    ConnectionSettings effective;
    std::optional<Interrupter> interrupter; // destroyed before the handle
    int process = 0;                        // of the server
    std::string mark;                       // behind a pooler: what our session, and no other, has
    bool lost = false; // libpq failed to send; its own status may still be good then
    std::atomic<Clock::rep> waiting_since{0}; // 0: no statement runs
};

Connection::Connection(ConnectionSettings const &settings, ConnectPolicy const &policy,
                       std::stop_token const &token)
    : state_(std::make_unique<State>()) {
    state_->label = policy.label;
    state_->token = token;
    state_->handle = open_connection(settings, policy, token);
    state_->effective = read_effective_settings(raw());
    state_->interrupter.emplace(raw(), token);
    if (server_version() < kOldestServer) {
        throw Error{ErrorKind::version,
                    "the server " + state_->effective.describe() + " is PostgreSQL " +
                        parameter("server_version"),
                    "Servers from version 12 are supported."};
    }
    state_->process =
        static_cast<int>(query_row("SELECT pg_catalog.pg_backend_pid()").integer(0, 0));
    if (is_behind_pooler(raw(), state_->process)) {
        meet_pooler(settings, policy);
    }
    execute(session_settings_sql(server_version(), parameter("server_encoding")));
    log(LogLevel::debug, "{}: connected to {}, server process {}", label(),
        state_->effective.describe(), backend_pid());
}

Connection::~Connection() = default;
Connection::Connection(Connection &&) noexcept = default;
Connection &Connection::operator=(Connection &&) noexcept = default;

Result Connection::execute(std::string const &sql) {
    throw_if_stopped();
    if (PQsendQuery(raw(), sql.c_str()) == 0) {
        fail(nullptr, "cannot run " + summary(sql));
    }
    auto result = finish_statement();
    if (!is_success(PQresultStatus(result.raw()))) {
        fail(result.raw(), "cannot run " + summary(sql));
    }
    return result;
}

Result Connection::query(std::string const &sql,
                         std::vector<std::optional<std::string>> const &parameters) {
    throw_if_stopped();
    auto const values = pointers(parameters);
    if (PQsendQueryParams(raw(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, 0) == 0) {
        fail(nullptr, "cannot run " + summary(sql));
    }
    auto result = finish_statement();
    if (!is_success(PQresultStatus(result.raw()))) {
        fail(result.raw(), "cannot run " + summary(sql));
    }
    return result;
}

Result Connection::query_row(std::string const &sql,
                             std::vector<std::optional<std::string>> const &parameters) {
    auto result = query(sql, parameters);
    if (result.rows() != 1) {
        throw Error{ErrorKind::failed, "one row was expected and " + std::to_string(result.rows()) +
                                           " came from " + summary(sql)};
    }
    return result;
}

void Connection::stream(std::string const &sql,
                        std::vector<std::optional<std::string>> const &parameters,
                        std::function<void(Result const &row)> const &row) {
    constexpr int kBinary = 1;
    throw_if_stopped();
    auto const values = pointers(parameters);
    if (PQsendQueryParams(raw(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, kBinary) == 0 ||
        PQsetSingleRowMode(raw()) == 0) {
        fail(nullptr, "cannot run " + summary(sql));
    }
    try {
        for (Result result{PQgetResult(raw())}; result.raw() != nullptr;
             result = Result{PQgetResult(raw())}) {
            auto const status = PQresultStatus(result.raw());
            if (!is_success(status)) {
                finish_statement();
                fail(result.raw(), "cannot run " + summary(sql));
            }
            if (status == PGRES_SINGLE_TUPLE) {
                row(result);
            }
        }
    } catch (...) {
        abandon_statement();
        throw;
    }
}

Result Connection::finish_statement() {
    Waiting const waiting{state_->waiting_since};
    Result kept{nullptr};
    bool failed = false;
    for (Result next{PQgetResult(raw())}; next.raw() != nullptr;
         next = Result{PQgetResult(raw())}) {
        auto const status = PQresultStatus(next.raw());
        if (is_copy(status)) {
            abandon_statement();
            throw Error{ErrorKind::failed, "a COPY ran where no data was expected"};
        }
        if (!failed) {
            failed = !is_success(status);
            kept = std::move(next);
        }
    }
    return kept;
}

void Connection::abandon_statement() noexcept {
    if (PQtransactionStatus(raw()) != PQTRANS_ACTIVE) {
        return;
    }
    state_->interrupter->cancel_statement();
    for (Result result{PQgetResult(raw())}; result.raw() != nullptr;
         result = Result{PQgetResult(raw())}) {
        auto const status = PQresultStatus(result.raw());
        if (status == PGRES_COPY_OUT) {
            char *buffer = nullptr;
            while (PQgetCopyData(raw(), &buffer, 0) > 0) {
                PQfreemem(buffer);
            }
        } else if (is_copy(status) && PQputCopyEnd(raw(), kAbandoned) != 1) {
            return; // the connection is broken; asking on would get the same answer for ever
        }
    }
}

void Connection::abandon_copy_in() noexcept {
    if (PQputCopyEnd(raw(), kAbandoned) != 1) {
        return;
    }
    while (Result{PQgetResult(raw())}.raw() != nullptr) {
    }
}

int Connection::server_version() const noexcept {
    return PQserverVersion(raw());
}

std::string Connection::parameter(std::string const &name) const {
    char const *const value = PQparameterStatus(raw(), name.c_str());
    return value == nullptr ? std::string{} : std::string{value};
}

std::string const &Connection::label() const noexcept {
    return state_->label;
}

int Connection::backend_pid() const noexcept {
    return state_->process;
}

// Before any setting is made, which would stay in a session that is lent to others.
void Connection::meet_pooler(ConnectionSettings const &settings, ConnectPolicy const &policy) {
    refuse_lent_sessions(settings, policy, state_->process, state_->token);
    state_->effective.through_pooler = true;
    state_->mark = fmt::format("{:08x}{:08x}", std::random_device{}(), std::random_device{}());
    execute("SET " + std::string{kSessionMark} + " = " + quote_literal(state_->mark));
}

void Connection::require_own_session() {
    if (state_->mark.empty()) {
        return;
    }
    Result const found =
        query_row("SELECT pg_catalog.current_setting(" + quote_literal(kSessionMark) + ", true)");
    if (found.text(0, 0) != state_->mark) {
        throw lent_session(state_->effective);
    }
}

bool Connection::usable() const noexcept {
    return state_ != nullptr && !state_->token.stop_requested() && !state_->lost &&
           PQstatus(raw()) == CONNECTION_OK;
}

std::chrono::milliseconds Connection::waiting() const noexcept {
    Clock::rep const since = state_->waiting_since;
    return since == 0 ? std::chrono::milliseconds{0}
                      : std::chrono::duration_cast<std::chrono::milliseconds>(
                            Clock::now() - Clock::time_point{Clock::duration{since}});
}

bool Connection::in_transaction() const noexcept {
    auto const status = PQtransactionStatus(raw());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

ConnectionSettings const &Connection::effective_settings() const noexcept {
    return state_->effective;
}

pg_conn *Connection::raw() const noexcept {
    return state_->handle.get();
}

void Connection::throw_if_stopped() const {
    throw_if_cancelled(state_->token);
}

void Connection::fail(pg_result const *result, std::string const &doing) const {
    throw_if_stopped();
    bool const server_spoke =
        result != nullptr && PQresultErrorField(result, PG_DIAG_SQLSTATE) != nullptr;
    state_->lost = state_->lost || !server_spoke;
    auto message =
        server_spoke ? explain_result(result) : explain_lost_connection(PQerrorMessage(raw()));
    char const *const standby = PQparameterStatus(raw(), "in_hot_standby"); // none before 14
    if (!server_spoke && standby != nullptr && std::string_view{standby} == "on") {
        message.hint += std::string{" "} + kStandbyHint;
    }
    throw PgError{message.kind, redacted(doing + " (" + label() + "): " + message.text),
                  message.hint, message.sqlstate, message.text};
}

} // namespace pgkeep
