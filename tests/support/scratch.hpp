// The scratch server of a test program, and how tests talk to it.
//
// One server for all tests of a program; it starts when the first test asks for it. With
// PGKEEP_KEEP_SCRATCH set its folder is kept at the end, and the program says where it is and how
// to start it again.
//
// Tests make databases of their own and need not drop them.
//
// Thread-safety: scratch_server() is for the main thread first; the rest may be called from any.

#pragma once

#include "pg/connection_settings.hpp"
#include "scratch/server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pgkeep {

// Started at the first call.
[[nodiscard]] ScratchServer &scratch_server();

// How to connect to it; `database` as it is, whatever its name.
[[nodiscard]] ConnectionSettings scratch_connection(std::string const &database);

// Creates a database `<prefix>_<n>`; `options` goes behind CREATE DATABASE, such as `ENCODING
// 'LATIN1' TEMPLATE template0`.
[[nodiscard]] std::string create_database(std::string const &prefix = "test",
                                          std::string const &options = {});

// Runs SQL with psql and ON_ERROR_STOP. Throws Error with what psql said when it fails.
void run_sql(std::string const &database, std::string const &sql);
void run_sql_file(std::string const &database, std::string const &path);
// The same, and returns the rows, unaligned: columns joined by `|`, rows by newlines, no newline at
// the end.
[[nodiscard]] std::string query_sql(std::string const &database, std::string const &sql);

// A shell script with pipefail, the server's programs first in PATH and PGHOST, PGPORT, PGUSER set.
// `arguments` become $1, $2 …
struct ShellResult {
    int exit_code = -1;
    std::string out;
    std::string err;
};
[[nodiscard]] ShellResult run_shell(std::string const &script,
                                    std::vector<std::string> const &arguments = {});

} // namespace pgkeep
