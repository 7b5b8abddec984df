// Reading the content of a database back (staging, or a live one that is compared): tasks for
// workers that add up to the Findings.
//
// Thread-safety: the tasks may run in any threads at once; take() only when all of them are done.

#pragma once

#include "base/progress.hpp"
#include "model/comparison.hpp"
#include "model/manifest.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/workers.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

class ReadBack {
public:
    // `stored` are the tables of the database; a table of the manifest that is not among them is
    // missing. Rows are chosen by the conditions in `stored`, not by the archive's. `manifest` and
    // `progress` must outlive this.
    ReadBack(Manifest const &manifest, CheckDepth depth, std::vector<StoredTable> const &stored,
             std::vector<std::uint32_t> large_objects, Progress &progress);

    // Does one read: a table or a page range of it, or (no table) some large objects. May catch
    // what it throws, may call it again or later; a read that throws adds nothing to the findings.
    // `table` is a place in the manifest's list.
    using Reader = std::function<void(Connection &connection, std::optional<std::size_t> table,
                                      DatabaseTask const &read)>;

    // Tables and large objects, largest first. The tasks refer to this. Without a reader each is
    // read as it is.
    [[nodiscard]] std::vector<DatabaseTask> tasks(Reader reader = {});

    // Without sequences and object counts, which are no such tasks.
    [[nodiscard]] Findings take() { return std::move(found_); }

private:
    [[nodiscard]] std::vector<DatabaseTask> content_tasks();
    [[nodiscard]] DatabaseTask task(std::optional<std::size_t> table, DatabaseTask read);
    void read_table(Connection &connection, std::size_t table, std::string const &copy);
    void count_table(Connection &connection, std::size_t table);
    void read_objects(Connection &connection, std::size_t first);

    Manifest const &manifest_;
    CheckDepth depth_;
    std::map<std::pair<std::string, std::string>, StoredTable> stored_;
    std::vector<std::uint32_t> large_objects_;
    Progress &progress_;
    Reader reader_;
    std::mutex mutex_;
    Findings found_;
};

} // namespace pgkeep
