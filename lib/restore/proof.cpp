#include "restore/proof.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/existing_objects.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/savepoint.hpp"
#include "restore/read_back.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kShownDifferences = 10;

// What ANALYZE could not do is no reason to throw the data away: expressions of indexes may fail.
class AnalyzeTasks {
public:
    // `in_transaction`: of the connection, which a failure must not end.
    explicit AnalyzeTasks(bool in_transaction = false) : in_transaction_(in_transaction) {}

    void add_to(std::vector<DatabaseTask> &tasks, std::vector<RelationName> const &relations) {
        for (auto const &relation : relations) {
            tasks.emplace_back(
                [this, relation](Connection &connection) { analyze(connection, relation); });
        }
    }
    [[nodiscard]] std::vector<std::string> take_warnings() { return std::move(warnings_); }

private:
    void analyze(Connection &connection, RelationName const &relation) {
        try {
            std::string const sql = "ANALYZE " + quote_qualified(relation.schema, relation.name);
            if (in_transaction_) {
                with_savepoint(connection, [&] { connection.execute(sql); });
            } else {
                connection.execute(sql);
            }
        } catch (PgError const &error) {
            if (!connection.usable()) {
                throw;
            }
            std::scoped_lock const lock{mutex_};
            warnings_.push_back("table " + printable_name(relation.schema, relation.name) +
                                " has no statistics: " + error.what());
        }
    }

    bool in_transaction_;
    std::mutex mutex_;
    std::vector<std::string> warnings_;
};

std::uint64_t bytes_to_read(Manifest const &manifest) {
    std::uint64_t bytes = manifest.large_objects.proof.bytes;
    for (auto const &table : manifest.tables) {
        bytes += table.proof.bytes;
    }
    return bytes;
}

// The manifest as far as it can be compared with what was found.
Manifest comparable(Manifest const &manifest, std::optional<ObjectCounting> const &counting) {
    Manifest result = manifest;
    if (counting) {
        result.object_counts = without_kinds(manifest.object_counts, counting->ignored_kinds);
    }
    // What was left out on purpose has nothing to compare; that the table is there is known from
    // its digest.
    for (auto &table : result.tables) {
        if (!table.has_data) {
            table.proof = {};
        }
    }
    return result;
}

// The tasks of `more` behind those that are there.
void add_more(std::vector<DatabaseTask> &tasks, MoreChecks const &more, CheckDepth depth,
              DifferenceList &list) {
    if (more && depth == CheckDepth::content) {
        auto checks = more(list);
        tasks.insert(tasks.end(), std::make_move_iterator(checks.begin()),
                     std::make_move_iterator(checks.end()));
    }
}

void append(std::vector<Difference> &all, std::vector<Difference> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

Proof read_everything(WorkPlace const &place, Connection &connection, Manifest const &manifest,
                      CheckDepth depth, std::optional<ObjectCounting> const &counting,
                      Progress &progress, MoreChecks const &more) {
    ReadBack read_back{manifest, depth, list_stored_tables(connection),
                       list_restored_large_objects(connection), progress};
    auto tasks = read_back.tasks();
    DifferenceList others;
    add_more(tasks, more, depth, others);
    AnalyzeTasks analyze;
    analyze.add_to(tasks, list_analyzable(connection));
    std::optional<ObjectCounts> counts;
    std::function<void(std::stop_token const &)> count;
    if (counting) {
        count = [&](std::stop_token const &token) {
            counts = count_objects(*counting,
                                   place.sessions.settings().with_database(place.database), token);
        };
    }
    run_tasks(place, "proof", tasks, count);

    Proof proof;
    proof.found = read_back.take();
    proof.found.sequences = read_restored_sequences(connection, manifest.sequences);
    proof.found.object_counts = std::move(counts);
    proof.differences = compare(comparable(manifest, counting), proof.found, depth);
    append(proof.differences, others.take());
    proof.invalid = find_invalid_objects(connection);
    proof.warnings = analyze.take_warnings();
    return proof;
}

void run_in_turn(Connection &connection, std::vector<DatabaseTask> const &tasks) {
    for (auto const &task : tasks) {
        connection.throw_if_stopped();
        task(connection);
    }
}

// Statistics are for what has new rows; other tables of the database are not touched.
std::vector<RelationName> list_written(Connection &connection, Manifest const &manifest) {
    std::set<std::pair<std::string, std::string>> loaded;
    for (auto const &table : manifest.tables) {
        loaded.emplace(table.schema, table.name);
    }
    std::set<std::uint32_t> const created = relations_of_transaction(connection);
    std::vector<RelationName> relations = list_analyzable(connection);
    std::erase_if(relations, [&](RelationName const &relation) {
        return !created.contains(relation.oid) &&
               !loaded.contains({relation.schema, relation.name});
    });
    return relations;
}

} // namespace

