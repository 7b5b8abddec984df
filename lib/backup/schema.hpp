// The schema of a database, as pg_dump wrote it under the backup's snapshot.
//
// The schema archive (pg_dump -Fc without data) is the control plane's product: it is embedded in
// the container as it is, and pg_restore turns it into the two texts of the script. Its table of
// contents says which relations carry data.
//
// Lives in memory (memfd), so that no death leaves a file behind.
//
// Thread-safety: use from the main thread; it runs child processes.

#pragma once

#include "backup/backup.hpp"
#include "backup/schema_text.hpp"
#include "proc/child.hpp"
#include "proc/programs.hpp"
#include "proc/toc.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

class SchemaArchive {
public:
    // Runs pg_dump with `encoding` as that of its text, in a session named `session`. Calls
    // `locked` when pg_dump has its locks on the tables and still holds them; what pg_dump says is
    // not read until it returns. Throws Error{schema_moved} when it stumbled over an object that
    // went away meanwhile.
    SchemaArchive(ProgramSet const &programs, ConnectionSettings const &settings,
                  std::string const &session, std::string const &snapshot_id,
                  std::string const &encoding, BackupOptions const &options,
                  std::function<void()> const &locked, std::stop_token const &token);

    [[nodiscard]] std::vector<TocEntry> const &toc() const noexcept { return toc_; }
    // What pg_dump says of objects that it left out.
    [[nodiscard]] std::vector<std::string> const &left_out() const noexcept { return left_out_; }
    [[nodiscard]] std::string content() const { return file_.content(); }

    // The script of a section, piece by piece, without pg_restore's closing comment. Only pre-data
    // keeps the line
    // `\restrict KEY`; the key is the result, empty when pg_restore is too old to write one.
    using TextSink = std::function<void(std::string_view)>;
    std::string pre_data(TextSink const &sink, std::stop_token const &token) const;
    void post_data(TextSink const &sink, std::stop_token const &token) const;

private:
    void note_warning(std::string_view text);
    std::string section(std::string const &name, RestrictLine restrict_line, TextSink const &sink,
                        std::stop_token const &token) const;

    ProgramSet programs_;
    MemoryFile file_;
    std::vector<TocEntry> toc_;
    std::vector<std::string> left_out_;
};

} // namespace pgkeep
