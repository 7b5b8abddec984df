// Classes of characters in SQL, as the scanners of the server and of psql divide them. Bytes above
// 127 are letters in every encoding. For those who read scripts, here and in lib/restore.
//
// Thread-safety: pure functions.

#pragma once

#include <string_view>

namespace pgkeep {

[[nodiscard]] constexpr bool is_sql_space(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

// What ends a comment that began with two dashes.
inline constexpr std::string_view kLineEnds = "\n\r";

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

// What a word or the tag of a dollar quote may begin with.
[[nodiscard]] constexpr bool is_tag_start(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

[[nodiscard]] constexpr bool is_word_character(char c) noexcept {
    return is_tag_start(c) || is_digit(c) || c == '$';
}

[[nodiscard]] constexpr char lower_ascii(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace pgkeep
