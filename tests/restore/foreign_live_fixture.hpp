// A scratch database filled with a foreign dump, without the rest of a restore.

#pragma once

#include "base/progress.hpp"
#include "model/sql_text.hpp"
#include "restore/foreign_fixture.hpp"
#include "restore/script_content.hpp"
#include "support/errors.hpp"
#include "support/fingerprint.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <string>

namespace pgkeep {

class ForeignLive : public testing::Test {
protected:
    [[nodiscard]] static RestoreOptions options() {
        RestoreOptions options;
        options.connection = scratch_connection("postgres");
        options.bindir = scratch_server().bindir();
        options.policy.retries = 0;
        return options;
    }

    // The file of a script.
    [[nodiscard]] std::string script(std::string const &text) {
        std::string path = folder_.file("script_" + std::to_string(++files_) + ".sql");
        write_whole_file(path, text);
        return path;
    }

    // Fills a new database, and compares the rows of its tables with what was read.
    std::string fill(std::string const &path,
                     RestoreOptions const &options = ForeignLive::options()) {
        NoProgress progress;
        ScriptContent content{path, options, {}, progress};
        description_ = content.description();
        std::string database = create_database("foreign", "TEMPLATE template0");
        Sessions const sessions{options, {}};
        content.fill({sessions, database, 1, {}}, progress, [](RestoreStep) {});
        for (TableEntry const &table : content.manifest().tables) {
            EXPECT_EQ(query_sql(database, "SELECT count(*) FROM ONLY " +
                                              quote_qualified(table.schema, table.name)),
                      std::to_string(table.proof.rows))
                << table.name;
        }
        return database;
    }

    [[nodiscard]] Obstacles obstacles_of(std::string const &path,
                                         RestoreOptions const &options = ForeignLive::options()) {
        NoProgress progress;
        ScriptContent content{path, options, {}, progress};
        Obstacles obstacles;
        Connection connection = Sessions{options, {}}.maintenance("test");
        content.look_ahead(connection, false, obstacles);
        return obstacles;
    }

    TemporaryFolder folder_;
    std::string description_; // of the last content

private:
    int files_ = 0;
};

} // namespace pgkeep
