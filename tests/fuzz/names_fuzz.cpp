// Names of archives, times, sizes and durations: what is read can be written, and the other way
// round.

#include "base/clock.hpp"
#include "base/units.hpp"
#include "model/archive_name.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

void try_names(std::string const &text) {
    if (auto const name = parse_archive_name(text)) {
        fuzz::require(format_archive_name(*name) == text, "an archive's name comes back");
        fuzz::require(text.find('/') == std::string::npos, "no name leads elsewhere");
    }
    std::string const encoded = encode_file_name(text);
    fuzz::require(!encoded.starts_with('.') &&
                      encoded.find_first_of("/\n\x1b") == std::string::npos,
                  "an encoded name is a plain file name");
    fuzz::require(printable(encoded) == encoded, "an encoded name can be shown");
    fuzz::require(text.empty() || decode_file_name(encoded) == text,
                  "a database's name comes back");
    if (auto const decoded = decode_file_name(text)) {
        fuzz::require(encode_file_name(*decoded) == text, "there is one spelling of each name");
    }
}

void try_times(std::string const &text) {
    Time const now{std::chrono::seconds{1'768'219'200}};
    if (auto const time = parse_stamp(text)) {
        fuzz::require(format_stamp(*time) == text, "a stamp comes back");
    }
    if (auto const time = parse_iso(text)) {
        fuzz::require(format_iso(*time) == text, "an ISO time comes back");
    }
    if (auto const time = parse_time(text, now)) {
        static_cast<void>(format_local(*time));
        fuzz::require(parse_stamp(format_stamp(*time)) == time, "a typed time has a name");
    }
}

void try_units(std::string const &text) {
    if (auto const size = parse_size(text)) {
        static_cast<void>(format_size(*size));
        fuzz::require(parse_size(std::to_string(*size)) == size, "a size comes back");
    }
    if (auto const duration = parse_duration(text)) {
        fuzz::require(duration->count() >= 0, "no duration is negative");
        fuzz::require(parse_duration(std::to_string(duration->count()) + "ms") == duration,
                      "a duration comes back");
        static_cast<void>(format_duration(*duration));
    }
    fuzz::require(is_valid_utf8(printable(text)), "what can be shown is valid UTF-8");
    fuzz::require(printable(printable(text)) == printable(text), "what can be shown stays so");
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string const text{fuzz::Input{data, size}.rest()};
    try_names(text);
    try_times(text);
    try_units(text);
    return 0;
}
