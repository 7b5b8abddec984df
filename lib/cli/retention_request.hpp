// What the options say about retention, and whether they ask for work on the repository instead of
// a backup.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/options.hpp"
#include "model/retention.hpp"

#include <string>
#include <vector>

namespace pgkeep {

struct RetentionRequest {
    RetentionPolicy policy;
    bool prune = true; // after a backup, when the policy has a rule
    unsigned anomaly_percent = 0;
};

// Throws Error{usage} for a rule that makes no sense.
[[nodiscard]] RetentionRequest make_retention_request(Options const &options);

// Work that needs no server.
struct RepositoryRequest {
    bool prune = false;
    bool dry_run = false;
    std::vector<std::string> hold; // archives, as Repository::resolve() understands them
    std::vector<std::string> release;
    std::vector<std::string> adopt;
    std::vector<std::string> databases;          // as the command line names them; empty: all
    std::vector<std::string> excluded_databases; // patterns
    // The database that the archives are of; empty: any.
    [[nodiscard]] std::string only_database() const;
};

[[nodiscard]] bool wants_repository_work(Options const &options);
// Throws Error{usage} for options that contradict each other. REQUIRES: wants_repository_work().
[[nodiscard]] RepositoryRequest make_repository_request(Options const &options);

} // namespace pgkeep