void DifferenceList::add(Difference difference) {
    std::scoped_lock const lock{mutex_};
    list_.push_back(std::move(difference));
}

Proof prove(WorkPlace const &place, Manifest const &manifest, RestoreCheck check,
            std::optional<ObjectCounting> const &counting, Progress &progress,
            MoreChecks const &more) {
    Connection connection = place.connect("proof");
    if (check == RestoreCheck::none) {
        progress.phase("analyze", 0);
        std::vector<DatabaseTask> tasks;
        AnalyzeTasks analyze;
        analyze.add_to(tasks, list_analyzable(connection));
        run_tasks(place, "analyze", tasks);
        Proof nothing;
        nothing.warnings = analyze.take_warnings();
        return nothing;
    }
    progress.phase("proof", bytes_to_read(manifest));
    auto const depth = check == RestoreCheck::content ? CheckDepth::content : CheckDepth::counts;
    return read_everything(place, connection, manifest, depth, counting, progress, more);
}

Proof prove_in_transaction(Connection &connection, Manifest const &manifest, RestoreCheck check,
                           Progress &progress, ProofScope scope, MoreChecks const &more) {
    bool const whole = scope == ProofScope::database;
    AnalyzeTasks analyze{true};
    std::vector<DatabaseTask> tasks;
    analyze.add_to(tasks, whole ? list_analyzable(connection) : list_written(connection, manifest));
    if (check == RestoreCheck::none) {
        progress.phase("analyze", 0);
        run_in_turn(connection, tasks);
        Proof nothing;
        nothing.warnings = analyze.take_warnings();
        return nothing;
    }
    progress.phase("proof", bytes_to_read(manifest));
    auto const depth = check == RestoreCheck::content ? CheckDepth::content : CheckDepth::counts;
    bool const large_objects = whole || !(manifest.large_objects == LargeObjectsEntry{});
    ReadBack read_back{manifest, depth, list_stored_tables(connection),
                       large_objects ? list_restored_large_objects(connection)
                                     : std::vector<std::uint32_t>{},
                       progress};
    run_in_turn(connection, read_back.tasks());
    DifferenceList others;
    add_more(tasks, more, depth, others);
    run_in_turn(connection, tasks);

    Proof proof;
    proof.found = read_back.take();
    proof.found.sequences = read_restored_sequences(connection, manifest.sequences);
    proof.differences = compare(comparable(manifest, std::nullopt), proof.found, depth);
    append(proof.differences, others.take());
    proof.invalid = find_invalid_objects(connection);
    proof.warnings = analyze.take_warnings();
    return proof;
}

void require_proof(Proof const &proof, std::string const &state) {
    if (proof.holds()) {
        return;
    }
    std::vector<std::string> lines = proof.invalid;
    for (auto const &difference : proof.differences) {
        lines.push_back(difference.object + ": the archive has " + difference.expected +
                        ", the restored database " + difference.found);
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), kShownDifferences); ++i) {
        text += (i == 0 ? ": " : "; ") + lines[i];
    }
    std::string const more =
        lines.size() > kShownDifferences
            ? "; and " + std::to_string(lines.size() - kShownDifferences) + " more"
            : "";
    throw ProofError{"the restored content differs from the archive" + text + more,
                     state + " Look at the server's log for errors, check its disks, and restore "
                             "again.",
                     proof};
}

} // namespace pgkeep
