// What the live tests of the swap share: a live database, a staging database beside it, and looks
// at both. Each has one table `v` with one row that says which it is.
//
// Thread-safety: none.

#pragma once

#include "base/error.hpp"
#include "pg/restore_swap.hpp"
#include "restore/kept.hpp"
#include "restore/sessions.hpp"
#include "restore/staging.hpp"
#include "restore/target.hpp"
#include "support/errors.hpp"
#include "support/scratch.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace pgkeep {

class SwapLive : public testing::Test {
protected:
    [[nodiscard]] static Sessions sessions(std::string const &target = {},
                                           std::string const &user = {},
                                           std::string const &role = {}) {
        RestoreOptions options;
        options.connection = scratch_connection("postgres");
        options.policy.retries = 0;
        options.target = target;
        options.role = role;
        if (!user.empty()) {
            options.connection.keywords["user"] = user;
        }
        return {options, {}};
    }

    [[nodiscard]] static Time now() { return parse_stamp("20260112_120000").value(); }

    static void fill(std::string const &database, std::string const &content) {
        run_sql(database, "CREATE TABLE v AS SELECT '" + content + "' AS content");
    }
    [[nodiscard]] static std::string content(std::string const &database) {
        return query_sql(database, "SELECT content FROM v");
    }

    // A new database with the content `old`.
    [[nodiscard]] static std::string live_database() {
        std::string const name = create_database("live");
        fill(name, "old");
        return name;
    }

    [[nodiscard]] static Target target(Sessions const &sessions, std::string const &name) {
        return find_target(sessions, name, {}).value();
    }

    // A staging database for it, with the content `new`.
    [[nodiscard]] static std::unique_ptr<Staging> stage(Sessions const &sessions,
                                                        Target const &target) {
        auto staging = std::make_unique<Staging>(sessions, target.name, now(), std::stop_token{});
        staging->create(target.properties);
        fill(staging->name(), "new");
        return staging;
    }

    [[nodiscard]] static std::optional<std::uint32_t> oid(std::string const &name) {
        for (auto const &database : databases()) {
            if (database.name == name) {
                return database.oid;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] static std::optional<std::string> comment(std::string const &name) {
        for (auto const &database : databases()) {
            if (database.name == name) {
                return database.comment;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] static std::vector<CommentedDatabase> databases() {
        Connection connection = sessions().maintenance("test");
        return list_commented_databases(connection);
    }

    [[nodiscard]] static Connection connect(std::string const &database,
                                            std::string const &user = {}) {
        ConnectPolicy policy;
        policy.retries = 0;
        policy.label = "client";
        ConnectionSettings settings = scratch_connection(database);
        if (!user.empty()) {
            settings.keywords["user"] = user;
        }
        return {settings, policy, {}};
    }

    // A new role that may log in and create databases.
    [[nodiscard]] static std::string create_role(std::string const &options = {}) {
        static int count = 0;
        std::string const name = "swapper_" + std::to_string(++count);
        run_sql("postgres", "CREATE ROLE " + name + " LOGIN CREATEDB " + options);
        return name;
    }

    // For a swap that fails: the target is what it was, and open.
    static void expect_untouched(Target const &target) {
        EXPECT_EQ(oid(target.name), target.oid);
        EXPECT_EQ(content(target.name), "old");
        EXPECT_EQ(comment(target.name), target.properties.comment);
        expect_all_open();
    }
    static void expect_all_open() {
        EXPECT_EQ(query_sql("template1", "SELECT datname FROM pg_database WHERE NOT datallowconn"
                                         " AND datname <> 'template0' OR datconnlimit = 0"),
                  "");
    }

    [[nodiscard]] static std::string old_name(std::string const &name) {
        return old_name_for(name, now());
    }
};

} // namespace pgkeep
