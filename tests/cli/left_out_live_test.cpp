// A backup without something that its role may not save asks for a look.

#include "cli/program_runner.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::HasSubstr;

namespace {
class LeftOutLive : public ProgramsLive {};
} // namespace

TEST_F(LeftOutLive, EndsWithAttentionAndPublishesTheArchive) {
    std::string const database = create_database("subscribed");
    run_sql(database, "CREATE ROLE subscription_reader LOGIN BYPASSRLS IN ROLE pg_read_all_data; "
                      "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION p WITH "
                      "(connect = false, slot_name = NONE)");
    ShellResult const result =
        run("pgkeep-backup -U subscription_reader -d \"$1\" --json", {database});
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr("warning: pg_dump warns: subscriptions not dumped"));
    EXPECT_THAT(result.err, HasSubstr("objects of the database are not in the archive"));
    auto const document = nlohmann::json::parse(result.out);
    EXPECT_THAT(document.at("databases").at(0).at("left_out").at(0).get<std::string>(),
                HasSubstr("subscriptions not dumped"));
    EXPECT_EQ(run("pgkeep-verify -d \"$1\" --latest", {database}).exit_code, 0);
}
