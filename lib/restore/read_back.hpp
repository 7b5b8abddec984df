// Reading the content of staging back: tasks for workers that add up to the Findings.
//
// Thread-safety: the tasks may run in any threads at once; take() only when all of them are done.

#pragma once

#include "base/progress.hpp"
#include "model/comparison.hpp"
#include "model/manifest.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/workers.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

class ReadBack {
public:
    // `stored` are the tables of staging; a table of the manifest that is not among them is
    // missing. `manifest` and `progress` must outlive this.
    ReadBack(Manifest const &manifest, CheckDepth depth, std::vector<StoredTable> const &stored,
             std::vector<std::uint32_t> large_objects, Progress &progress);

    // Tables and large objects, largest first. The tasks refer to this.
    [[nodiscard]] std::vector<DatabaseTask> tasks();

    // Without sequences and object counts, which are no such tasks.
    [[nodiscard]] Findings take() { return std::move(found_); }

private:
    [[nodiscard]] std::vector<DatabaseTask> content_tasks();
    void read_table(Connection &connection, std::size_t table, std::string const &copy);
    void count_table(Connection &connection, std::size_t table);
    void read_objects(Connection &connection, std::size_t first);

    Manifest const &manifest_;
    CheckDepth depth_;
    std::map<std::pair<std::string, std::string>, StoredTable> stored_;
    std::vector<std::uint32_t> large_objects_;
    Progress &progress_;
    std::mutex mutex_;
    Findings found_;
};

} // namespace pgkeep
