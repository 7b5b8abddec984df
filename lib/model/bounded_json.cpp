#include "model/bounded_json.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

// Brackets inside of strings do not count.
std::size_t depth_of(std::string_view text) noexcept {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (in_string) {
            i += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

} // namespace

nlohmann::json parse_bounded_json(std::string_view text, std::size_t longest) {
    if (text.size() > longest || depth_of(text) > kDeepestJson) {
        return nlohmann::json(nlohmann::json::value_t::discarded); // braces would make a list of it
    }
    return nlohmann::json::parse(text, nullptr, false);
}

} // namespace pgkeep
