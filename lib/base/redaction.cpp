#include "base/redaction.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>

namespace pgkeep {

namespace {

constexpr std::size_t kShortestSecret = 3;

// Encoders differ in what they leave as it is: RFC 3986 keeps only its unreserved characters, those
// that encode a whole URL also its sub-delimiters.
std::string percent_encoded(std::string_view text, std::string_view also_kept, bool upper_case) {
    std::string out;
    for (char const c : text) {
        bool const letter_or_digit =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter_or_digit || also_kept.find(c) != std::string_view::npos) {
            out += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out += upper_case ? fmt::format("%{:02X}", byte) : fmt::format("%{:02x}", byte);
        }
    }
    return out;
}

std::string backslash_escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c == '\'' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

struct Secrets {
    std::shared_mutex mutex;
    std::vector<std::string> forms;
};

Secrets &known_secrets() {
    static Secrets secrets;
    return secrets;
}

} // namespace

std::vector<std::string> secret_forms(std::string_view secret) {
    std::vector<std::string> forms{std::string{secret}, backslash_escaped(secret)};
    for (std::string_view const kept : {"-._~", "-._~!$&'()*+,;=", "-._*"}) {
        forms.push_back(percent_encoded(secret, kept, true));
        forms.push_back(percent_encoded(secret, kept, false));
    }
    std::sort(forms.begin(), forms.end());
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    return forms;
}

std::string replace_secrets(std::string_view text, std::vector<std::string> const &secrets) {
    std::string out;
    while (!text.empty()) {
        std::size_t at = std::string_view::npos;
        std::size_t length = 0;
        for (std::string const &secret : secrets) {
            std::size_t const found = text.find(secret);
            if (found < at ||
                (found == at && found != std::string_view::npos && secret.size() > length)) {
                at = found;
                length = secret.size();
            }
        }
        if (at == std::string_view::npos) {
            break;
        }
        out.append(text.substr(0, at)).append("***");
        text.remove_prefix(at + length);
    }
    return out.append(text);
}

void redact_in_log(std::string const &secret) {
    if (secret.size() < kShortestSecret) {
        return;
    }
    Secrets &secrets = known_secrets();
    std::scoped_lock const lock{secrets.mutex};
    for (std::string &form : secret_forms(secret)) {
        if (std::find(secrets.forms.begin(), secrets.forms.end(), form) == secrets.forms.end()) {
            secrets.forms.push_back(std::move(form));
        }
    }
}

std::string redacted(std::string_view text) {
    Secrets &secrets = known_secrets();
    std::shared_lock const lock{secrets.mutex};
    return replace_secrets(text, secrets.forms);
}

} // namespace pgkeep
