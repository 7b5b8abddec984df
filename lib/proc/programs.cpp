#include "proc/programs.hpp"

#include "base/error.hpp"
#include "proc/child.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string_view>

namespace pgkeep {
namespace {

namespace fs = std::filesystem;

// `<parent>/<entry>/bin` for every entry that starts with `prefix`.
void add_versioned(std::vector<fs::path> &folders, fs::path const &parent,
                   std::string_view prefix) {
    std::error_code error;
    fs::directory_iterator const entries{parent, error};
    // A folder that cannot be read for want of descriptors or memory is not one without programs.
    if (error == std::errc::too_many_files_open ||
        error == std::errc::too_many_files_open_in_system ||
        error == std::errc::not_enough_memory) {
        throw system_error(error.value(), "cannot read the folder " + parent.string());
    }
    for (auto const &entry : entries) {
        if (entry.path().filename().string().starts_with(prefix)) {
            folders.push_back(entry.path() / "bin");
        }
    }
}

void add_path(std::vector<fs::path> &folders) {
    char const *path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find(':'), rest.size());
        if (end > 0) {
            folders.emplace_back(rest.substr(0, end));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

std::vector<fs::path> candidate_folders(std::string const &bindir) {
    if (!bindir.empty()) {
        return {bindir};
    }
    std::vector<fs::path> folders;
    add_versioned(folders, "/usr/lib/postgresql", "");
    add_versioned(folders, "/usr", "pgsql-");
    folders.emplace_back("/usr/local/pgsql/bin");
    add_path(folders);
    return folders;
}

// The real folder of `program`, or empty. Debian's /usr/bin holds a wrapper that chooses a version
// by itself: that is no folder of programs.
fs::path real_folder(fs::path const &folder, std::string const &program) {
    std::error_code error;
    fs::path const real = fs::canonical(folder / program, error);
    if (error || !fs::is_regular_file(real, error) || real.filename() == "pg_wrapper") {
        return {};
    }
    return real.filename() == program ? real.parent_path() : fs::canonical(folder, error);
}

int leading_number(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

int minor_number(std::string_view version) {
    std::size_t const dot = version.find('.');
    return dot == std::string_view::npos ? 0 : leading_number(version.substr(dot + 1));
}

// `pg_dump (PostgreSQL) 15.14 (Debian …)`; nothing for a program that says something else.
std::optional<ProgramSet> ask_version(fs::path const &folder, std::string const &program) {
    ChildCommand command;
    command.argv = {(folder / program).string(), "--version"};
    std::string text;
    command.on_stdout = [&text](std::string_view piece) { text += piece; };
    try {
        if (!run_child(command, {}).succeeded()) {
            return std::nullopt;
        }
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::not_found) {
            throw; // no descriptors, no memory, no processes: says nothing about the program
        }
        return std::nullopt;
    }
    constexpr std::string_view kMark = "(PostgreSQL) ";
    std::size_t const found = text.find(kMark);
    if (found == std::string::npos) {
        return std::nullopt;
    }
    std::string const version =
        text.substr(found + kMark.size(), text.find('\n') - found - kMark.size());
    return ProgramSet{folder.string(), leading_number(version), version};
}

std::string package_hint(std::string const &program, int major) {
    bool const server = program == "initdb" || program == "postgres" || program == "pg_ctl";
    std::string const version = major > 0 ? fmt::format("-{}", major) : "";
    return fmt::format("Install the package postgresql{}{} or name the folder with --bindir.",
                       server ? "" : "-client", version);
}

// `15.14` of `15.14 (Debian 15.14-0+deb12u1)`.
std::string_view first_word(std::string_view text) {
    return text.substr(0, text.find(' '));
}

} // namespace

std::vector<ProgramSet> find_programs(std::string const &bindir, std::string const &program) {
    std::vector<ProgramSet> sets;
    std::set<fs::path> seen;
    for (auto const &candidate : candidate_folders(bindir)) {
        fs::path const folder = real_folder(candidate, program);
        if (!folder.empty() && seen.insert(folder).second) {
            if (auto set = ask_version(folder, program)) {
                sets.push_back(std::move(*set));
            }
        }
    }
    // Of one major version the newest minor first: it has the fixes.
    std::stable_sort(sets.begin(), sets.end(), [](ProgramSet const &a, ProgramSet const &b) {
        return a.major != b.major ? a.major < b.major
                                  : minor_number(a.version) > minor_number(b.version);
    });
    return sets;
}

std::optional<ProgramSet> find_same_program(std::string const &bindir, std::string const &program,
                                            std::string_view version) {
    for (auto const &set : find_programs(bindir, program)) {
        if (first_word(set.version) == first_word(version)) {
            return set;
        }
    }
    return std::nullopt;
}

ProgramSet choose_programs(std::string const &bindir, std::string const &program,
                           int minimum_major) {
    std::vector<ProgramSet> const sets = find_programs(bindir, program);
    if (sets.empty()) {
        throw Error{ErrorKind::not_found,
                    bindir.empty()
                        ? fmt::format("{} is not installed", program)
                        : fmt::format("there is no {} of PostgreSQL in {}", program, bindir),
                    package_hint(program, minimum_major)};
    }
    for (auto const &set : sets) {
        if (set.major >= minimum_major) {
            return set;
        }
    }
    throw Error{ErrorKind::version,
                fmt::format("{} {} in {} is older than the server, which is version {}", program,
                            sets.back().version, sets.back().bindir, minimum_major),
                package_hint(program, minimum_major)};
}

} // namespace pgkeep
