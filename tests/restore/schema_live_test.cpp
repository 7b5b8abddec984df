#include "base/error.hpp"
#include "restore/schema.hpp"
#include "support/errors.hpp"
#include "support/fingerprint.hpp"
#include "support/scratch.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;

namespace {

std::string schema_archive(std::string const &database) {
    ShellResult const dump =
        run_shell("PGDATABASE=$1 pg_dump -Fc --section=pre-data --section=post-data", {database});
    EXPECT_EQ(dump.exit_code, 0) << dump.err;
    return dump.out;
}

Schema schema_for_older_server(std::string const &archive, RestoreOptions const &options) {
    Schema schema{choose_programs(scratch_server().bindir(), "pg_restore", 0),
                  as_bytes(archive),
                  options,
                  {}};
    schema.for_older_server();
    return schema;
}

} // namespace

// What a newer pg_restore sets by itself an older server may refuse; psql runs its script there.
TEST(Schema, IsTheSameByPsqlAsByPgRestore) {
    std::string const shop = create_sample_shop();
    std::string const archive = schema_archive(shop);
    std::string const target = create_database("by_psql", "TEMPLATE template0 ENCODING 'UTF8'");
    RestoreOptions const options;
    Schema const schema = schema_for_older_server(archive, options);
    schema.restore_pre_data(scratch_connection(target), target);
    schema.restore_post_data(scratch_connection(target), target, 2, "8MB", {});
    EXPECT_EQ(first_difference(schema_fingerprint(shop), schema_fingerprint(target)), "");
}

TEST(Schema, StopsAtTheFirstErrorOfPsql) {
    std::string const source = create_database("source", "TEMPLATE template0");
    run_sql(source, "CREATE TABLE a (); CREATE TABLE b ()");
    std::string const target = create_database("by_psql", "TEMPLATE template0");
    run_sql(target, "CREATE TABLE a (already_there integer)");
    std::string const archive = schema_archive(source);
    RestoreOptions const options;
    Schema const schema = schema_for_older_server(archive, options);
    Error const error =
        error_of([&] { schema.restore_pre_data(scratch_connection(target), target); });
    EXPECT_THAT(error.what(), testing::HasSubstr("relation \"a\" already exists"));
    EXPECT_EQ(query_sql(target, "SELECT to_regclass('b') IS NULL"), "t");
}
