#include "model/archive_name.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace pgkeep {

namespace {

constexpr std::array<std::pair<ArchiveKind, std::string_view>, 3> kKinds{{
    {ArchiveKind::backup, "backup"},
    {ArchiveKind::safety, "safety"},
    {ArchiveKind::globals, "globals"},
}};

constexpr std::string_view kSuffix = ".sql.gz";
constexpr std::string_view kSafetySuffix = ".safety.sql.gz";
constexpr std::size_t kStampSize = 15; // YYYYMMDD_HHMMSS

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

std::optional<unsigned> hex_digit(char c) noexcept {
    auto const digit = std::string_view{"0123456789ABCDEF"}.find(c);
    return digit == std::string_view::npos ? std::nullopt
                                           : std::optional{static_cast<unsigned>(digit)};
}

} // namespace

std::string_view to_string(ArchiveKind kind) noexcept {
    return kKinds.at(static_cast<std::size_t>(kind)).second;
}

std::optional<ArchiveKind> parse_archive_kind(std::string_view text) noexcept {
    for (auto const &[kind, name] : kKinds) {
        if (text == name) {
            return kind;
        }
    }
    return std::nullopt;
}

std::string encode_file_name(std::string_view database) {
    std::string encoded;
    for (char const c : database) {
        bool const hidden = c == '.' && encoded.empty();
        if (is_plain(c) && !hidden) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

std::optional<std::string> decode_file_name(std::string_view encoded) {
    std::string name;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] != '%') {
            name += encoded[i];
            continue;
        }
        if (encoded.size() - i < 3) {
            return std::nullopt;
        }
        auto const high = hex_digit(encoded[i + 1]);
        auto const low = hex_digit(encoded[i + 2]);
        if (!high || !low) {
            return std::nullopt;
        }
        name += static_cast<char>(*high << 4 | *low);
        i += 2;
    }
    // Only the one spelling that encode_file_name() writes is a name of ours.
    return !name.empty() && encode_file_name(name) == encoded ? std::optional{name} : std::nullopt;
}

std::string format_archive_name(ArchiveName const &name) {
    std::string const stem =
        name.kind == ArchiveKind::globals ? "globals" : encode_file_name(name.database);
    return fmt::format("{}_{}{}", stem, format_stamp(name.time),
                       name.kind == ArchiveKind::safety ? kSafetySuffix : kSuffix);
}

std::optional<ArchiveName> parse_archive_name(std::string_view file_name) {
    ArchiveName name;
    if (file_name.ends_with(kSafetySuffix)) {
        name.kind = ArchiveKind::safety;
        file_name.remove_suffix(kSafetySuffix.size());
    } else if (file_name.ends_with(kSuffix)) {
        file_name.remove_suffix(kSuffix.size());
    } else {
        return std::nullopt;
    }
    if (file_name.size() < kStampSize + 2 || file_name[file_name.size() - kStampSize - 1] != '_') {
        return std::nullopt;
    }
    auto const time = parse_stamp(file_name.substr(file_name.size() - kStampSize));
    auto const database = decode_file_name(file_name.substr(0, file_name.size() - kStampSize - 1));
    if (!time || !database) {
        return std::nullopt;
    }
    name.time = *time;
    name.database = *database;
    return name;
}

} // namespace pgkeep
