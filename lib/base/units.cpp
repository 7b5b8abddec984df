#include "base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace pgkeep {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array kDurationUnits{
    Unit{"ms", 1},        Unit{"s", 1000},       Unit{"min", 60'000},    Unit{"m", 60'000},
    Unit{"h", 3'600'000}, Unit{"d", 86'400'000}, Unit{"w", 604'800'000},
};

// Takes leading digits off `text`.
std::optional<std::uint64_t> take_number(std::string_view &text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<std::uint64_t> multiply(std::uint64_t value, std::uint64_t factor) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(value, factor, &product)) {
        return std::nullopt;
    }
    return product;
}

// Takes a unit of letters off `text`; its factor.
std::optional<std::uint64_t> take_duration_unit(std::string_view &text) {
    auto const length = std::min(text.find_first_of("0123456789"), text.size());
    for (Unit const &unit : kDurationUnits) {
        if (text.substr(0, length) == unit.name) {
            text.remove_prefix(length);
            return unit.factor;
        }
    }
    return std::nullopt;
}

} // namespace

std::string format_size(std::uint64_t bytes) {
    constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        return fmt::format("{} B", bytes);
    }
    std::size_t unit = 0;
    auto value = static_cast<double>(bytes);
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return value < 9.95 ? fmt::format("{:.1f} {}", value, kUnits[unit])
                        : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string format_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
        digits.insert(static_cast<std::size_t>(i), 1, ',');
    }
    return digits;
}

std::string format_count(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

std::string format_duration(std::chrono::milliseconds duration) {
    auto const milliseconds = duration.count();
    if (milliseconds < 9'950) {
        return fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
    }
    auto const seconds = (milliseconds + 500) / 1000;
    if (seconds < 60) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < 3600) {
        return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
    }
    if (seconds < 86'400) {
        return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
    }
    return fmt::format("{} d {} h", seconds / 86'400, seconds % 86'400 / 3600);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    auto const number = take_number(text);
    if (!number) {
        return std::nullopt;
    }
    if (text.empty() || text == "B") {
        return number;
    }
    auto const exponent = std::string_view{"kMGT"}.find(text.front() == 'K' ? 'k' : text.front());
    auto const rest = text.substr(1);
    if (exponent == std::string_view::npos || !(rest.empty() || rest == "B" || rest == "iB")) {
        return std::nullopt;
    }
    return multiply(*number, std::uint64_t{1} << (10 * (exponent + 1)));
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    // Above this, adding to a clock could overflow: about 10,000 years.
    constexpr std::uint64_t kLimit = 315'576'000'000'000;
    std::uint64_t total = 0;
    bool first = true;
    do {
        auto const number = take_number(text);
        if (!number) {
            return std::nullopt;
        }
        auto const factor =
            first && text.empty() ? std::optional<std::uint64_t>{1000} : take_duration_unit(text);
        auto const part = factor ? multiply(*number, *factor) : std::nullopt;
        if (!part || *part > kLimit || total + *part > kLimit) {
            return std::nullopt;
        }
        total += *part;
        first = false;
    } while (!text.empty());
    return std::chrono::milliseconds{total};
}

} // namespace pgkeep
