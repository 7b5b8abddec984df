#include "pg/copy.hpp"

#include "model/sql_text.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace pgkeep {

namespace {

// libpq keeps what it sends in a buffer that only grows; pieces of this size keep it small, and
// still make few system calls.
constexpr std::size_t kPiece = std::size_t{256} * 1024;
constexpr std::size_t kShownSql = 200;

std::string doing(std::string_view sql) {
    return "cannot run " + printable(sql.substr(0, kShownSql)) +
           (sql.size() > kShownSql ? " …" : "");
}

// Sends `sql` and takes results until the COPY itself begins.
void start_copy(Connection &connection, std::string const &sql, ExecStatusType wanted,
                CopyProtocol protocol) {
    connection.throw_if_stopped();
    int const sent = protocol == CopyProtocol::simple
                         ? PQsendQuery(connection.raw(), sql.c_str())
                         : PQsendQueryParams(connection.raw(), sql.c_str(), 0, nullptr, nullptr,
                                             nullptr, nullptr, 0);
    if (sent == 0) {
        connection.fail(nullptr, doing(sql));
    }
    for (;;) {
        Result const result{PQgetResult(connection.raw())};
        auto const status = PQresultStatus(result.raw());
        if (status == wanted) {
            return;
        }
        if (status == PGRES_FATAL_ERROR && result.raw() != nullptr) {
            connection.finish_statement();
            connection.fail(result.raw(), doing(sql));
        }
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            connection.abandon_statement();
            throw Error{ErrorKind::failed, doing(sql) + ": it is not the expected kind of COPY"};
        }
    }
}

// The number of rows that the server says it copied; throws when it says that something went wrong.
std::uint64_t confirm(Connection &connection, std::string const &doing_what) {
    auto const result = connection.finish_statement();
    if (PQresultStatus(result.raw()) != PGRES_COMMAND_OK) {
        connection.fail(result.raw(), doing_what);
    }
    return result.affected();
}

std::uint64_t read_rows(pg_conn *raw, std::function<void(std::string_view line)> const &row) {
    struct FreeMemory {
        void operator()(char *memory) const noexcept { PQfreemem(memory); }
    };
    std::uint64_t rows = 0;
    char *buffer = nullptr;
    for (int size = PQgetCopyData(raw, &buffer, 0); size > 0;
         size = PQgetCopyData(raw, &buffer, 0)) {
        std::unique_ptr<char, FreeMemory> const owned{buffer};
        row({buffer, static_cast<std::size_t>(size)});
        ++rows;
    }
    return rows;
}

} // namespace

std::uint64_t read_copy(Connection &connection, std::string const &sql,
                        std::function<void(std::string_view line)> const &row) {
    start_copy(connection, sql, PGRES_COPY_OUT, CopyProtocol::simple);
    std::uint64_t rows = 0;
    try {
        rows = read_rows(connection.raw(), row);
    } catch (...) {
        connection.abandon_statement();
        throw;
    }
    // Both ends of data and errors arrive here: the final status tells which.
    auto const sent = confirm(connection, doing(sql));
    if (sent != rows) {
        throw Error{ErrorKind::failed, doing(sql) + ": the server sent " + std::to_string(sent) +
                                           " rows and " + std::to_string(rows) + " arrived"};
    }
    return rows;
}

CopyIn::CopyIn(Connection &connection, std::string const &sql, CopyProtocol protocol)
    : connection_(connection), doing_(doing(sql)) {
    start_copy(connection, sql, PGRES_COPY_IN, protocol);
}

CopyIn::~CopyIn() {
    if (!open_) {
        return;
    }
    connection_.abandon_copy_in();
}

void CopyIn::put(std::string_view data) {
    while (!data.empty()) {
        connection_.throw_if_stopped();
        auto const piece = data.substr(0, kPiece);
        if (PQputCopyData(connection_.raw(), piece.data(), static_cast<int>(piece.size())) != 1) {
            connection_.fail(nullptr, doing_);
        }
        data.remove_prefix(piece.size());
    }
}

std::uint64_t CopyIn::finish() {
    connection_.throw_if_stopped();
    if (PQputCopyEnd(connection_.raw(), nullptr) != 1) {
        connection_.fail(nullptr, doing_);
    }
    open_ = false;
    return confirm(connection_, doing_);
}

} // namespace pgkeep
