// The sample shop is what the end-to-end tests trust, so it is itself under test: PostgreSQL's own
// dump and restore must bring all of it back, and the fingerprint must notice when it does not.

#include "support/fingerprint.hpp"
#include "support/scratch.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

class SampleShop : public testing::Test {
protected:
    static void SetUpTestSuite() { shop_ = create_sample_shop(); }
    static std::string copy() {
        std::string const name = create_database("copy", "TEMPLATE " + shop_);
        return name;
    }
    static std::string shop_;
};
std::string SampleShop::shop_;

TEST_F(SampleShop, HasAtLeast300000Rows) {
    EXPECT_GE(std::stol(query_sql(
                  shop_, "SELECT sum(reltuples) FROM pg_class WHERE relkind = 'r' AND "
                         "relnamespace::regnamespace::text !~ '^(pg_|information_schema)'")),
              300'000);
}

TEST_F(SampleShop, HasEveryKindOfRelation) {
    EXPECT_EQ(
        query_sql(
            shop_,
            "SELECT string_agg(DISTINCT relkind::text, '' ORDER BY relkind::text) FROM pg_class "
            "WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"),
        "IScfimprv");
}

TEST_F(SampleShop, ComesBackThroughPgDumpAndPsqlTheSame) {
    std::string const back = create_database("back", "TEMPLATE template0");
    ShellResult const result = run_shell(
        "pg_dump -d \"$1\" | psql -X -q -v ON_ERROR_STOP=1 -d \"$2\" >/dev/null", {shop_, back});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(first_difference(schema_fingerprint(shop_), schema_fingerprint(back)), "");
    EXPECT_EQ(first_difference(data_fingerprint(shop_), data_fingerprint(back)), "");
}

TEST_F(SampleShop, FingerprintNoticesOneChangedValue) {
    std::string const changed = copy();
    run_sql(changed, "UPDATE shop.one_text SET t = ' ' || t WHERE t = '\\.'");
    EXPECT_THAT(first_difference(data_fingerprint(shop_), data_fingerprint(changed)),
                testing::HasSubstr("shop.one_text"));
}

TEST_F(SampleShop, FingerprintNoticesALostRowOfATableWithoutColumns) {
    std::string const changed = copy();
    run_sql(changed,
            "DELETE FROM shop.no_columns WHERE ctid = (SELECT min(ctid) FROM shop.no_columns)");
    EXPECT_THAT(first_difference(data_fingerprint(shop_), data_fingerprint(changed)),
                testing::HasSubstr("no_columns|4"));
}

TEST_F(SampleShop, FingerprintNoticesASequenceAndALargeObject) {
    std::string const changed = copy();
    run_sql(changed, "SELECT nextval('stock.never_called')");
    EXPECT_THAT(first_difference(data_fingerprint(shop_), data_fingerprint(changed)),
                testing::HasSubstr("stock.never_called"));
    std::string const other = copy();
    run_sql(other, "SELECT lo_put(700004, 4000000, 'x')");
    EXPECT_THAT(first_difference(data_fingerprint(shop_), data_fingerprint(other)),
                testing::HasSubstr("large object|700004"));
}

TEST_F(SampleShop, FingerprintNoticesALostComment) {
    std::string const changed = copy();
    run_sql(changed, "COMMENT ON COLUMN shop.customers.credit IS NULL");
    EXPECT_THAT(first_difference(schema_fingerprint(shop_), schema_fingerprint(changed)),
                testing::HasSubstr("customers.credit"));
}

} // namespace
} // namespace pgkeep
