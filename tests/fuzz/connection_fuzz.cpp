// Connection strings, URLs, env files, and what a server says: a password is never repeated.

#include "pg/connection_settings.hpp"
#include "pg/connection_url.hpp"
#include "pg/server_message.hpp"
#include "pg/text_array.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

void try_connection(std::string const &text) {
    std::vector<std::string> notes;
    fuzz::accepts([&] {
        ConnectionSettings const settings = parse_connection(text, notes);
        std::string const shown = settings.describe();
        fuzz::require_bearable(shown);
        std::string const password = settings.get("password");
        fuzz::require(password.size() < 12 || shown.find(password) == std::string::npos ||
                          text.find(password) != text.rfind(password),
                      "a description has no password");
        static_cast<void>(settings.environment());
    });
    for (std::string const &note : notes) {
        fuzz::require_bearable(note);
    }
}

void try_url(std::string const &text) {
    std::vector<std::string> notes;
    static_cast<void>(has_url_scheme(text));
    fuzz::accepts([&] {
        std::string const once = normalize_url(text, notes);
        fuzz::require(is_postgres_url(once), "a normal URL is one");
        std::vector<std::string> more;
        fuzz::require(normalize_url(once, more) == once && more.empty(),
                      "what is normal stays as it is");
    });
}

void try_env_file(std::string const &text) {
    fuzz::accepts([&] {
        std::size_t total = 0;
        for (auto const &[name, value] : parse_env_file(text, ".env")) {
            fuzz::require(!name.empty() && name.find_first_of(" =\n\"'") == std::string::npos,
                          "a name is a word");
            total += name.size() + value.size();
        }
        fuzz::require(total <= text.size(), "values are made of the text");
    });
    std::string quoted;
    for (char const c : text) {
        quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
    auto const values = parse_env_file("A=\"" + quoted + "\"\n", ".env");
    fuzz::require(values.at("A") == text, "a quoted value comes back");
}

void try_server(std::string const &text) {
    for (auto const &message : {explain_connect_failure(text), explain_lost_connection(text)}) {
        fuzz::require_bearable(message.text);
        fuzz::require_bearable(message.hint);
    }
    fuzz::accepts([&] {
        auto const elements = parse_text_array(text);
        fuzz::require(parse_text_array(format_text_array(elements)) == elements,
                      "an array comes back");
    });
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string const text{fuzz::Input{data, size}.rest()};
    try_connection(text);
    try_url(text);
    try_env_file(text);
    try_server(text);
    return 0;
}
