#include "restore/name_matcher.hpp"

#include "base/error.hpp"
#include "model/name_pattern.hpp"
#include "model/sql_text.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kShownNames = 3;

// How many bytes the character that begins with `first` has, in valid UTF-8.
std::size_t utf8_size(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

std::wstring characters(std::string_view text) {
    std::wstring wide;
    bool const utf8 = is_valid_utf8(text);
    for (std::size_t i = 0; i < text.size();) {
        auto const first = static_cast<unsigned char>(text[i]);
        std::size_t const size = utf8 ? utf8_size(first) : 1;
        std::uint32_t value = size == 1 ? first : first & (0xffU >> (size + 1));
        for (std::size_t k = 1; k < size; ++k) {
            value = value << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        }
        wide += static_cast<wchar_t>(value);
        i += size;
    }
    return wide;
}

// PostgreSQL's `.` is any character, ECMAScript's none that ends a line.
std::wstring with_any_dots(std::wstring_view regex) {
    std::wstring out;
    bool in_brackets = false;
    for (std::size_t i = 0; i < regex.size(); ++i) {
        wchar_t const c = regex[i];
        if (c == L'\\' && i + 1 < regex.size()) {
            out += c;
            out += regex[++i];
            continue;
        }
        if (c == L'.' && !in_brackets) {
            out += L"[\\s\\S]";
            continue;
        }
        in_brackets = in_brackets ? c != L']' : c == L'[';
        out += c;
    }
    return out;
}

std::wregex compile(std::string const &regex, std::string const &pattern) {
    try {
        return std::wregex{with_any_dots(characters(regex))};
    } catch (std::regex_error const &) {
        throw Error{ErrorKind::usage, "improper name pattern: " + printable(pattern),
                    "Write characters that have a meaning in patterns, such as ( or [, inside "
                    "double quotes."};
    }
}

NamePattern parse_for(std::string const &pattern, std::string const &database) {
    NamePattern parsed = parse_table_pattern(pattern);
    if (parsed.database && *parsed.database != database) {
        throw Error{ErrorKind::usage,
                    "the pattern " + printable(pattern) + " is for database \"" +
                        printable(*parsed.database) + "\", the archive is of \"" +
                        printable(database) + "\"",
                    "Leave the database's name out, or choose an archive of that database."};
    }
    return parsed;
}

// Without quotes, schema and wildcards.
std::string bare(std::string_view pattern) {
    std::string out;
    for (char const c : pattern.substr(pattern.rfind('.') + 1)) {
        if (std::string_view{"\"*?"}.find(c) == std::string_view::npos) {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return out;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row.back();
}

} // namespace

TableMatcher::TableMatcher(std::string pattern, std::string const &database)
    : pattern_(std::move(pattern)) {
    NamePattern const parsed = parse_for(pattern_, database);
    if (parsed.schema_regex) {
        schema_ = compile(*parsed.schema_regex, pattern_);
    }
    table_ = compile(parsed.name_regex, pattern_);
}

bool TableMatcher::matches(std::string_view schema, std::string_view table) const {
    return (!schema_ || std::regex_match(characters(schema), *schema_)) &&
           std::regex_match(characters(table), table_);
}

SchemaMatcher::SchemaMatcher(std::string pattern)
    : pattern_(std::move(pattern)), schema_(compile(parse_name_pattern(pattern_), pattern_)) {
}

bool SchemaMatcher::matches(std::string_view schema) const {
    return std::regex_match(characters(schema), schema_);
}

std::string nearest_names(std::string_view pattern, std::vector<std::string> const &names) {
    std::string const wanted = bare(pattern);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (std::string const &name : names) {
        std::string const shown = bare(name);
        bool const inside = !wanted.empty() && (shown.find(wanted) != std::string::npos ||
                                                wanted.find(shown) != std::string::npos);
        std::size_t const far = inside ? 0 : distance(wanted, shown);
        if (far <= std::max<std::size_t>(wanted.size(), 3) / 2) {
            near.emplace_back(far, name);
        }
    }
    std::sort(near.begin(), near.end());
    near.resize(std::min(near.size(), kShownNames));
    std::string sentence;
    for (auto const &[far, name] : near) {
        sentence += (sentence.empty() ? "The nearest names are " : ", ") + printable(name);
    }
    return sentence.empty() ? sentence : sentence + ".";
}

} // namespace pgkeep
