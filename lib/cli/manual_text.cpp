#include "cli/manual_text.hpp"

#include <cctype>

namespace pgkeep {

std::vector<std::string_view> paragraphs(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        std::size_t const end = text.find("\n\n");
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 2);
    }
}

std::string describe_option(OptionSpec const &option) {
    std::string text{option.summary};
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    text.append(". ").append(option.details);
    if (!option.default_text.empty()) {
        text.append(" Default: ").append(option.default_text).append(".");
    }
    if (option.repeatable) {
        text.append(" May be given more than once.");
    }
    return text;
}

} // namespace pgkeep
