#include "pg/interrupter.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace pgkeep {

void Interrupter::FreeCancel::operator()(pg_cancel *cancel) const noexcept {
    PQfreeCancel(cancel);
}

Interrupter::Interrupter(pg_conn *connection, std::stop_token const &token)
    : cancel_(PQgetCancel(connection)), socket_(::fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)) {
    if (!socket_.valid()) {
        throw system_error(errno, "cannot duplicate the descriptor of a connection");
    }
    callback_.emplace(token, [this] {
        cancel_statement();
        ::shutdown(socket_.get(), SHUT_RDWR);
    });
}

void Interrupter::cancel_statement() const noexcept {
    std::array<char, 256> reason{};
    if (cancel_ != nullptr && PQcancel(cancel_.get(), reason.data(), reason.size()) == 0) {
        log(LogLevel::debug, "cancelling a statement did not work: {}", reason.data());
    }
}

} // namespace pgkeep
