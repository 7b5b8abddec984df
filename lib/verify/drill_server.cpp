#include "verify/drill_server.hpp"

#include "base/error.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

namespace pgkeep {
namespace {

// Less than two segments of the write-ahead log.
constexpr std::uint64_t kNextToNothing = 32 << 20;

// libpq reads these, and has no value of the keyword that would say "none".
constexpr std::array<char const *, 4> kMisleading{"PGHOSTADDR", "PGSERVICE", "PGREQUIREPEER",
                                                  "PGREQUIREAUTH"};

std::map<std::string, std::string> drill_settings() {
    return {
        // Rows that are loaded into a table of the same transaction are not logged.
        {"wal_level", "minimal"},
        {"max_wal_senders", "0"},
        {"autovacuum", "off"},
        // Where no memory may be both written and executed (MemoryDenyWriteExecute= of systemd), a
        // statement that is compiled fails, and a good archive with it.
        {"jit", "off"},
        // A subscription of the archive must not call its publisher.
        {"max_logical_replication_workers", "0"},
        // One lock for each table of the archive, in several sessions.
        {"max_locks_per_transaction", "512"},
        // The log is read for errors: without the statements, which may hold anything.
        {"log_min_error_statement", "panic"},
        {"log_line_prefix", ""},
    };
}

void for_each_line(std::string_view text, std::function<void(std::string_view line)> const &work) {
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        work(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

} // namespace

void require_usable_environment() {
    for (char const *name : kMisleading) {
        char const *value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            throw Error{ErrorKind::configuration,
                        std::string{"the variable "} + name +
                            " is set, which would keep connections away from the drill's server",
                        "Run the drill without it (env -u " + std::string{name} + " …)."};
        }
    }
}

std::unique_ptr<ScratchServer> start_drill_server(DrillSubject const &subject,
                                                  DrillOptions const &options,
                                                  std::stop_token const &token) {
    ScratchOptions scratch;
    scratch.bindir = options.bindir;
    scratch.minimum_major = subject.server_major;
    scratch.parent_folder = options.parent_folder;
    scratch.encoding = subject.encoding;
    scratch.settings = drill_settings();
    return std::make_unique<ScratchServer>(std::move(scratch), token);
}

ConnectionSettings drill_connection(ScratchServer const &server) {
    ConnectionSettings settings;
    settings.keywords = {{"host", server.socket_folder()},
                         {"port", server.port()},
                         {"user", server.user()},
                         {"dbname", "postgres"},
                         {"options", "-c client_min_messages=warning"},
                         {"sslmode", "disable"},
                         {"gssencmode", "disable"},
                         {"channel_binding", "disable"},
                         {"target_session_attrs", "any"},
                         {"connect_timeout", "60"}};
    return settings;
}

std::string last_server_error(std::string_view log_text) {
    std::string last;
    for_each_line(log_text, [&](std::string_view line) {
        bool const is_error = line.starts_with("ERROR:") || line.starts_with("FATAL:") ||
                              line.starts_with("PANIC:") ||
                              line.find("was terminated by signal") != std::string_view::npos;
        // What other sessions hear when one crashes, or when we end them, explains nothing.
        bool const is_echo = line.find("terminating connection") != std::string_view::npos ||
                             line.find("is in recovery mode") != std::string_view::npos;
        if (is_error && !is_echo) {
            last = line;
        }
    });
    return last;
}

bool was_shut_down(std::string_view log_text) {
    bool found = false;
    for_each_line(log_text, [&](std::string_view line) {
        found =
            found || (line.starts_with("LOG:  received ") && line.ends_with(" shutdown request"));
    });
    return found;
}

bool disk_is_full(ScratchServer const &server) {
    struct statvfs disk {};
    return ::statvfs(server.folder().c_str(), &disk) == 0 &&
           static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize < kNextToNothing;
}

} // namespace pgkeep
