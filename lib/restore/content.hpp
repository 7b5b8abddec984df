// What a restore puts into a database: an archive of ours, or one that others wrote.
//
// restore.cpp knows the order of events, a Content what happens in it: what must be true before,
// how the database is filled, and what the proof compares. A Content has been checked whole when it
// exists: its constructor throws Error{damaged} otherwise.
//
// Thread-safety: one thread; fill() starts workers of its own.

#pragma once

#include "base/progress.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/hooks.hpp"
#include "restore/object_counts.hpp"
#include "restore/obstacle.hpp"
#include "restore/proof.hpp"
#include "restore/restore.hpp"
#include "restore/workers.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

// Called when a step is done.
using StepDone = std::function<void(RestoreStep step)>;

class Content {
public:
    Content() = default;
    virtual ~Content() = default;
    Content(Content const &) = delete;
    Content &operator=(Content const &) = delete;

    // What is restored, and what the proof compares: tables with their rows (and, of ours, hashes),
    // sequences, large objects. Only what was selected.
    [[nodiscard]] virtual Manifest const &manifest() const = 0;
    // A sentence for the plan: `restore the archive of "shop", taken at …`.
    [[nodiscard]] virtual std::string description() const = 0;
    // The most that can be compared.
    [[nodiscard]] virtual RestoreCheck deepest_check() const = 0;
    // Those of a database that is made anew; none: the server's defaults.
    [[nodiscard]] virtual std::optional<DatabaseProperties> properties() const = 0;

    // Adds what the server lacks of this content's needs. `into_existing`: it goes into a database
    // that keeps its own objects.
    virtual void look_ahead(Connection &connection, bool into_existing, Obstacles &obstacles) = 0;
    // Into the empty database of `place`: schema, data, sequences, indexes and constraints.
    virtual void fill(WorkPlace const &place, Progress &progress, StepDone const &done) = 0;
    // The same inside the open transaction of `connection`, in one session, into a database whose
    // objects are not in the way any more.
    virtual void fill_in_transaction(Connection &connection, Progress &progress,
                                     StepDone const &done) = 0;
    // How the objects of the filled database are counted for the proof; none, with a warning that
    // says why, when they cannot be.
    [[nodiscard]] virtual std::optional<ObjectCounting>
    object_counting(int server_version, std::vector<std::string> &warnings) const = 0;
    // What a proof of the content compares that the manifest does not know: tasks that must not
    // outlive this and the list.
    [[nodiscard]] virtual std::vector<DatabaseTask> more_checks(DifferenceList & /*list*/) const {
        return {};
    }
};

} // namespace pgkeep
