// Drift: how a live database differs from an archive, table by table, by rows and content.
//
// This is also how a migration or a replica is checked: archive the one, compare the other. The
// live side is read in parallel under one snapshot, in read-only transactions; a hot standby will
// do. What is compared is what the manifest has (tables, sequences, large objects); objects of
// other kinds are not.
//
// The archive is read by its manifest only, after a quick check: that its rows are what the
// manifest says is for its checksum verification (verify.hpp). Nothing of the manifest is run as
// SQL, apart from names, which are quoted.
//
// What cannot be read is a difference of its table and not the end of the comparison: a table or
// column that is gone, a right that is missing, row security that would hide rows, a lock that
// somebody holds. TRUNCATE, ALTER TABLE with a rewrite and sequences know no snapshot: what they do
// meanwhile may show. A table is locked (ACCESS SHARE) only while it is read; big ones, whose pages
// several workers read, until all is read.
//
// Thread-safety: compare_with_database() starts its own threads; call it from the main thread.

#pragma once

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

struct DriftOptions {
    ConnectionSettings connection; // with its dbname
    ConnectPolicy policy;
    unsigned jobs = 1;
    bool counts_only = false; // rows are counted, nothing is hashed
    std::chrono::milliseconds lock_wait{30'000};
};

struct DriftReport {
    std::string database; // `host:port/dbname as user`
    Manifest manifest;    // of the archive
    Findings found;       // in the order of the manifest's lists
    std::vector<Difference> differences;
    // Tables of the database that the archive does not have, `schema.table`; none when the archive
    // was made of a part of its database.
    std::vector<std::string> only_there;
    std::vector<std::string> notes; // what was not compared, and why; whole sentences
    std::uint64_t rows = 0;         // of the database, that were compared
    std::chrono::milliseconds duration{0};
    [[nodiscard]] bool same() const noexcept { return differences.empty() && only_there.empty(); }
};

// Throws Error{version} for a file that pgkeep did not write, Error{damaged} for an archive whose
// quick check fails, and the errors of the connection.
[[nodiscard]] DriftReport compare_with_database(std::string const &archive_path,
                                                DriftOptions const &options,
                                                std::stop_token const &token, Progress &progress);

} // namespace pgkeep
