// PostgreSQL's own programs: where they are, which version, and which one fits a server.
//
// Looks in --bindir when given; else in /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin,
// /usr/local/pgsql/bin and PATH, and takes the oldest that is at least as new as the server: the
// nearest pg_dump writes what that server's own would, and a newer one may emit settings that the
// server does not know.
//
// Thread-safety: pure functions, apart from reading the file system and running `--version`.

#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// For pg_dump: nothing about large objects. The one name that all versions have: --no-blobs became
// --no-large-objects in 16.
inline constexpr std::string_view kNoLargeObjects = "-B";

struct ProgramSet {
    std::string bindir;
    int major = 0;       // 15
    std::string version; // `15.14 (Debian 15.14-0+deb12u1)`
    [[nodiscard]] std::string path(std::string const &program) const {
        return bindir + "/" + program;
    }
};

// All sets that hold `program`, oldest first. `bindir` empty: search the usual places.
[[nodiscard]] std::vector<ProgramSet> find_programs(std::string const &bindir,
                                                    std::string const &program);

// The set whose `program` is the very one that said `version`, down to the minor number but whoever
// packaged it; no value when it is not installed.
[[nodiscard]] std::optional<ProgramSet>
find_same_program(std::string const &bindir, std::string const &program, std::string_view version);

// The oldest set with `program` of at least `minimum_major`. Throws Error{not_found} when there is
// none at all and Error{version} when all are older; both hints say which package to install.
[[nodiscard]] ProgramSet choose_programs(std::string const &bindir, std::string const &program,
                                         int minimum_major);

} // namespace pgkeep
