// Reads the exposition format 0.0.4 of Prometheus, strictly: every sample has its HELP and TYPE
// before it, samples of one metric stand together, and none stands twice.
//
// Thread-safety: pure functions.

#pragma once

#include <cctype>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace pgkeep {

// Values by name and by labels, as `name=value;` each.
using Metrics = std::map<std::string, std::map<std::string, double>>;

namespace metrics_parser {

// `at` stands behind the opening quote, and behind the closing one afterwards.
inline std::string label_value(std::string const &text, std::size_t &at) {
    std::string value;
    for (; text.at(at) != '"'; ++at) {
        if (text[at] == '\n') {
            throw std::runtime_error{"a newline in a label"};
        }
        if (text[at] != '\\') {
            value += text[at];
            continue;
        }
        char const escaped = text.at(++at);
        if (escaped != 'n' && escaped != '"' && escaped != '\\') {
            throw std::runtime_error{"an unknown escape in a label"};
        }
        value += escaped == 'n' ? '\n' : escaped;
    }
    ++at;
    return value;
}

inline std::string word(std::string const &text, std::size_t &at) {
    std::string word;
    while (std::isalnum(static_cast<unsigned char>(text.at(at))) != 0 || text[at] == '_') {
        word += text[at++];
    }
    return word;
}

inline void expect(std::string const &text, std::size_t &at, std::string const &what) {
    if (text.compare(at, what.size(), what) != 0) {
        throw std::runtime_error{"expected \"" + what + "\" at: " + text.substr(at, 60)};
    }
    at += what.size();
}

inline std::string labels(std::string const &text, std::size_t &at) {
    std::string all;
    if (text.at(at) != '{') {
        return all;
    }
    do {
        all += word(text, ++at) + '=';
        expect(text, at, "=\"");
        all += label_value(text, at) + ';';
    } while (text.at(at) == ',');
    expect(text, at, "}");
    return all;
}

} // namespace metrics_parser

// Throws std::exception with what is wrong.
inline Metrics parse_metrics(std::string const &text) {
    using namespace metrics_parser;
    Metrics metrics;
    for (std::size_t at = 0; at < text.size();) {
        expect(text, at, "# HELP ");
        std::string const name = word(text, at);
        at = text.find('\n', at) + 1;
        expect(text, at, "# TYPE " + name + " gauge\n");
        if (metrics.contains(name)) {
            throw std::runtime_error{name + " stands twice"};
        }
        while (at < text.size() && text[at] != '#') {
            expect(text, at, name);
            std::string const label = labels(text, at);
            expect(text, at, " ");
            std::size_t const end = text.find('\n', at);
            if (end == std::string::npos) {
                throw std::runtime_error{"the last line has no end"};
            }
            if (!metrics[name].emplace(label, std::stod(text.substr(at, end - at))).second) {
                throw std::runtime_error{name + " has a sample twice"};
            }
            at = end + 1;
        }
    }
    return metrics;
}

} // namespace pgkeep
