#include "pg/connection_url.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/libpq_options.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace pgkeep {

namespace {

// Parameters that connection pools, drivers and ORMs read themselves. They say nothing about which
// server it is, or (schema, search_path, timeouts) set something that a backup must not depend on.
// Lower case without `_` and `-`.
constexpr auto kForeignParameters = std::to_array<std::string_view>({
    // pools
    "poolsize",
    "poolminconns",
    "poolmaxconns",
    "poolmaxconnlifetime",
    "poolmaxconnlifetimejitter",
    "poolmaxconnidletime",
    "poolhealthcheckperiod",
    "pooltimeout",
    "poolrecycle",
    "poolpreping",
    "pooluselifo",
    "poolresetonreturn",
    "poolmode",
    "pool",
    "poolmin",
    "poolmax",
    "maxoverflow",
    "minsize",
    "maxsize",
    "minpoolsize",
    "maxpoolsize",
    "maxconnections",
    "minconnections",
    "connectionlimit",
    "pgbouncer",
    "maxidle",
    "idletimeout",
    "maxlifetime",
    "maxinactiveconnectionlifetime",
    "reapingfrequency",
    "checkouttimeout",
    "connmaxage",
    "connhealthchecks",
    "supabase",
    "workaround",
    // drivers and ORMs
    "schema",
    "currentschema",
    "searchpath",
    "echo",
    "encoding",
    "charset",
    "timezone",
    "statementtimeout",
    "locktimeout",
    "commandtimeout",
    "querytimeout",
    "sockettimeout",
    "logintimeout",
    "timeout",
    "serversettings",
    "statementcachesize",
    "preparedstatementcachesize",
    "preparedstatements",
    "preparethreshold",
    "disablepreparedstatements",
    "statementcachemode",
    "statementcachecapacity",
    "descriptioncachecapacity",
    "defaultqueryexecmode",
    "preferquerymode",
    "binaryparameters",
    "binarytransfer",
    "asyncfallback",
    "sslaccept",
    "sslidentity",
    "uselibpqcompat",
    "tcpkeepalive",
    "rewritebatchedinserts",
    "stringtype",
    "defaultrowfetchsize",
    "reconnect",
    "serverversion",
});

std::string folded(std::string_view name) {
    std::string out;
    for (unsigned char const c : name) {
        if (c != '_' && c != '-') {
            out += static_cast<char>(std::tolower(c));
        }
    }
    return out;
}

// A parameter's name and value as they stand in the URL.
struct Parameter {
    std::string_view name;
    std::string_view value;
};

std::vector<Parameter> split_query(std::string_view query) {
    std::vector<Parameter> parameters;
    while (!query.empty()) {
        auto const piece = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(piece.size() + 1, query.size()));
        auto const equals = std::min(piece.find('='), piece.size());
        if (!piece.empty()) {
            parameters.push_back(
                {piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size()))});
        }
    }
    return parameters;
}

// What Python's and Node's drivers say as `ssl=`, in libpq's words.
std::optional<std::string> sslmode_of(std::string_view value) {
    auto const text = folded(value);
    if (text == "true" || text == "1" || text == "on" || text == "require" || text == "norverify") {
        return "require";
    }
    if (text == "false" || text == "0" || text == "off" || text == "disable") {
        return "disable";
    }
    if (text == "verifyfull" || text == "verifyca") {
        return text == "verifyfull" ? "verify-full" : "verify-ca";
    }
    return text == "prefer" || text == "allow" ? std::optional{text} : std::nullopt;
}

[[noreturn]] void refuse_parameter(std::string_view name) {
    auto const nearest = nearest_libpq_option(name);
    throw Error{ErrorKind::usage, "unknown parameter in the connection URL: " + printable(name),
                nearest ? "Did you mean `" + *nearest + "`?"
                        : "Remove it, or see the parameters in the documentation of libpq."};
}

// `name=value` for libpq, or nothing when it is none of its business.
std::string keep_parameter(Parameter const &parameter, std::vector<std::string> &notes) {
    if (parameter.name == "ssl") {
        auto const mode = sslmode_of(parameter.value);
        if (!mode) {
            throw Error{ErrorKind::usage,
                        "unknown value of the parameter ssl in the connection URL",
                        "Use sslmode=disable, allow, prefer, require, verify-ca or verify-full."};
        }
        return "sslmode=" + *mode;
    }
    if (folded(parameter.name) == "applicationname") {
        return {}; // ours says which of our connections it is
    }
    if (find_libpq_option(parameter.name) != nullptr) {
        return std::string{parameter.name} + '=' + std::string{parameter.value};
    }
    if (std::ranges::find(kForeignParameters, folded(parameter.name)) == kForeignParameters.end()) {
        refuse_parameter(parameter.name);
    }
    notes.push_back(
        "The parameter " + std::string{parameter.name} +
        " of the connection URL is for connection pools or other drivers and is ignored.");
    return {};
}

// A password with a `/` or `?` in it that was not encoded makes libpq take its rest for the
// database's name or a parameter, from where it would get into messages.
void require_encoded(std::string_view authority_and_path, std::string_view query) {
    auto const slash = std::min(authority_and_path.find('/'), authority_and_path.size());
    bool const has_user = authority_and_path.substr(0, slash).find('@') != std::string_view::npos;
    if (authority_and_path.find('@', slash) != std::string_view::npos ||
        (!has_user && query.find('@') != std::string_view::npos)) {
        throw Error{ErrorKind::usage,
                    "the connection URL is not valid: there is an @ behind its host",
                    std::string{kEncodeInUrlHint}};
    }
}

std::string_view scheme_of(std::string_view text) {
    auto const end = text.find("://");
    return end == std::string_view::npos ? std::string_view{} : text.substr(0, end);
}

} // namespace

bool has_url_scheme(std::string_view text) {
    auto const scheme = scheme_of(text);
    return !scheme.empty() && std::ranges::all_of(scheme, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.' || c == ':';
    });
}

bool is_postgres_url(std::string_view text) {
    auto const scheme = folded(scheme_of(text));
    auto const main = scheme.substr(0, scheme.find('+'));
    return main == "postgres" || main == "postgresql";
}

std::string normalize_url(std::string_view text, std::vector<std::string> &notes) {
    if (!is_postgres_url(text)) {
        throw Error{ErrorKind::usage,
                    "not the URL of a PostgreSQL database: " + printable(scheme_of(text)) + "://…",
                    "It must begin with postgresql:// or postgres://."};
    }
    constexpr std::string_view kBegin = "://";
    auto const rest = text.substr(text.find(kBegin) + kBegin.size());
    auto const place = rest.substr(0, rest.find('?'));
    auto const query = rest.substr(std::min(place.size() + 1, rest.size()));
    require_encoded(place, query);
    std::string url = "postgresql://" + std::string{place};
    char separator = '?';
    for (auto const &parameter : split_query(query)) {
        auto const kept = keep_parameter(parameter, notes);
        if (!kept.empty()) {
            url += separator + kept;
            separator = '&';
        }
    }
    return url;
}

} // namespace pgkeep
