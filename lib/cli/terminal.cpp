#include "cli/terminal.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace pgkeep {

namespace {

FileDescriptor open_terminal() {
    return FileDescriptor{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
}

class EchoOff {
public:
    explicit EchoOff(int fd) : fd_(fd) {
        changed_ = ::tcgetattr(fd_, &before_) == 0;
        if (changed_) {
            termios quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            quiet.c_lflag |= ICANON | ISIG;
            ::tcsetattr(fd_, TCSAFLUSH, &quiet);
        }
    }
    ~EchoOff() {
        if (changed_) {
            ::tcsetattr(fd_, TCSAFLUSH, &before_);
        }
    }
    EchoOff(EchoOff const &) = delete;
    EchoOff &operator=(EchoOff const &) = delete;

private:
    int fd_;
    bool changed_ = false;
    termios before_{};
};

// Signals do not interrupt read() here (a thread of its own takes them), so the token wakes poll()
// instead.
void wait_for_input(int fd, std::stop_token const &token) {
    FileDescriptor const wake{::eventfd(0, EFD_CLOEXEC)};
    std::stop_callback const on_stop{token, [&] { ::eventfd_write(wake.get(), 1); }};
    pollfd ready[2] = {{fd, POLLIN, 0}, {wake.get(), POLLIN, 0}};
    while (::poll(ready, 2, -1) < 0 && errno == EINTR) {
    }
    throw_if_cancelled(token);
}

std::string read_line(int fd, std::stop_token const &token) {
    std::string line;
    for (;;) {
        wait_for_input(fd, token);
        char c = 0;
        if (::read(fd, &c, 1) != 1 || c == '\n') {
            return line;
        }
        line += c;
    }
}

} // namespace

std::optional<std::string> ask_secret(std::string const &prompt, std::stop_token const &token) {
    FileDescriptor const terminal = open_terminal();
    if (!terminal.valid()) {
        return std::nullopt;
    }
    std::string answer;
    {
        EchoOff const quiet{terminal.get()};
        write_all(terminal.get(), as_bytes(prompt), "the terminal");
        answer = read_line(terminal.get(), token);
    }
    write_all(terminal.get(), as_bytes("\n"), "the terminal");
    return answer;
}

std::optional<std::string> ask_line(std::string const &text, std::stop_token const &token) {
    FileDescriptor const terminal = open_terminal();
    if (!terminal.valid()) {
        return std::nullopt;
    }
    write_all(terminal.get(), as_bytes(text), "the terminal");
    return read_line(terminal.get(), token);
}

bool has_terminal() {
    return open_terminal().valid();
}

unsigned terminal_width(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80U;
}

} // namespace pgkeep
