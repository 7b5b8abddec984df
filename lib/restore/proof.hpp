// The proof of a restore: everything is read back from staging and compared with the manifest.
//
// Tables are read with the archive's column list by name, in parallel, big ones in page ranges;
// rows are counted and hashed as the backup did. ANALYZE runs in the same list of tasks, so that no
// worker idles.
//
// A proof inside a transaction that is not committed yet reads over the transaction's connection,
// one thing after the other. It counts no objects: pg_dump would wait for the transaction's locks.
//
// Not in the proof: what the manifest does not know, such as statistics, or whether a constraint
// was NOT VALID before.
//
// Thread-safety: called from the main thread; starts the workers.

#pragma once

#include "base/error.hpp"
#include "base/progress.hpp"
#include "model/comparison.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/object_counts.hpp"
#include "restore/restore.hpp"
#include "restore/workers.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

struct Proof {
    Findings found;
    std::vector<Difference> differences; // between the manifest and `found`
    std::vector<std::string> invalid;    // objects of staging that are broken, a sentence each
    std::vector<std::string> warnings;   // tables without statistics, a sentence each
    [[nodiscard]] bool holds() const noexcept { return differences.empty() && invalid.empty(); }
};

// Differences that tasks find, in any thread.
class DifferenceList {
public:
    void add(Difference difference);
    [[nodiscard]] std::vector<Difference> take() { return std::move(list_); }

private:
    std::mutex mutex_;
    std::vector<Difference> list_;
};

// What a content compares beside its manifest: tasks that add what differs to the list.
using MoreChecks = std::function<std::vector<DatabaseTask>(DifferenceList &list)>;

// That a proof does not hold, with all that it found.
class ProofError : public Error {
public:
    ProofError(std::string const &message, std::string hint, Proof proof)
        : Error(ErrorKind::differs, message, std::move(hint)), proof_(std::move(proof)) {}
    [[nodiscard]] Proof const &proof() const noexcept { return proof_; }

private:
    Proof proof_;
};

// ANALYZE, and unless `check` is none the proof. `counting`: how to count objects, when that is
// possible. `more`: run when content is compared.
[[nodiscard]] Proof prove(WorkPlace const &place, Manifest const &manifest, RestoreCheck check,
                          std::optional<ObjectCounting> const &counting, Progress &progress,
                          MoreChecks const &more = {});

// What a proof inside a transaction looks at.
enum class ProofScope {
    database, // everything in the database is the archive's
    part,     // only what the manifest has, and statistics for what this transaction wrote
};

[[nodiscard]] Proof prove_in_transaction(Connection &connection, Manifest const &manifest,
                                         RestoreCheck check, Progress &progress,
                                         ProofScope scope = ProofScope::database,
                                         MoreChecks const &more = {});

// Throws ProofError (Error{differs}) with the first ten differences, unless the proof holds.
// `state`: what holds now, a sentence.
void require_proof(
    Proof const &proof,
    std::string const &state = "The staging database was dropped and no database was changed.");

} // namespace pgkeep
