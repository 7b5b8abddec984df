// Runs the built programs as an operator would: in a shell, against the scratch server, with a
// repository of their own.
//
// Thread-safety: none.

#pragma once

#include "support/faults.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace pgkeep {

class ProgramsLive : public testing::Test {
protected:
    // `$T` is the test's folder and `$R` the repository. No configuration file of this machine is
    // read.
    ShellResult run(std::string const &script, std::vector<std::string> const &arguments = {}) {
        std::string const preamble = "export T='" + folder_.path() + "' R='" + repository() +
                                     "' HOME='" + folder_.path() +
                                     "' PATH='" PGKEEP_BIN_DIR "':\"$PATH\" PGKEEP_REPOSITORY='" +
                                     repository() + "'\nunset XDG_CONFIG_HOME\n";
        return run_shell(preamble + script, arguments);
    }

    // The message and hint that a program ends with, and its exit code.
    void expect_failure(std::string const &script, int code, std::string const &message,
                        std::string const &hint) {
        ShellResult const result = run(script);
        EXPECT_EQ(result.exit_code, code) << script << '\n' << result.err;
        EXPECT_NE(result.err.find(": error: "), std::string::npos) << result.err;
        EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
        EXPECT_NE(result.err.find("HINT: "), std::string::npos) << result.err;
        EXPECT_NE(result.err.find(hint), std::string::npos) << result.err;
        EXPECT_EQ(result.out, "");
    }

    [[nodiscard]] std::string repository() const { return folder_.file("repository"); }

    // Names of all files below `folder`, hidden ones too, apart from lock files, which stay by
    // design.
    [[nodiscard]] static std::vector<std::string> files_below(std::string const &folder) {
        std::vector<std::string> names;
        if (std::filesystem::exists(folder)) {
            for (auto const &entry : std::filesystem::recursive_directory_iterator{folder}) {
                std::string const name = entry.path().filename();
                if (!entry.is_directory() && name != ".lock") {
                    names.push_back(name);
                }
            }
        }
        return names;
    }
    void expect_nothing_left() {
        EXPECT_TRUE(files_below(repository()).empty())
            << testing::PrintToString(files_below(repository()));
        expect_no_sessions();
    }
    // Server processes end a moment after their client: the server is asked until they are gone.
    static void expect_no_sessions() {
        EXPECT_EQ(query_sql("postgres",
                            "DO $$ BEGIN FOR i IN 1..200 LOOP PERFORM pg_stat_clear_snapshot(); "
                            "EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE "
                            "application_name LIKE 'pgkeep%' OR application_name LIKE 'pg\\_%'); "
                            "PERFORM pg_sleep(0.05); END LOOP; END $$; "
                            "SELECT application_name FROM pg_stat_activity WHERE "
                            "application_name LIKE 'pgkeep%' OR application_name LIKE 'pg\\_%'"),
                  "");
    }

    // A small database with rows, a sequence and a large object.
    [[nodiscard]] static std::string make_shop(std::string const &prefix = "shop") {
        std::string database = create_database(prefix);
        run_sql(database,
                "CREATE TABLE goods (id int PRIMARY KEY, name text NOT NULL);"
                "INSERT INTO goods SELECT i, 'thing ' || i FROM generate_series(1, 1000) i;"
                "CREATE TABLE empty (x int);"
                "CREATE SEQUENCE numbers; SELECT setval('numbers', 42);"
                "SELECT lo_from_bytea(0, 'a large object');");
        return database;
    }

    [[nodiscard]] static nlohmann::json parse(ShellResult const &result) {
        return nlohmann::json::parse(result.out);
    }

    TemporaryFolder folder_;
};

} // namespace pgkeep
