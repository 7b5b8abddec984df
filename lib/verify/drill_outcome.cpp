#include "verify/drill_outcome.hpp"

#include "model/sql_text.hpp"
#include "pg/connection.hpp"
#include "restore/proof.hpp"

#include <algorithm>
#include <array>

namespace pgkeep {
namespace {

struct Lack {
    std::string_view phrase; // of the server, in English
    std::string_view remedy;
};

constexpr std::string_view kMakeRoom =
    "Make room on this machine's disk, or choose another folder with TMPDIR.";
constexpr std::string_view kLocale =
    "Install the locale on this machine (on Debian with locale-gen).";

constexpr auto kLacks = std::to_array<Lack>({
    {"No space left on device", kMakeRoom},
    {"Check free disk space", kMakeRoom},
    {"could not extend file", kMakeRoom}, // with `wrote only 4096 of 8192 bytes`, without a reason
    {"Disk quota exceeded", kMakeRoom},
    {"could not open extension control file", "Install the extension's package on this machine."},
    {"\" is not available", "Install the extension's package on this machine."},
    {"could not access file \"$libdir/", "Install the package of this library on this machine."},
    {"could not load library", "Install the package of this library on this machine."},
    {"shared_preload_libraries",
     "The extension wants to be loaded with the server, which a drill does not do: restore into a "
     "server of your own that does."},
    {"could not create locale", kLocale},
    {"invalid locale name", kLocale},
    {"could not open collator for locale", kLocale},
    {"ICU is not supported in this build", "Install a server that was built with ICU."},
    {"could not open dictionary file", "Install the dictionary on this machine."},
    {"could not open stop-word file", "Install the dictionary on this machine."},
    {"could not open thesaurus file", "Install the dictionary on this machine."},
    {"pg_restore failed (signal 9",
     "The machine ran out of memory, it seems: use fewer --jobs, or another machine."},
    {"terminated by signal 9",
     "The machine ran out of memory, it seems: use fewer --jobs, or another machine."},
});

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Of COLLATE in a table, when the locale was not there as initdb looked for them.
bool lacks_collation(std::string_view said) {
    return contains(said, "collation \"") && contains(said, "\" for encoding \"") &&
           contains(said, "does not exist");
}

// In a script of others, where roles are not known before.
bool lacks_role(std::string_view said) {
    return contains(said, "role \"") && contains(said, "\" does not exist");
}

// Why a connection was lost, as far as the server could still say it.
bool is_crash(std::string_view server_error) {
    return server_error.starts_with("PANIC:") || contains(server_error, "was terminated by signal");
}

// pg_restore repeats the statement, which may hold any words, and whose length may push the error
// out of what is kept.
std::string what_was_said(Error const &error, ServerState const &server) {
    if (auto const *of_server = dynamic_cast<PgError const *>(&error)) {
        bool const crashed = error.kind() == ErrorKind::connection && is_crash(server.last_error);
        return crashed ? server.last_error : of_server->server_text();
    }
    std::string said = error.what();
    said.resize(std::min(said.find("Command was:"), said.size()));
    bool const lost = contains(said, "pg_restore") && !contains(said, "ERROR:");
    return lost && !server.last_error.empty() ? server.last_error : said;
}

std::string one_line(std::string_view text) {
    std::string line;
    for (char const c : text.substr(0, text.find_last_not_of('\n') + 1)) {
        line += c == '\n' ? std::string{"; "} : std::string{c};
    }
    return line;
}

std::string with_hint(std::string const &said, std::string_view hint) {
    std::string const text = one_line(said);
    return hint.empty() ? text : text + ". " + std::string{hint};
}

Finding finding_of_invalid(std::string const &sentence) {
    constexpr std::string_view kEnd = " is invalid";
    std::string object = sentence;
    if (object.ends_with(kEnd)) {
        object.resize(object.size() - kEnd.size());
    }
    return {std::nullopt, object, "it is invalid in the restored database"};
}

} // namespace

std::string name_of_step(std::optional<RestoreStep> done, bool is_script) {
    if (!done) {
        return "archive";
    }
    switch (*done) {
    case RestoreStep::preflight:
    case RestoreStep::safety:
        return "database";
    case RestoreStep::created:
        return is_script ? "script" : "pre-data";
    case RestoreStep::pre_data:
        return "data";
    case RestoreStep::loaded:
        return "post-data";
    case RestoreStep::post_data:
        return "proof";
    case RestoreStep::proven:
    case RestoreStep::properties:
    case RestoreStep::swapped:
        return "properties of the database";
    }
    return "archive";
}

std::optional<std::string> why_untried(Error const &error, ServerState const &server) {
    std::string const said = what_was_said(error, server);
    bool const lost = error.kind() == ErrorKind::connection;
    if (error.kind() == ErrorKind::no_space || (lost && server.disk_is_full)) {
        return with_hint(said, kMakeRoom);
    }
    // What was seen of the archive before counts; a restore that was cut off says nothing of it.
    if (server.was_shut_down && error.kind() != ErrorKind::differs &&
        error.kind() != ErrorKind::damaged) {
        return with_hint("somebody shut the server of the drill down while it ran",
                         "Drill the archive again, and look for what sends signals to servers.");
    }
    for (Lack const &lack : kLacks) {
        if (contains(said, lack.phrase)) {
            return with_hint(said, lack.remedy);
        }
    }
    if (lacks_collation(said)) {
        return with_hint(said, kLocale);
    }
    if (!server.roles_are_known && lacks_role(said)) {
        return with_hint(said, "A dump of others does not say which roles it needs: restore it "
                               "into a server of your own that has them.");
    }
    return std::nullopt;
}

std::optional<std::string> why_not_started(Error const &error) {
    if (error.kind() == ErrorKind::damaged || error.kind() == ErrorKind::differs) {
        return std::nullopt;
    }
    return with_hint(error.what(), error.hint());
}

std::vector<Finding> findings_of(Error const &error, std::string const &object,
                                 ServerState const &server) {
    auto const *failed = dynamic_cast<ProofError const *>(&error);
    if (failed == nullptr) {
        std::string text = error.what();
        std::string const said = what_was_said(error, server);
        if (!contains(text, said)) {
            text = said + " (" + text + ")";
        }
        return {{std::nullopt, object, text}};
    }
    std::vector<Finding> findings;
    for (std::string const &sentence : failed->proof().invalid) {
        findings.push_back(finding_of_invalid(sentence));
    }
    for (Difference const &difference : failed->proof().differences) {
        findings.push_back({std::nullopt, difference.object,
                            "the archive has " + difference.expected + ", the restored database " +
                                difference.found});
    }
    return findings;
}

} // namespace pgkeep
