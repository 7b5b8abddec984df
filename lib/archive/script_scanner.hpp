// Understands just enough of a pg_dump script to say whether it is whole: where COPY data begins
// and ends, how many rows each table got, and whether the script says that it is complete.
//
// Follows the lexical structure of SQL as psql does (quotes, dollar quotes, comments, statements),
// so that the word COPY in a function body or a row is not mistaken for a statement. Not a parser:
// it judges no statement.
//
// Also collects what can be compared when a script carries our manifest: rows and hash of each
// table, the setval statements, and the proof of the large objects.
//
// Fed with pieces of any size; memory does not grow with the length of a line or a statement.
//
// Thread-safety: one thread at a time.

#pragma once

#include "base/hash.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// The closing lines that pg_dump and pg_dumpall write.
inline constexpr std::string_view kDumpComplete = "-- PostgreSQL database dump complete";
inline constexpr std::string_view kClusterComplete = "-- PostgreSQL database cluster dump complete";

struct ScannedTable {
    std::string name;      // as the COPY statement spells it, `public.users`
    std::string statement; // the COPY statement, with its semicolon
    RowDigest rows;        // all COPY statements of this spelling together, up to the next \connect
};

struct ScriptReport {
    std::vector<ScannedTable> tables; // in order of appearance
    bool says_complete = false; // a line `-- PostgreSQL database dump complete` (or `… cluster …`)
                                // with no statement behind it
    std::string manifest;              // our own manifest lines, when the script has them
    std::vector<std::string> problems; // each a sentence, with the line number
    std::vector<std::string>
        meta_commands; // psql commands other than \., \restrict, \unrestrict: `line 7: \connect`
    std::vector<std::string> setvals; // each `SELECT pg_catalog.setval(…);`, in order of appearance
    RowDigest large_objects;          // of the lo_put statements that our archives have
    std::uint64_t lines = 0;
};

class ScriptScanner {
public:
    ScriptScanner();
    ~ScriptScanner();
    ScriptScanner(ScriptScanner const &) = delete;
    ScriptScanner &operator=(ScriptScanner const &) = delete;

    void add(std::string_view piece);
    // At the end of the script. An open COPY block, quote or comment, and a missing closing comment
    // are problems.
    [[nodiscard]] ScriptReport finish();

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace pgkeep
