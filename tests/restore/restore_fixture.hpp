// What the live tests of restores share: an archive of a database, options for the scratch server,
// and a look at what a restore left.
//
// Thread-safety: none.

#pragma once

#include "backup/backup.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "restore/hooks.hpp"
#include "restore/restore.hpp"
#include "support/errors.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace pgkeep {

class RestoreLive : public testing::Test {
protected:
    // Path of a new archive of `database`.
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

    [[nodiscard]] static RestoreOptions options(std::string const &target) {
        RestoreOptions options;
        options.connection = scratch_connection("postgres");
        options.bindir = scratch_server().bindir();
        options.policy.retries = 0;
        options.jobs = 2;
        options.target = target;
        return options;
    }

    RestoreReport restore(std::string const &archive, RestoreOptions const &options,
                          RestoreHooks const &hooks = {}) {
        NoProgress progress;
        return restore_file_with_hooks(archive, options, stop_.get_token(), progress, hooks);
    }

    // Runs `sql` in staging once `step` is done.
    [[nodiscard]] static RestoreHooks sql_after(RestoreStep wanted, std::string const &sql) {
        return {[wanted, sql](RestoreStep step, std::string const &staging) {
            if (step == wanted) {
                run_sql(staging, sql);
            }
        }};
    }

    // A name that no other test uses.
    [[nodiscard]] static std::string new_name() {
        static int count = 0;
        return "restored_" + std::to_string(++count);
    }

    // pg_dump's text without what differs between any two dumps.
    [[nodiscard]] static std::string dump(std::string const &database,
                                          std::string const &dump_options = {}) {
        ShellResult const result =
            run_shell("d=${1//\\\\/\\\\\\\\}; d=${d//\\'/\\\\\\'}; "
                      "pg_dump $2 -d \"dbname='$d'\" | grep -avE '^\\\\(un)?restrict '",
                      {database, dump_options});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return result.out;
    }

    // Compares the dumps of both, and shows the first lines that differ.
    static void expect_same(std::string const &original, std::string const &restored,
                            std::string const &dump_options = {}) {
        std::istringstream expected{dump(original, dump_options)};
        std::istringstream found{dump(restored, dump_options)};
        std::string expected_line;
        std::string found_line;
        for (int number = 1;; ++number) {
            bool const more = static_cast<bool>(std::getline(expected, expected_line));
            bool const more_found = static_cast<bool>(std::getline(found, found_line));
            if (!more && !more_found) {
                return;
            }
            ASSERT_TRUE(more && more_found) << "one dump ends before line " << number;
            ASSERT_EQ(expected_line, found_line) << "in line " << number << " of the dumps";
        }
    }

    // Names of staging databases, joined by newlines.
    [[nodiscard]] static std::string staging_left() {
        return query_sql("postgres",
                         "SELECT datname FROM pg_database WHERE datname ~ '__restore_'");
    }

    [[nodiscard]] static bool exists(std::string const &database) {
        return query_sql("postgres", "SELECT count(*) FROM pg_database WHERE datname = '" +
                                         database + "'") != "0";
    }

    // Server processes of pgkeep and its children that are still there; waits for them to go.
    [[nodiscard]] static std::string backends_left() {
        return query_sql(
            "postgres",
            "DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pg_stat_clear_snapshot(); "
            "EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE "
            "'pgkeep%' "
            "OR application_name LIKE 'pg_dump%' OR application_name = 'pg_restore'); PERFORM "
            "pg_sleep(0.05); END LOOP; "
            "END $$; "
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pgkeep%' "
            "OR application_name LIKE 'pg_dump%' OR application_name = 'pg_restore'");
    }

    TemporaryFolder folder_;
    std::stop_source stop_;

private:
    int archives_ = 0;
};

} // namespace pgkeep
