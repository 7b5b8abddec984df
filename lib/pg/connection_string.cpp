#include "base/error.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "pg/connection_settings.hpp"
#include "pg/connection_url.hpp"
#include "pg/libpq_options.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

namespace pgkeep {

namespace {

// libpq's messages quote pieces of the text, which may be pieces of a password.
std::string without_quotations(std::string_view text) {
    std::string out;
    bool quoted = false;
    for (char const c : text) {
        if (c == '"') {
            quoted = !quoted;
            out += quoted ? "\"…\"" : "";
        } else if (!quoted && c != '\n') {
            out += c;
        }
    }
    return out;
}

// The first thing in quotation marks, when it looks like a keyword and is near to one, so that it
// is no secret.
std::optional<std::string> misspelt_keyword(std::string_view text) {
    constexpr std::string_view kBegins = "invalid connection option \"";
    if (!text.starts_with(kBegins)) {
        return std::nullopt;
    }
    auto const name = text.substr(kBegins.size(), text.find('"', kBegins.size()) - kBegins.size());
    return nearest_libpq_option(name) ? std::optional{std::string{name}} : std::nullopt;
}

[[noreturn]] void refuse(std::string_view libpq_text, bool url) {
    if (auto const name = misspelt_keyword(libpq_text)) {
        throw Error{ErrorKind::usage,
                    "unknown keyword in the connection string: " + printable(*name),
                    "Did you mean `" + *nearest_libpq_option(*name) + "`?"};
    }
    throw Error{ErrorKind::usage,
                std::string{url ? "the connection URL" : "the connection string"} +
                    " is not valid: " + printable(without_quotations(libpq_text)),
                url ? std::string{kEncodeInUrlHint}
                    : "Write it as `key=value key='value with spaces'`, or give a name or a URL."};
}

bool is_port(std::string_view text) {
    unsigned number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return text.empty() || (error == std::errc{} && end == text.data() + text.size() &&
                            number > 0 && number < 65536);
}

// Where a password with `@` or `/` in it ends up when it was not encoded.
void require_plausible(ConnectionSettings const &settings) {
    if (settings.get("host").find('@') != std::string::npos) {
        throw Error{ErrorKind::usage,
                    "the connection URL is not valid: there is an @ in the host name",
                    std::string{kEncodeInUrlHint}};
    }
    auto const ports = settings.get("port");
    for (std::size_t at = 0; at <= ports.size();) {
        auto const end = std::min(ports.find(',', at), ports.size());
        if (!is_port(std::string_view{ports}.substr(at, end - at))) {
            throw Error{ErrorKind::usage, "the port is not a number from 1 to 65535",
                        std::string{kEncodeInUrlHint}};
        }
        at = end + 1;
    }
}

ConnectionSettings parse_with_libpq(std::string const &text, bool url) {
    char *message = nullptr;
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const all{
        PQconninfoParse(text.c_str(), &message), &PQconninfoFree};
    std::unique_ptr<char, decltype(&PQfreemem)> const owned{message, &PQfreemem};
    if (all == nullptr) {
        refuse(message == nullptr ? "out of memory" : message, url);
    }
    ConnectionSettings settings;
    for (auto const *option = all.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr && option->val[0] != '\0') {
            settings.keywords[option->keyword] = option->val;
            if (option->dispchar != nullptr && option->dispchar[0] == '*') {
                redact_in_log(option->val);
            }
        }
    }
    return settings;
}

} // namespace

ConnectionSettings parse_connection(std::string_view text, std::vector<std::string> &notes) {
    if (text.find('\0') != std::string_view::npos) {
        throw Error{ErrorKind::usage, "the connection string has a zero byte in it"};
    }
    if (has_url_scheme(text)) {
        auto settings = parse_with_libpq(normalize_url(text, notes), true);
        require_plausible(settings);
        return settings;
    }
    if (text.find('=') != std::string_view::npos) {
        return parse_with_libpq(std::string{text}, false);
    }
    ConnectionSettings settings;
    if (!text.empty()) {
        settings.keywords["dbname"] = text;
    }
    return settings;
}

} // namespace pgkeep
