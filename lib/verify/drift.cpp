#include "verify/drift.hpp"

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "model/chunk_plan.hpp"
#include "model/sql_text.hpp"
#include "pg/live_tables.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/savepoint.hpp"
#include "pg/snapshot.hpp"
#include "restore/read_back.hpp"
#include "restore/workers.hpp"
#include "verify/drift_pairs.hpp"
#include "verify/drift_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::string_view kFeatureNotSupported = "0A000";

void require_ours(ByteSource const &source) {
    switch (detect_source(source)) {
    case SourceType::archive:
        return;
    case SourceType::broken:
    case SourceType::empty:
        throw Error{ErrorKind::damaged, source.name() + " is no whole archive",
                    "pgkeep-verify says how far it can be read."};
    default:
        throw Error{ErrorKind::version, source.name() + " was not written by pgkeep",
                    "Only archives of pgkeep carry the counts and hashes that a database is "
                    "compared by; restore it, and compare an archive of what was restored."};
    }
}

Manifest read_sound_manifest(std::string const &path, std::stop_token const &token) {
    FileSource const source{path};
    require_ours(source);
    NoProgress nobody;
    CheckReport check = check_archive(source, CheckLevel::quick, 1, token, nobody);
    if (!check.passed() || !check.manifest) {
        throw Error{ErrorKind::damaged,
                    path + " is damaged" +
                        (check.passed() ? "" : ": " + check.findings.front().text()),
                    "pgkeep-verify lists all that is wrong with it."};
    }
    return std::move(*check.manifest);
}

bool is_split(StoredTable const &table) {
    return plan_chunks({{0, table.pages, table.bytes, table.can_split}}, kChunkBytes).size() > 1;
}

// One comparison, in the order of its events.
class Comparison {
public:
    Comparison(Manifest manifest, DriftOptions const &options, std::stop_token const &token,
               Progress &progress)
        : options_(options),
          token_(token),
          progress_(progress),
          depth_(options.counts_only ? CheckDepth::counts : CheckDepth::content),
          encoding_(manifest.database.encoding),
          keeper_(open(options.connection, "compare", token)) {
        report_.manifest = std::move(manifest);
        report_.database = keeper_.effective_settings().describe();
    }

    DriftReport run() {
        snapshot_ = export_snapshot(keeper_, SnapshotIsolation::repeatable_read);
        take_pairs();
        hold_big_tables();
        read_content();
        read_sequences(0, comparable().sequences.size());
        compare_all();
        add_general_notes();
        return std::move(report_);
    }

private:
    [[nodiscard]] Connection open(ConnectionSettings const &settings, std::string const &label,
                                  std::stop_token const &token) const {
        ConnectPolicy policy = options_.policy;
        policy.label = label;
        Connection connection{settings, policy, token};
        use_encoding(connection, encoding_);
        limit_lock_wait(connection, options_.lock_wait);
        return connection;
    }

    [[nodiscard]] Manifest const &comparable() const noexcept { return pairs_.comparable; }

    void take_pairs() {
        without_keeping_locks(keeper_,
                              [this] { pairs_ = pair_with_live(keeper_, report_.manifest); });
        for (auto const &[place, reason] : pairs_.unreadable) {
            reader_.add_problem(place, reason);
        }
        report_.only_there = std::move(pairs_.only_there);
        report_.notes = std::move(pairs_.notes);
    }

    void hold_big_tables() {
        for (auto const &[place, table] : pairs_.tables) {
            if (depth_ == CheckDepth::content && comparable().tables[place].has_data &&
                is_split(table)) {
                reader_.hold(keeper_, place, table.relation, options_.lock_wait);
            }
        }
        limit_lock_wait(keeper_, options_.lock_wait);
    }

    void read_content() {
        progress_.phase("comparison", bytes_to_read());
        std::vector<StoredTable> stored;
        for (auto const &table : pairs_.tables) {
            stored.push_back(table.stored);
        }
        ReadBack read_back{comparable(), depth_, stored, pairs_.large_objects, progress_};
        auto const tasks = read_back.tasks(
            [this](Connection &connection, std::optional<std::size_t> table,
                   DatabaseTask const &read) { reader_.read(connection, table, read); });
        Crew const crew{[this](std::string const &label, std::stop_token const &token) {
                            return open_worker(label, token);
                        },
                        options_.jobs, token_};
        run_tasks(crew, "compare", tasks);
        reader_.read_deferred(keeper_);
        report_.found = read_back.take();
        report_.found.sequences.resize(comparable().sequences.size());
    }

