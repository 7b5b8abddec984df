#include "base/redaction.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>

namespace pgkeep {

namespace {

// Below, a secret can be part of any word.
constexpr std::size_t kShortestSecret = 3;
constexpr std::size_t kLongestWord = 8;

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

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

// Behind `password=`, `PGPASSWORD=`, `PASSWORD '` and their like; in a URL; or all there is.
bool stands_as_password(std::string_view before, std::string_view after) {
    if (before.empty() && after.empty()) {
        return true;
    }
    if (before.ends_with(':') && after.starts_with('@')) {
        return true;
    }
    if (!after.empty() && (is_letter(after[0]) || is_digit(after[0]) || after[0] == '_')) {
        return false;
    }
    std::size_t const end = before.find_last_not_of(" =:'\"");
    std::string_view const name = before.substr(0, end == std::string_view::npos ? 0 : end + 1);
    if (before.substr(name.size()).find_first_of("=:'\"") == std::string_view::npos) {
        return false;
    }
    constexpr std::string_view kPassword = "password";
    return name.size() >= kPassword.size() &&
           std::equal(
               kPassword.begin(), kPassword.end(), name.end() - kPassword.size(),
               [](char expected, char c) { return expected == (is_letter(c) ? c | 0x20 : c); });
}

struct Secrets {
    std::shared_mutex mutex;
    std::vector<std::string> forms;
    std::vector<std::string> words;
};

void add_once(std::vector<std::string> &list, std::string text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) {
        list.push_back(std::move(text));
    }
}

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

bool is_ordinary_word(std::string_view secret) noexcept {
    return secret.size() < kShortestSecret ||
           (secret.size() <= kLongestWord &&
            (std::all_of(secret.begin(), secret.end(), is_letter) ||
             std::all_of(secret.begin(), secret.end(), is_digit)));
}

std::string replace_passwords(std::string_view text, std::vector<std::string> const &words) {
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (std::string const &word : words) {
            if (text.substr(at).starts_with(word) &&
                stands_as_password(text.substr(0, at), text.substr(at + word.size()))) {
                out.append(text.substr(done, at - done)).append("***");
                done = at + word.size();
                at = done - 1;
                break;
            }
        }
    }
    return out.append(text.substr(done));
}

void redact_in_log(std::string const &secret) {
    if (secret.empty()) {
        return;
    }
    Secrets &secrets = known_secrets();
    std::scoped_lock const lock{secrets.mutex};
    if (is_ordinary_word(secret)) {
        return add_once(secrets.words, secret);
    }
    for (std::string &form : secret_forms(secret)) {
        add_once(secrets.forms, std::move(form));
    }
}

std::string redacted(std::string_view text) {
    Secrets &secrets = known_secrets();
    std::shared_lock const lock{secrets.mutex};
    return replace_secrets(replace_passwords(text, secrets.words), secrets.forms);
}

} // namespace pgkeep
