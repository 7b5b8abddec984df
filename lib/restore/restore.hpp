// Restoring one archive: preflight, safety snapshot, staging, load, proof, and only then the swap.
//
// restore.cpp reads as the order of events of docs/restore.md. A failure or a signal anywhere
// before the swap drops the staging database and leaves the target as it was. Inside an existing
// database (--in-place, or a part of an archive) there is no staging: everything happens in one
// transaction, and a failure rolls it back.
//
// Thread-safety: restore_file() starts its own threads; call it from the main thread.

#pragma once

#include "base/progress.hpp"
#include "model/comparison.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

enum class RestoreCheck { content, counts, none };

// What becomes of a database that has the target's name already.
enum class ExistingDatabase {
    refuse,   // --into
    replace,  // -d: swapped for the restored one
    in_place, // --in-place: cleaned and filled again, without a new database
};

// What becomes of rows that a table of --data-only has already.
enum class ExistingRows { refuse, append, replace };

// The part of the archive that is wanted; all of it by default.
struct RestorePart {
    std::vector<std::string> schemas; // -n, patterns as of parse_name_pattern()
    std::vector<std::string> tables;  // -t, patterns as of parse_table_pattern()
    bool schema = true;               // false: --data-only
    bool data = true;                 // false: --schema-only
    ExistingRows existing_rows = ExistingRows::refuse;
    [[nodiscard]] bool is_whole() const noexcept {
        return schemas.empty() && tables.empty() && schema && data;
    }
};

struct RestoreOptions {
    ConnectionSettings connection; // of the server; its dbname is not used
    ConnectPolicy policy;
    std::string bindir;
    unsigned jobs = 1;
    std::string target; // name of the database
    ExistingDatabase existing = ExistingDatabase::refuse;
    RestorePart part;
    std::string repository; // where the safety snapshot and the memory of --undo go
    bool safety_snapshot = true;
    bool keep_old = false; // keep what was replaced as `<target>__before_<stamp>`
    // The archive was named by a time or `latest`, which may mean one of another cluster.
    bool chosen_by_time = false;
    // Asked once the plan is known and before anything changes, when the target exists; throws to
    // say no. Without it nobody is asked.
    std::function<void(std::vector<std::string> const &plan)> confirm;
    RestoreCheck check = RestoreCheck::content;
    bool no_owner = false;
    bool no_privileges = false;
    bool no_tablespaces = false;
    std::string role;
    bool dry_run = false;
};

struct RestoreReport {
    std::string target;
    std::string archive;                        // path; empty for an --undo by names
    Manifest manifest;                          // of the archive, as far as it was wanted
    Findings found;                             // the proof, in the order of the manifest's lists
    RestoreCheck check = RestoreCheck::content; // what was compared
    bool proven = false;                        // content was compared, row for row
    std::vector<std::string> plan;              // what would be (or was) done, a sentence each
    std::vector<std::string> warnings;
    std::chrono::milliseconds load_duration{0};
    std::chrono::milliseconds proof_duration{0};
    std::chrono::milliseconds swap_duration{0}; // from the first try to the commit
    std::string safety_snapshot; // path of the archive of what was replaced; empty: none was taken
    std::string old_database;    // name of what was replaced, when it is still there
    bool swapped_back = false;   // --undo by names: nothing was loaded
    // The restore is done, but a person should look: the warnings say at what.
    bool attention = false;
    std::chrono::milliseconds duration{0};
};

// `path`: an archive of ours, or one that others wrote (script_content.hpp). Throws Error{differs}
// with the first differences when the proof fails, Error{exists} when the target exists and must
// not, Error{damaged} when the archive is not sound (checked before anything is created).
[[nodiscard]] RestoreReport restore_file(std::string const &path, RestoreOptions const &options,
                                         std::stop_token const &token, Progress &progress);

} // namespace pgkeep
