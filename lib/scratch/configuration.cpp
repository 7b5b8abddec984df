#include "scratch/configuration.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <fmt/format.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>

namespace pgkeep {
namespace {

constexpr char const *kServerSettings = "postgresql.conf";

std::map<std::string, std::string> const &fast_settings() {
    static std::map<std::string, std::string> const settings{
        {"fsync", "off"},
        {"synchronous_commit", "off"},
        {"full_page_writes", "off"},
        {"shared_buffers", "128MB"},
        {"max_connections", "100"},
        {"max_wal_size", "2GB"},
        {"checkpoint_timeout", "30min"},
        {"listen_addresses", ""},
        // Files in the data folder: /dev/shm is small in containers, and nothing of ours should
        // outlive the folder.
        {"dynamic_shared_memory_type", "mmap"},
        {"logging_collector", "off"},
        {"log_destination", "stderr"},
    };
    return settings;
}

std::string config_value(std::string_view value) {
    std::string result = "'";
    for (char const c : value) {
        result += c;
        if (c == '\'' || c == '\\') {
            result += c;
        }
    }
    return result + "'";
}

} // namespace

std::string configuration_path(std::string const &folder) {
    return folder + "/" + kServerSettings;
}

std::string configuration_text(std::string const &folder, std::string const &port,
                               std::map<std::string, std::string> const &settings) {
    std::map<std::string, std::string> all = settings;
    all.insert(fast_settings().begin(), fast_settings().end());
    all["port"] = port;
    all["unix_socket_directories"] = folder;
    std::string text = "include = " + config_value(folder + "/data/postgresql.conf") + "\n";
    for (auto const &[name, value] : all) {
        text += fmt::format("{} = {}\n", name, config_value(value));
    }
    return text;
}

void write_configuration(ScratchFolder const &folder, std::string const &port,
                         std::map<std::string, std::string> const &settings) {
    std::string const path = configuration_path(folder.path());
    FileDescriptor const fd = folder.create_file(kServerSettings);
    // The server's user reads it; the folder keeps everyone else out.
    if (::fchmod(fd.get(), 0644) != 0) {
        throw system_error(errno, "cannot create " + path);
    }
    write_all(fd.get(), as_bytes(configuration_text(folder.path(), port, settings)), path);
}

void require_locale(std::string const &locale) {
    locale_t const found = ::newlocale(LC_ALL_MASK, locale.c_str(), nullptr);
    if (found == nullptr) {
        throw Error{
            ErrorKind::not_found, "the locale " + locale + " is not installed on this machine",
            "Install it (on Debian and Ubuntu: locale-gen) or choose another one, such as C."};
    }
    ::freelocale(found);
}

std::vector<std::string> postgres_variables() {
    std::vector<std::string> names;
    for (char **entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        std::string_view const name = text.substr(0, text.find('='));
        if (name == "DATABASE_URL" || (name.starts_with("PG") && !name.starts_with("PGKEEP"))) {
            names.emplace_back(name);
        }
    }
    return names;
}

} // namespace pgkeep
