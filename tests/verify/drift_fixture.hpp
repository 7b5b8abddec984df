// What the tests of comparing with a live database share: a database with one of everything that is
// compared, its archive, and the comparison.
//
// Thread-safety: none.

#pragma once

#include "backup/backup.hpp"
#include "support/errors.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"
#include "verify/drift.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace pgkeep {

// Calls back at the beginning of the phase in which tables are read, when the snapshot exists, and
// whenever some of them was read.
class WatchedProgress : public Progress {
public:
    std::function<void()> on_phase;
    std::function<void()> on_advance;
    void phase(std::string_view /*name*/, std::uint64_t /*total*/) override {
        if (on_phase) {
            on_phase();
        }
    }
    void advance(std::uint64_t /*bytes*/) override {
        if (on_advance) {
            on_advance();
        }
    }
};

class DriftLive : public testing::Test {
protected:
    // A new database with `sql` in it.
    static std::string make_database(std::string const &sql, std::string const &options = {}) {
        std::string name = create_database("drift", options);
        run_sql(name, sql);
        return name;
    }

    // One of everything that is compared.
    static std::string make_sample() {
        return make_database(
            "CREATE TABLE users (id bigserial PRIMARY KEY, name text, "
            " size int GENERATED ALWAYS AS (length(name)) STORED); "
            "INSERT INTO users (name) SELECT 'user ' || i FROM generate_series(1, 100) i; "
            "CREATE TABLE orders (id int, amount numeric); INSERT INTO orders VALUES (1, 2.50); "
            "CREATE TABLE empty (); CREATE SEQUENCE counter; SELECT setval('counter', 5); "
            "SELECT lo_from_bytea(80001, '\\x010203')");
    }

    std::string back_up(std::string const &database, BackupFilters const &filters = {}) {
        BackupOptions options;
        options.connection = scratch_connection(database);
        options.bindir = scratch_server().bindir();
        options.policy.retries = 0;
        options.jobs = 2;
        options.level = 1;
        options.filters = filters;
        std::string path = folder_.file("archive_" + std::to_string(++archives_) + ".sql.gz");
        NoProgress progress;
        (void)backup_database(options, ToFile{path}, {}, progress);
        return path;
    }

    [[nodiscard]] static DriftOptions options(std::string const &database, unsigned jobs = 2) {
        DriftOptions options;
        options.connection = scratch_connection(database);
        options.policy.retries = 0;
        options.jobs = jobs;
        return options;
    }

    DriftReport compare_with(std::string const &archive, DriftOptions const &options) {
        return compare_with_database(archive, options, stop_.get_token(), progress_);
    }

    // What a comparison says once `sql` was run in a database that is otherwise that of its
    // archive.
    DriftReport after(std::string const &sql) {
        std::string const database = make_sample();
        std::string const archive = back_up(database);
        run_sql(database, sql);
        return compare_with(archive, options(database));
    }

    // `object: expected -> found`, without bytes and hashes.
    [[nodiscard]] static std::vector<std::string> texts(DriftReport const &report) {
        auto const short_text = [](std::string const &text) {
            auto const bytes = text.find(" bytes, hash");
            return bytes == std::string::npos ? text : text.substr(0, text.rfind(',', bytes));
        };
        std::vector<std::string> lines;
        for (auto const &difference : report.differences) {
            lines.push_back(difference.object + ": " + short_text(difference.expected) + " -> " +
                            short_text(difference.found));
        }
        return lines;
    }

    // Server processes of comparisons that are still there; waits for them to go.
    [[nodiscard]] static std::string backends_left() {
        return query_sql(
            "postgres",
            "DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_stat_clear_snapshot(); "
            "EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE application_name LIKE 'pgkeep compare%'); PERFORM pg_sleep(0.05); END LOOP; "
            "END $$; SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name LIKE 'pgkeep compare%'");
    }

    TemporaryFolder folder_;
    std::stop_source stop_;
    WatchedProgress progress_;

private:
    int archives_ = 0;
};

} // namespace pgkeep
