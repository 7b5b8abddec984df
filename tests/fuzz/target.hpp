// What the fuzz targets share: how a property is demanded, and how one input is cut into several.
//
// A target calls one parser with bytes that nobody vouches for. Refusing them with an Error is
// right; anything else that is thrown, a false property, a crash, a leak or too much memory is a
// finding.
//
// Thread-safety: none.

#pragma once

#include "base/error.hpp"
#include "model/sql_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace pgkeep::fuzz {

inline void require(bool fact, char const *property) {
    if (!fact) {
        std::fprintf(stderr, "not true: %s\n", property);
        std::abort();
    }
}

// What an operator will see must not steer the terminal, nor fill it.
inline void require_bearable(std::string_view text) {
    std::string lines{text};
    std::replace(lines.begin(), lines.end(), '\n', ' ');
    if (printable(lines) != lines) {
        std::fprintf(stderr, "the text: %s\n", printable(lines).c_str());
    }
    require(printable(lines) == lines, "a message is printable");
}

// False when `call` refused with an Error, whose message and hint can be shown.
template <typename Call>
bool accepts(Call const &call) {
    try {
        call();
        return true;
    } catch (Error const &error) {
        require_bearable(error.what());
        require_bearable(error.hint());
        return false;
    }
}

class Input {
public:
    Input(std::uint8_t const *data, std::size_t size)
        : rest_(reinterpret_cast<char const *>(data), size) {}

    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).append(1, '\0')[0]); }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) {
            value = value << 8U | byte();
        }
        return value;
    }
    std::string take(std::size_t size) {
        std::string const front{rest_.substr(0, size)};
        rest_.remove_prefix(front.size());
        return front;
    }
    // Up to a zero byte, which is no part of it.
    std::string word() {
        std::string front = take(std::min(rest_.find('\0'), rest_.size()));
        take(1);
        return front;
    }

private:
    std::string_view rest_;
};

// `text` in pieces whose sizes follow from `seed`: readers must not care where a piece ends.
template <typename Sink>
void in_pieces(std::string_view text, unsigned seed, Sink const &sink) {
    while (!text.empty()) {
        seed = seed * 1103515245U + 12345U;
        std::size_t const size = std::min<std::size_t>(text.size(), 1 + (seed >> 16U) % 13);
        sink(text.substr(0, size));
        text.remove_prefix(size);
    }
}

} // namespace pgkeep::fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size);
