// What the live tests of backups share: options for the scratch server, an archive opened, a copy
// made by psql.
//
// Thread-safety: none.

#pragma once

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "backup/backup.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "support/errors.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pgkeep {

class BackupLive : public testing::Test {
protected:
    [[nodiscard]] static BackupOptions options(std::string const &database) {
        BackupOptions options;
        options.connection = scratch_connection(database);
        options.bindir = scratch_server().bindir();
        options.policy.retries = 0;
        options.jobs = 2;
        return options;
    }

    [[nodiscard]] Repository repository() const { return Repository{folder_.file("repository")}; }

    BackupReport back_up(BackupOptions const &options) {
        NoProgress progress;
        return backup_database(options, repository(), stop_.get_token(), progress);
    }

    // All files below the repository, hidden ones too, without lock files and evidence.
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        std::string const root = folder_.file("repository");
        if (std::filesystem::exists(root)) {
            for (auto const &entry : std::filesystem::recursive_directory_iterator{root}) {
                std::string const name = entry.path().filename();
                if (entry.is_regular_file() && name != ".lock" && !name.ends_with(".evidence")) {
                    names.push_back(name);
                }
            }
        }
        return names;
    }

    // pg_dump's text without what differs between any two dumps.
    [[nodiscard]] static std::string dump(std::string const &database) {
        ShellResult const result =
            run_shell("pg_dump -d \"dbname='$1'\" | grep -vE '^\\\\(un)?restrict '", {database});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return result.out;
    }

    // A new database filled by nothing but gunzip and psql.
    [[nodiscard]] static std::string copy_with_psql(std::string const &archive,
                                                    std::string const &database_options = {}) {
        std::string database = create_database("copy", database_options);
        ShellResult const result =
            run_shell("gunzip -c \"$1\" | psql -qX -v ON_ERROR_STOP=1 -d \"$2\" >/dev/null",
                      {archive, database});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return database;
    }

    // Server processes of pgkeep that are still there; waits for them to go.
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

    [[nodiscard]] static TableEntry const &table(BackupReport const &report,
                                                 std::string const &name) {
        for (TableEntry const &entry : report.manifest.tables) {
            if (entry.name == name) {
                return entry;
            }
        }
        throw Error{ErrorKind::not_found, "no table " + name + " in the manifest"};
    }

    TemporaryFolder folder_;
    std::stop_source stop_;
};

} // namespace pgkeep
