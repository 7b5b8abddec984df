// Restoring one archive into a new database: staging, load, proof, and only then the final name.
//
// restore.cpp reads as the order of events of docs/restore.md. A failure or a
// signal anywhere before the final rename drops the staging database. The target name must not
// exist: nothing is ever replaced here.
//
// Thread-safety: restore_archive() starts its own threads; call it from the main thread.

#pragma once

#include "base/bytes.hpp"
#include "base/progress.hpp"
#include "model/comparison.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

enum class RestoreCheck { content, counts, none };

struct RestoreOptions {
    ConnectionSettings connection; // of the server; its dbname is not used
    ConnectPolicy policy;
    std::string bindir;
    unsigned jobs = 1;
    std::string target; // the new database
    RestoreCheck check = RestoreCheck::content;
    bool no_owner = false;
    bool no_privileges = false;
    bool no_tablespaces = false;
    std::string role;
    bool dry_run = false;
};

struct RestoreReport {
    std::string target;
    Manifest manifest;             // of the archive
    Findings found;                // the proof, in the order of the manifest's lists
    bool proven = false;           // content was compared, row for row
    std::vector<std::string> plan; // what would be (or was) done, a sentence each
    std::vector<std::string> warnings;
    std::chrono::milliseconds load_duration{0};
    std::chrono::milliseconds proof_duration{0};
    std::chrono::milliseconds duration{0};
};

// Throws Error{differs} with the first differences when the proof fails, Error{exists} when the
// target exists, Error{damaged} when the archive is not sound (checked whole before anything is
// created).
[[nodiscard]] RestoreReport restore_archive(ByteSource const &archive,
                                            RestoreOptions const &options,
                                            std::stop_token const &token, Progress &progress);

} // namespace pgkeep
