// Loading rows into tables that exist (--data-only): what must be true of the tables, and what is
// done around the load.
//
// Tables are locked against writers, emptied when that is wanted, and their users' triggers are
// kept quiet, because rows come as they were archived; foreign keys in a circle wait for the end.
// Rows that stay are read before the load, so that the proof holds for the sum of both.
//
// Thread-safety: one thread.

#pragma once

#include "base/progress.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "pg/existing_objects.hpp"
#include "restore/obstacle.hpp"
#include "restore/restore.hpp"

#include <string>

namespace pgkeep {

void check_existing_rows(Connection &inside, Manifest const &manifest, ExistingRows existing,
                         Obstacles &obstacles);

class ExistingRowsLoad {
public:
    // REQUIRES: a transaction is open. Both must outlive this.
    ExistingRowsLoad(Connection &connection, Manifest const &manifest, ExistingRows existing)
        : connection_(connection), manifest_(manifest), existing_(existing) {}

    // Nobody else writes to the tables from here on; they can still be read.
    void shut_out_writers();
    // Throws what check_existing_rows() finds now that nobody else can write.
    void before(RestoreCheck check, Progress &progress);
    // Triggers fire again, sequences do not go backwards where rows stayed.
    void after();
    // What the tables must contain now.
    [[nodiscard]] Manifest const &expected() const noexcept { return expected_; }

private:
    void lock(char const *mode);
    void empty_tables();
    void add_existing(RestoreCheck check, Progress &progress);

    Connection &connection_;
    Manifest const &manifest_;
    ExistingRows existing_;
    Manifest expected_;
    LoadRelief relief_;
};

} // namespace pgkeep
