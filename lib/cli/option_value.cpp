#include "cli/option_value.hpp"

#include "base/clock.hpp"
#include "base/units.hpp"
#include "model/nearest_word.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace pgkeep {

namespace {

std::string wrong_value(std::string const &where, std::string const &value,
                        std::string_view problem) {
    return fmt::format("{}: \"{}\" {}", where, printable(value), problem);
}

void check_number(OptionSpec const &option, std::string const &value, std::string const &where,
                  ErrorKind kind) {
    auto const number = parse_whole_number(value);
    if (!number || *number < option.minimum || *number > option.maximum) {
        throw Error{kind, wrong_value(where, value, "is not a whole number in range"),
                    fmt::format("Give a number from {} to {}.", option.minimum, option.maximum)};
    }
}

void check_choice(OptionSpec const &option, std::string const &value, std::string const &where,
                  ErrorKind kind) {
    for (std::string_view const choice : option.choices) {
        if (value == choice) {
            return;
        }
    }
    auto const nearest = nearest_word(value, option.choices);
    throw Error{kind, wrong_value(where, value, "is no value of this option"),
                fmt::format("{}Possible values: {}.",
                            nearest ? fmt::format("Did you mean \"{}\"? ", *nearest) : "",
                            fmt::join(option.choices, ", "))};
}

} // namespace

void check_option_value(OptionSpec const &option, std::string const &value,
                        std::string const &where, ErrorKind kind) {
    switch (option.kind) {
    case ValueKind::none:
        return;
    case ValueKind::text:
        if (value.empty()) {
            throw Error{kind, where + ": the value is empty", "Give a value, or leave it out."};
        }
        return;
    case ValueKind::number:
        return check_number(option, value, where, kind);
    case ValueKind::choice:
        return check_choice(option, value, where, kind);
    case ValueKind::size:
        if (!parse_size(value)) {
            throw Error{kind, wrong_value(where, value, "is not a size"),
                        "Give a whole number with a unit, such as 500k, 20M or 1G."};
        }
        return;
    case ValueKind::duration:
        if (!parse_duration(value)) {
            throw Error{kind, wrong_value(where, value, "is not a duration"),
                        "Give a number with a unit, such as 30s, 5min or 1h30min."};
        }
        return;
    case ValueKind::time:
        if (!parse_time(value, utc_now())) {
            throw Error{
                kind, wrong_value(where, value, "is not a time"),
                "Give a date such as 2026-01-12, a time such as \"2026-01-12 12:00:00\", or a "
                "stamp such as 20260112_120000."};
        }
        return;
    }
}

std::optional<std::uint64_t> parse_whole_number(std::string_view text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

std::optional<bool> parse_switch(std::string_view text) {
    for (std::string_view const yes : {"on", "true", "yes", "1"}) {
        if (text == yes) {
            return true;
        }
    }
    for (std::string_view const no : {"off", "false", "no", "0"}) {
        if (text == no) {
            return false;
        }
    }
    return std::nullopt;
}

} // namespace pgkeep
