#include "model/manifest_json.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "model/bounded_json.hpp"
#include "model/sql_text.hpp"

#include <optional>

namespace pgkeep {

namespace {

using nlohmann::json;

[[noreturn]] void refuse(char const *name, char const *expected) {
    throw Error{ErrorKind::damaged, "field \"" + printable(name) + "\" is not " + expected};
}

std::optional<std::string> from_hex(std::string_view hex) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (hex.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        auto const high = kDigits.find(hex[i]);
        auto const low = kDigits.find(hex[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return std::nullopt;
        }
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

} // namespace

json bytes_to_json(std::string_view bytes) {
    if (is_valid_utf8(bytes)) {
        return std::string{bytes};
    }
    return {{"hex", to_hex(as_bytes(bytes))}};
}

json list_to_json(std::vector<std::string> const &list) {
    json array = json::array();
    for (std::string const &element : list) {
        array.push_back(bytes_to_json(element));
    }
    return array;
}

void add_proof(json &line, RowDigest const &proof) {
    line["rows"] = proof.rows;
    line["bytes"] = proof.bytes;
    line["hash"] = to_hex(proof.hash);
}

json const &field(json const &line, char const *name) {
    auto const found = line.find(name);
    if (found == line.end()) {
        throw Error{ErrorKind::damaged, std::string{"field \""} + name + "\" is missing"};
    }
    return *found;
}

std::string bytes_of(json const &value, char const *name) {
    std::optional<std::string> bytes;
    if (value.is_string()) {
        bytes = value.get<std::string>();
    } else if (value.is_object() && value.contains("hex") && value["hex"].is_string()) {
        bytes = from_hex(value["hex"].get_ref<std::string const &>());
    }
    // PostgreSQL has no text with a zero byte, and a C interface would cut it.
    if (!bytes || bytes->find('\0') != std::string::npos) {
        refuse(name, "a text");
    }
    return *bytes;
}

std::string bytes_field(json const &line, char const *name) {
    return bytes_of(field(line, name), name);
}

std::vector<std::string> list_field(json const &line, char const *name) {
    json const &array = field(line, name);
    if (!array.is_array()) {
        refuse(name, "a list");
    }
    std::vector<std::string> list;
    list.reserve(array.size());
    for (json const &element : array) {
        list.push_back(bytes_of(element, name));
    }
    return list;
}

bool bool_field(json const &line, char const *name) {
    json const &value = field(line, name);
    if (!value.is_boolean()) {
        refuse(name, "true or false");
    }
    return value.get<bool>();
}

std::int64_t int_field(json const &line, char const *name, std::int64_t lowest) {
    auto const number = whole_number<std::int64_t>(field(line, name));
    if (!number || *number < lowest) {
        refuse(name, "a whole number in its range");
    }
    return *number;
}

std::uint64_t count_field(json const &line, char const *name, std::uint64_t highest) {
    auto const number = whole_number<std::uint64_t>(field(line, name));
    if (!number || *number > highest) {
        refuse(name, "a count in its range");
    }
    return *number;
}

RowDigest proof_of(json const &line) {
    RowDigest proof;
    proof.rows = count_field(line, "rows");
    proof.bytes = count_field(line, "bytes");
    json const &text = field(line, "hash");
    auto const hash =
        text.is_string() ? parse_hash128(text.get_ref<std::string const &>()) : std::nullopt;
    if (!hash) {
        refuse("hash", "32 hexadecimal digits");
    }
    proof.hash = *hash;
    return proof;
}

} // namespace pgkeep
