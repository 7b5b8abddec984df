// The schema archive of a backup, in the hands of pg_restore.
//
// Schema is never re-implemented: pg_restore orders the objects by their dependencies, builds
// indexes in parallel and knows --no-owner and its like. The archive lives in memory (memfd), the
// password in the child's environment.
//
// Not for deciding which objects are wanted: see select.hpp.
//
// Thread-safety: use from one thread, apart from restore_objects(), which any threads may call at
// once; it runs child processes and waits for them.

#pragma once

#include "base/bytes.hpp"
#include "proc/child.hpp"
#include "proc/programs.hpp"
#include "proc/toc.hpp"
#include "restore/restore.hpp"

#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

class Schema {
public:
    // `options` must outlive this.
    Schema(ProgramSet programs, ByteView schema_archive, RestoreOptions const &options,
           std::stop_token token);

    // From here on only the objects with these dump ids, in the archive's order; none: all.
    void select(std::optional<std::set<int>> const &dump_ids);

    // All objects, whatever was selected, with what they depend on. Throws Error{version} when
    // pg_restore cannot read the archive.
    [[nodiscard]] std::vector<TocEntry> const &list() const;
    // The objects inside `schema`: all of them, or, with `tables`, only the relations of these
    // names. Names are exact. The schema itself is not among them.
    [[nodiscard]] std::vector<TocEntry> list_inside(std::string const &schema,
                                                    std::vector<std::string> const &tables) const;
    // The statements of `section` for these objects alone, whatever was selected.
    [[nodiscard]] std::string script_of(std::string const &section,
                                        std::set<int> const &dump_ids) const;
    // The tablespaces that the selected objects ask for, without those that every server has.
    [[nodiscard]] std::vector<std::string> tablespaces() const;

    // The statements of `section` (`pre-data` or `post-data`) for the selected objects, piece by
    // piece: plain SQL with comments, without commands of psql and without the closing comment.
    // Begins with the settings of a session as pg_dump makes them.
    void write_script(std::string const &section,
                      std::function<void(std::string_view)> const &sink) const;

    // pg_restore is newer than the server to restore into: what it would tell it by itself may hold
    // settings that it does not know, which are an error there. From here on psql runs its script,
    // without them and in one session.
    void for_older_server();

    // Into the database `name` of the server that `settings` reach. Stops at the first error.
    void restore_pre_data(ConnectionSettings const &settings, std::string const &name) const;
    // The same in two steps: schemas, then `between`, then everything else. What `between` creates
    // of extensions stays as it is: pg_restore creates those that do not exist.
    void restore_pre_data(ConnectionSettings const &settings, std::string const &name,
                          std::function<void()> const &between) const;
    // Without the objects `done`, which are there.
    void restore_post_data(ConnectionSettings const &settings, std::string const &name,
                           unsigned jobs, std::string const &maintenance_work_mem,
                           std::set<int> const &done) const;
    // Some objects of post-data in this order, when all that they need is there.
    // `server_options`: settings of the session, `-c name=value …`.
    void restore_objects(ConnectionSettings const &settings, std::string const &name,
                         std::vector<int> const &dump_ids, std::string const &server_options,
                         std::stop_token const &token) const;

private:
    // Where pg_restore works.
    struct Target {
        ConnectionSettings const &settings;
        std::string const &name;
        std::string server_options = {};
    };
    [[nodiscard]] ChildCommand command(std::vector<std::string> arguments) const;
    // For the objects of `list`, or all.
    [[nodiscard]] ChildCommand selecting_command(std::vector<std::string> arguments,
                                                 std::optional<MemoryFile> const &list) const;
    void run_script(std::string const &section, std::optional<MemoryFile> const &list,
                    std::function<void(std::string_view)> const &sink) const;
    [[nodiscard]] bool is_selected(int dump_id) const;
    [[nodiscard]] MemoryFile use_list(std::function<bool(TocEntry const &)> const &wanted) const;
    [[nodiscard]] std::vector<TocEntry> run_list(std::vector<std::string> arguments) const;
    [[nodiscard]] std::vector<std::string> flags() const;
    void restore(Target const &target, std::vector<std::string> arguments,
                 std::optional<MemoryFile> const &list, std::stop_token const &token) const;
    // The same, by way of a script.
    void restore_by_psql(Target const &target, std::vector<std::string> arguments,
                         std::optional<MemoryFile> const &list, std::stop_token const &token) const;
    void run_inside(Target const &target, ChildCommand program, std::stop_token const &token) const;

    ProgramSet programs_;
    MemoryFile file_;
    std::optional<MemoryFile> list_; // for --use-list
    std::optional<std::set<int>> selected_;
    mutable std::optional<std::vector<TocEntry>> toc_; // once it was asked for
    RestoreOptions const &options_;
    std::stop_token token_;
    bool by_psql_ = false;
};

// `dbname='…'` for -d of PostgreSQL's programs, whatever the name.
[[nodiscard]] std::string dbname_argument(std::string const &name);

// The name in a line `SET default_tablespace = …;` of pg_restore's script; empty for any other line
// and for the default.
[[nodiscard]] std::string tablespace_of_line(std::string_view line);

} // namespace pgkeep
