#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection_settings.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

ConnectionSettings parse(std::string_view text) {
    std::vector<std::string> notes;
    auto settings = parse_connection(text, notes);
    EXPECT_THAT(notes, IsEmpty());
    return settings;
}

Error refusal(std::string_view text) {
    try {
        std::vector<std::string> notes;
        (void)parse_connection(text, notes);
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::usage);
        return error;
    }
    ADD_FAILURE() << "accepted";
    return Error{ErrorKind::failed, ""};
}

TEST(ConnectionString, TakesANameAsItIs) {
    EXPECT_THAT(parse("shop").keywords, ElementsAre(Pair("dbname", "shop")));
    EXPECT_THAT(parse("we\"ird / näme\n").keywords,
                ElementsAre(Pair("dbname", "we\"ird / näme\n")));
    EXPECT_THAT(parse("").keywords, IsEmpty());
}

TEST(ConnectionString, ReadsKeywords) {
    EXPECT_THAT(parse("host=db port=5433 dbname='a b' password='x\\'y'").keywords,
                UnorderedElementsAre(Pair("host", "db"), Pair("port", "5433"),
                                     Pair("dbname", "a b"), Pair("password", "x'y")));
}

TEST(ConnectionString, DoesNotExpandADatabaseNameInsideAgain) {
    EXPECT_EQ(parse("host=db dbname='postgresql://other/x'").get("dbname"), "postgresql://other/x");
    EXPECT_EQ(parse("postgresql://db/a%3Db").get("dbname"), "a=b");
}

TEST(ConnectionString, ReadsUrlsOfLibpqAndOfDrivers) {
    for (auto const *const scheme :
         {"postgres", "postgresql", "postgresql+psycopg2", "postgres+asyncpg", "POSTGRESQL"}) {
        EXPECT_THAT(parse(std::string{scheme} + "://u:p%40w@db:5433/shop?sslmode=require").keywords,
                    UnorderedElementsAre(Pair("host", "db"), Pair("port", "5433"),
                                         Pair("dbname", "shop"), Pair("user", "u"),
                                         Pair("password", "p@w"), Pair("sslmode", "require")))
            << scheme;
    }
}

TEST(ConnectionString, ReadsSocketFoldersAndSeveralHosts) {
    EXPECT_EQ(parse("postgresql://%2Fvar%2Frun/shop").get("host"), "/var/run");
    EXPECT_EQ(parse("postgresql:///shop?host=/tmp").get("host"), "/tmp");
    EXPECT_EQ(parse("postgresql://a:1,b:2/shop").get("port"), "1,2");
    EXPECT_EQ(parse("postgresql://[::1]:5433/shop").get("host"), "::1");
}

TEST(ConnectionString, DropsPoolParametersWithANote) {
    std::vector<std::string> notes;
    auto const settings = parse_connection(
        "postgresql+psycopg2://db/"
        "shop?pool_size=5&connect_timeout=3&pgbouncer=true&schema=public&poolMaxConns=2",
        notes);
    EXPECT_THAT(settings.keywords, UnorderedElementsAre(Pair("host", "db"), Pair("dbname", "shop"),
                                                        Pair("connect_timeout", "3")));
    EXPECT_THAT(notes, ElementsAre(HasSubstr("pool_size"), HasSubstr("pgbouncer"),
                                   HasSubstr("schema"), HasSubstr("poolMaxConns")));
}

TEST(ConnectionString, TurnsSslIntoSslmode) {
    EXPECT_EQ(parse("postgresql+asyncpg://db/shop?ssl=require").get("sslmode"), "require");
    EXPECT_EQ(parse("postgres://db/shop?ssl=true").get("sslmode"), "require");
    EXPECT_EQ(parse("postgres://db/shop?ssl=verify-full").get("sslmode"), "verify-full");
    EXPECT_THAT(refusal("postgres://db/shop?ssl=maybe").hint(), HasSubstr("sslmode=disable"));
}

TEST(ConnectionString, RefusesAnUnknownParameterWithTheNearestRightOne) {
    auto const error = refusal("postgres://db/shop?sslmod=require");
    EXPECT_THAT(error.what(), HasSubstr("sslmod"));
    EXPECT_EQ(error.hint(), "Did you mean `sslmode`?");
    EXPECT_THAT(refusal("postgres://db/shop?frobnicate=1").what(), HasSubstr("frobnicate"));
}

TEST(ConnectionString, RefusesAnUnknownKeywordWithTheNearestRightOne) {
    EXPECT_EQ(refusal("hostt=db dbname=shop").hint(), "Did you mean `host`?");
}

TEST(ConnectionString, RefusesOtherDatabases) {
    EXPECT_THAT(refusal("mysql://u:geheim@db/shop").what(), HasSubstr("mysql://"));
    EXPECT_THAT(refusal("jdbc:postgresql://db/shop").hint(), HasSubstr("postgresql://"));
}

TEST(ConnectionString, NeverRepeatsAPasswordThatWasWrittenWrongly) {
    for (auto const *const text :
         {"postgresql://u:geheim%zz@db/shop", "postgresql://u:ge@heim@db/shop",
          "postgresql://u:geheim/x@db/shop", "postgresql://u:1234/geheim@db/shop",
          "postgresql://u:1?geheim@db/shop", "postgresql://u:ge?heim@db/shop",
          "host=db password=my geheim", "host=db password='geheim", "host=db password=my geheim=x",
          "postgresql://u:geheim@[::1/shop", "mysql://u:geheim@db/x"}) {
        auto const error = refusal(text);
        EXPECT_THAT(error.what(), Not(HasSubstr("heim"))) << text;
        EXPECT_THAT(error.hint(), Not(HasSubstr("heim"))) << text;
    }
}

TEST(ConnectionString, RegistersThePasswordForRedaction) {
    (void)parse("postgresql://u:Tr%C3%BCffel99@db/shop");
    EXPECT_EQ(redacted("it is Trüffel99 now"), "it is *** now");
}

} // namespace
} // namespace pgkeep
