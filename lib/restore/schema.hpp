// The schema archive of a backup, in the hands of pg_restore.
//
// Schema is never re-implemented: pg_restore orders the objects by their dependencies, builds
// indexes in parallel and knows
// --no-owner and its like. The archive lives in memory (memfd), the password in the child's
// environment.
//
// Thread-safety: use from one thread; it runs child processes and waits for them.

#pragma once

#include "base/bytes.hpp"
#include "proc/child.hpp"
#include "proc/programs.hpp"
#include "proc/toc.hpp"
#include "restore/restore.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

class Schema {
public:
    // `options` must outlive this.
    Schema(ProgramSet programs, ByteView schema_archive, RestoreOptions const &options,
           std::stop_token token);

    // Throws Error{version} when pg_restore cannot read the archive.
    [[nodiscard]] std::vector<TocEntry> list() const;
    // The tablespaces that objects ask for, without those that every server has.
    [[nodiscard]] std::vector<std::string> tablespaces() const;

    // Into the database `name` of the server that `settings` reach. Stops at the first error.
    void restore_pre_data(ConnectionSettings const &settings, std::string const &name) const;
    void restore_post_data(ConnectionSettings const &settings, std::string const &name,
                           unsigned jobs, std::string const &maintenance_work_mem) const;

private:
    [[nodiscard]] ChildCommand command(std::vector<std::string> arguments) const;
    void restore(ConnectionSettings const &settings, std::string const &name,
                 std::vector<std::string> arguments, std::string const &server_options) const;

    ProgramSet programs_;
    MemoryFile file_;
    RestoreOptions const &options_;
    std::stop_token token_;
};

// `dbname='…'` for -d of PostgreSQL's programs, whatever the name.
[[nodiscard]] std::string dbname_argument(std::string const &name);

// The name in a line `SET default_tablespace = …;` of pg_restore's script; empty for any other line
// and for the default.
[[nodiscard]] std::string tablespace_of_line(std::string_view line);

} // namespace pgkeep
