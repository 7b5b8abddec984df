#include "pg/server_message.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/sqlstate.hpp"

#include <libpq-fe.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <optional>
#include <vector>

namespace pgkeep {

namespace {

constexpr std::size_t kContextLimit = 200;

std::string clean(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
        text.remove_suffix(1);
    }
    return redacted(printable(text));
}

void add_sentence(std::string &hint, std::string_view sentence) {
    if (sentence.empty()) {
        return;
    }
    if (!hint.empty()) {
        hint += ' ';
    }
    hint += sentence;
    if (hint.back() != '.' && hint.back() != '?') {
        hint += '.';
    }
}

std::string_view field(pg_result const *result, int code) {
    char const *const value = PQresultErrorField(result, code);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

constexpr std::string_view kRowSecurityHint =
    "Row-level security would hide rows, and an archive must have all: connect as the owner of the "
    "table or as a "
    "superuser, or give this role BYPASSRLS (ALTER ROLE … BYPASSRLS).";

// It has the SQLSTATE of every missing right, and words in the server's language; only the name of
// the server's function tells it apart.
bool is_row_security_refusal(pg_result const *result) {
    return field(result, PG_DIAG_SOURCE_FUNCTION) == "check_enable_rls";
}

// Failures before the server could say an SQLSTATE. `text` is a part of libpq's message, in the
// language of strerror() where it comes from there.
struct TransportRow {
    std::string text;
    ErrorKind kind;
    bool may_pass;
    std::string_view hint;
};

std::vector<TransportRow> make_transport_rows() {
    constexpr auto kKind = ErrorKind::connection;
    constexpr std::string_view kUnreachable =
        "Check the host name, the port, and the network and firewalls between here and the server.";
    constexpr std::string_view kName = "Check the host name (-h).";
    constexpr std::string_view kTls =
        "Check sslmode, sslrootcert and the certificates of the server.";
    return {
        {error_text(ECONNREFUSED), kKind, true,
         "Check host and port, and that the server runs and listens there (listen_addresses)."},
        {error_text(ENOENT), kKind, true,
         "No server has its socket there. Check that it runs, or give its socket folder or host "
         "with -h."},
        {error_text(ETIMEDOUT), kKind, true, kUnreachable},
        {"timeout expired", kKind, true, kUnreachable},
        {error_text(EHOSTUNREACH), kKind, true, kUnreachable},
        {error_text(ENETUNREACH), kKind, true, kUnreachable},
        {error_text(ECONNRESET), kKind, true, "Look at the server's log."},
        {error_text(EACCES), ErrorKind::privilege, false,
         "This user may not use the server's socket; see unix_socket_permissions."},
        {gai_strerror(EAI_AGAIN), kKind, true, kName},
        {"could not translate host name", kKind, false, kName},
        {"no password supplied", ErrorKind::authentication, false,
         "Give the password in PGPASSWORD, in the pass file (~/.pgpass), in --env-file or in the "
         "URL."},
        {"server closed the connection unexpectedly", kKind, true, "Look at the server's log."},
        {"received invalid response", kKind, false,
         "Check host and port: this does not look like a PostgreSQL server."},
        {"session is read-only", kKind, true, "See target_session_attrs."},
        {"session is not read-only", kKind, true, "See target_session_attrs."},
        {"certificate", kKind, false, kTls},
        {"SSL", kKind, false, kTls},
        {"pass file", ErrorKind::authentication, false, "Give the pass file the mode 0600."},
    };
}

TransportRow const &explain_transport(std::string_view text) {
    static std::vector<TransportRow> const rows = make_transport_rows();
    static TransportRow const other{"", ErrorKind::connection, false,
                                    "Check host, port and the settings of the connection."};
    auto const row = std::ranges::find_if(
        rows, [&](TransportRow const &r) { return text.find(r.text) != std::string_view::npos; });
    return row == rows.end() ? other : *row;
}

// `FATAL:  28P01: password …` -> the state and where the words begin. The severity is in the
// server's language.
std::optional<std::size_t> find_sqlstate(std::string_view line) {
    for (auto at = line.find(":  "); at != std::string_view::npos; at = line.find(":  ", at + 1)) {
        auto const state = line.substr(at + 3, 5);
        if (line.substr(at + 3).size() > 7 && line.substr(at + 8, 2) == ": " &&
            std::ranges::all_of(state, [](unsigned char c) {
                return std::isdigit(c) != 0 || std::isupper(c) != 0;
            })) {
            return at + 3;
        }
    }
    return std::nullopt;
}

// Behind `connection to server at "host", port 5432 failed: `, which says what our own message says
// already.
std::string_view without_place(std::string_view line) {
    constexpr std::string_view kFailed = " failed: ";
    auto const at = line.find(kFailed);
    return line.starts_with("connection to server") && at != std::string_view::npos
               ? line.substr(at + kFailed.size())
               : line;
}

ServerMessage explain_line(std::string_view line) {
    ServerMessage message;
    if (auto const at = find_sqlstate(line)) {
        message.sqlstate = line.substr(*at, 5);
        message.text = clean(line.substr(*at + 7));
        auto const &row = explain_sqlstate(message.sqlstate);
        message.hint = row.hint;
        message.kind = row.kind;
        message.may_pass = row.may_pass;
    } else {
        message.text = clean(without_place(line));
        auto const &row = explain_transport(line);
        message.hint = row.hint;
        message.kind = row.kind;
        message.may_pass = row.may_pass;
    }
    return message;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// Lines that belong to the message in front of them.
bool is_continuation(std::string_view line) {
    return line.empty() || line.front() == '\t' || line.front() == ' ' ||
           line.starts_with("LOCATION:");
}

std::string_view behind_label(std::string_view line) {
    for (std::string_view const label : {"DETAIL:  ", "HINT:  "}) {
        if (line.starts_with(label)) {
            return line.substr(label.size());
        }
    }
    return {};
}

std::vector<ServerMessage> explain_lines(std::string_view text) {
    std::vector<ServerMessage> messages;
    for (auto const line : split_lines(text)) {
        auto const more = behind_label(line);
        if (!more.empty() && !messages.empty()) {
            add_sentence(messages.back().hint, clean(more));
        } else if (!is_continuation(line)) {
            auto message = explain_line(line);
            if (std::ranges::find(messages, message.text, &ServerMessage::text) == messages.end()) {
                messages.push_back(std::move(message));
            }
        }
    }
    return messages;
}

} // namespace

ServerMessage explain_result(pg_result const *result) {
    ServerMessage message;
    message.sqlstate = field(result, PG_DIAG_SQLSTATE);
    message.text = clean(field(result, PG_DIAG_MESSAGE_PRIMARY));
    auto const &row = explain_sqlstate(message.sqlstate);
    message.kind = row.kind;
    message.may_pass = row.may_pass;
    add_sentence(message.hint, is_row_security_refusal(result) ? kRowSecurityHint : row.hint);
    add_sentence(message.hint, clean(field(result, PG_DIAG_MESSAGE_DETAIL)));
    add_sentence(message.hint, clean(field(result, PG_DIAG_MESSAGE_HINT)));
    auto const context = field(result, PG_DIAG_CONTEXT);
    add_sentence(message.hint,
                 clean(context.substr(0, std::min(context.find('\n'), kContextLimit))));
    return message;
}

ServerMessage explain_connect_failure(std::string_view libpq_text) {
    auto messages = explain_lines(libpq_text);
    if (messages.empty()) {
        return {"", "no reason was given", "Look at the server's log.", ErrorKind::connection,
                true};
    }
    // A message of the server says more than one of libpq; of several, one that will not pass says
    // most.
    std::ranges::stable_sort(messages, {}, [](ServerMessage const &message) {
        return (message.may_pass ? 2 : 0) + (message.sqlstate.empty() ? 1 : 0);
    });
    ServerMessage chosen = messages.front();
    for (std::size_t i = 1; i < messages.size(); ++i) {
        chosen.text += "; " + messages[i].text;
    }
    return chosen;
}

ServerMessage explain_lost_connection(std::string_view libpq_text) {
    auto message = explain_connect_failure(libpq_text);
    if (message.sqlstate.empty()) {
        message.kind = ErrorKind::connection;
        message.hint = explain_sqlstate("").hint;
    }
    return message;
}

} // namespace pgkeep