    [[nodiscard]] Connection open_worker(std::string const &label,
                                         std::stop_token const &token) const {
        Connection connection = open(keeper_.effective_settings(), label, token);
        import_snapshot(connection, snapshot_.id);
        return connection;
    }

    [[nodiscard]] std::uint64_t bytes_to_read() const {
        std::uint64_t bytes = comparable().large_objects.proof.bytes;
        for (auto const &table : comparable().tables) {
            bytes += table.proof.bytes;
        }
        return bytes;
    }

    // Where one of them cannot be read, halves tell which.
    void read_sequences(std::size_t first, std::size_t count) {
        if (count == 0) {
            return;
        }
        auto const begin = comparable().sequences.begin() + static_cast<std::ptrdiff_t>(first);
        std::vector<SequenceEntry> const wanted{begin, begin + static_cast<std::ptrdiff_t>(count)};
        try {
            without_keeping_locks(keeper_, [&] {
                std::ranges::copy(read_restored_sequences(keeper_, wanted),
                                  report_.found.sequences.begin() +
                                      static_cast<std::ptrdiff_t>(first));
            });
        } catch (PgError const &error) {
            if (!is_of_one_object(keeper_, error)) {
                throw;
            }
            if (count == 1) {
                explain_sequence(first, error);
                return;
            }
            read_sequences(first, count / 2);
            read_sequences(first + count / 2, count - count / 2);
        }
    }

    void explain_sequence(std::size_t index, PgError const &error) {
        auto const &sequence = comparable().sequences[index];
        std::string const object = "sequence " + printable_name(sequence.schema, sequence.name);
        if (error.sqlstate() == kFeatureNotSupported) {
            report_.notes.push_back("The value of " + object +
                                    " is not compared: " + error.server_text() + ".");
            report_.found.sequences[index] = sequence;
        } else {
            reasons_[object] = error.server_text();
        }
    }

    void compare_all() {
        for (auto const &[place, problem] : reader_.problems()) {
            if (place) {
                report_.found.tables[*place].reset();
                reasons_[table_object(comparable().tables[*place])] = problem;
            } else if (report_.found.large_objects->count == comparable().large_objects.count) {
                report_.found.large_objects.reset();
                reasons_["large objects"] = problem;
            }
        }
        if (is_of_a_part(report_.manifest) && comparable().large_objects.count == 0) {
            report_.found.large_objects.reset();
        }
        report_.differences = compare(comparable(), report_.found, depth_);
        for (auto &difference : report_.differences) {
            if (auto const reason = reasons_.find(difference.object); reason != reasons_.end()) {
                difference.found = reason->second;
            }
        }
        std::ranges::move(pairs_.new_columns, std::back_inserter(report_.differences));
        for (auto const &table : report_.found.tables) {
            report_.rows += table ? table->rows : 0;
        }
    }

    void add_general_notes() {
        auto &notes = report_.notes;
        auto const left_out =
            std::ranges::count(report_.manifest.tables, false, &TableEntry::has_data);
        if (left_out > 0) {
            notes.push_back(fmt::format("The archive has no rows of {} of its tables, since they "
                                        "were left out; these rows are not compared.",
                                        left_out));
        }
        if (is_of_a_part(report_.manifest)) {
            notes.push_back("The archive was made with " +
                            printable(report_.manifest.origin.filters.front()) +
                            (report_.manifest.origin.filters.size() > 1 ? " …" : "") +
                            ": what it does not have is not compared.");
        }
        int const archived = report_.manifest.origin.server_version_num / 10000;
        int const live = keeper_.server_version() / 10000;
        if (archived != live) {
            notes.push_back(fmt::format("The archive was made on PostgreSQL {}, the database is on "
                                        "{}: values of some types may be written in another way.",
                                        archived, live));
        }
        notes.emplace_back(depth_ == CheckDepth::counts
                               ? "Rows were counted only; their content is not compared."
                               : "Indexes, constraints, functions, views and other objects "
                                 "without rows are not compared.");
    }

    DriftOptions const &options_;
    std::stop_token token_;
    Progress &progress_;
    CheckDepth depth_;
    std::string encoding_; // of the archive
    Connection keeper_;
    Snapshot snapshot_;
    DriftPairs pairs_;
    DriftReader reader_;
    std::map<std::string, std::string> reasons_; // by object: why it could not be read
    DriftReport report_;
};

} // namespace

DriftReport compare_with_database(std::string const &archive_path, DriftOptions const &options,
                                  std::stop_token const &token, Progress &progress) {
    auto const start = std::chrono::steady_clock::now();
    Comparison comparison{read_sound_manifest(archive_path, token), options, token, progress};
    DriftReport report = comparison.run();
    report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return report;
}

} // namespace pgkeep
