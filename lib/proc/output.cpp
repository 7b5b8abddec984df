#include "proc/output.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace pgkeep {
namespace {

constexpr std::size_t kTailSize = 4096;
constexpr std::size_t kLongestLine = std::size_t{64} * 1024; // longer ones are handed on in pieces
constexpr int kMessageLines = 5;
constexpr int kPieces =
    16; // at a time, so that a child that never pauses does not keep us from the token

} // namespace

void OutputPipe::drain() {
    std::array<char, 64 * 1024> buffer; // as large as a pipe, filled by read()
    for (int piece = 0; fd_.valid() && piece < kPieces; ++piece) {
        ssize_t const got = ::read(fd_.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        if (got <= 0) {
            fd_.reset();
        } else if (callback_) {
            callback_({buffer.data(), static_cast<std::size_t>(got)});
        }
    }
}

void LineTail::add(std::string_view text) {
    tail_.append(text);
    if (tail_.size() > kTailSize) {
        tail_.erase(0, tail_.size() - kTailSize);
    }
    while (!text.empty()) {
        std::size_t const newline = text.find('\n');
        line_.append(text.substr(0, newline));
        text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
        if (newline != std::string_view::npos || line_.size() >= kLongestLine) {
            if (on_line_) {
                on_line_(line_);
            }
            line_.clear();
        }
    }
}

void LineTail::finish() {
    if (!line_.empty() && on_line_) {
        on_line_(line_);
    }
    line_.clear();
}

std::string last_lines(std::string_view text) {
    std::string result;
    bool cause_shown = false;
    for (int lines = 0; !text.empty() && (lines < kMessageLines || !cause_shown);) {
        std::size_t const newline = text.find_last_of('\n');
        std::size_t const begin = newline == std::string_view::npos ? 0 : newline + 1;
        std::string const line{text.substr(begin)};
        text = text.substr(0, newline == std::string_view::npos ? 0 : newline);
        bool const cause = line.find("error:") != std::string::npos;
        if (!line.empty() && (lines < kMessageLines || cause)) {
            result = result.empty() ? line : line + "; " + result;
            ++lines;
            cause_shown = cause_shown || cause;
        }
    }
    return result;
}

} // namespace pgkeep
