#include "pg/interrupter.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <future>
#include <string>

namespace pgkeep {

namespace {

constexpr std::chrono::seconds kCancelDeadline{2};

// Empty when the server took it.
std::string send_cancel(pg_cancel *cancel) {
    std::array<char, 256> reason{};
    return PQcancel(cancel, reason.data(), reason.size()) != 0 ? std::string{} : reason.data();
}

} // namespace

Interrupter::Interrupter(pg_conn *connection, std::stop_token token)
    : cancel_(PQgetCancel(connection), PQfreeCancel),
      socket_(::fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)),
      token_(std::move(token)) {
    if (!socket_.valid()) {
        throw system_error(errno, "cannot duplicate the descriptor of a connection");
    }
    callback_.emplace(token_, [this] { interrupt(); });
}

void Interrupter::cancel_statement() const noexcept {
    if (!token_.stop_requested()) {
        cancel_within_deadline();
    }
}

void Interrupter::interrupt() noexcept {
    try {
        interruption_ = std::jthread{[this] {
            cancel_within_deadline();
            ::shutdown(socket_.get(), SHUT_RDWR);
        }};
    } catch (std::exception const &) { // no thread is to be had; ending comes first
        ::shutdown(socket_.get(), SHUT_RDWR);
    }
}

// PQcancel() waits for the server's answer, for ever if need be, and nothing ends it. Its thread
// therefore owns all that it touches.
void Interrupter::cancel_within_deadline() const noexcept {
    if (cancel_ == nullptr) {
        return;
    }
    try {
        std::packaged_task<std::string()> task{
            [cancel = cancel_] { return send_cancel(cancel.get()); }};
        std::future<std::string> answer = task.get_future();
        std::thread{std::move(task)}.detach();
        if (answer.wait_for(kCancelDeadline) != std::future_status::ready) {
            log(LogLevel::debug, "the server does not answer the request to cancel a statement");
        } else if (std::string const reason = answer.get(); !reason.empty()) {
            log(LogLevel::debug, "cancelling a statement did not work: {}", reason);
        }
    } catch (std::exception const &error) {
        log(LogLevel::debug, "cannot ask to cancel a statement: {}", error.what());
    }
}

} // namespace pgkeep
