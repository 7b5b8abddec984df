#include "base/error.hpp"
#include "pg/connection_settings.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

namespace pgkeep {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

ConnectionSettings resolve(ConnectionInputs const &inputs) {
    std::vector<std::string> notes;
    return resolve_connection(inputs, notes);
}

class EnvFileOnDisk {
public:
    explicit EnvFileOnDisk(std::string const &text) { std::ofstream{path()} << text; }
    [[nodiscard]] std::string path() const { return std::string{folder_.path()} + "/.env"; }

private:
    TemporaryFolder folder_;
};

TEST(ResolveConnection, PrefersTheCommandLineThenFileThenEnvironmentThenConfiguration) {
    EnvFileOnDisk const file{"PGPORT=2\nPGUSER=file\n"};
    ConnectionInputs inputs;
    inputs.host = "cli";
    inputs.env_file = file.path();
    inputs.environment = {
        {"PGHOST", "env"}, {"PGPORT", "3"}, {"PGUSER", "env"}, {"PGDATABASE", "env"}};
    inputs.configuration = {{"host", "conf"}, {"dbname", "conf"}, {"username", "conf"}};
    EXPECT_THAT(resolve(inputs).keywords,
                UnorderedElementsAre(Pair("host", "cli"), Pair("port", "2"), Pair("user", "file"),
                                     Pair("dbname", "env")));
}

TEST(ResolveConnection, UsesTheConfigurationWhenNothingElseSpeaks) {
    ConnectionInputs inputs;
    inputs.configuration = {{"host", "conf"}, {"port", "7"}, {"dbname", "shop"}, {"username", "u"}};
    EXPECT_THAT(resolve(inputs).keywords,
                UnorderedElementsAre(Pair("host", "conf"), Pair("port", "7"),
                                     Pair("dbname", "shop"), Pair("user", "u")));
}

TEST(ResolveConnection, PrefersSingleOptionsToTheConnectionString) {
    ConnectionInputs inputs;
    inputs.dbname = "postgresql://a:1/shop";
    inputs.host = "b";
    EXPECT_EQ(resolve(inputs).get("host"), "b");
    EXPECT_EQ(resolve(inputs).get("port"), "1");
}

TEST(ResolveConnection, PrefersTheUrlToSingleVariablesOfTheSameSource) {
    ConnectionInputs inputs;
    inputs.environment = {
        {"DATABASE_URL", "postgres://u@url/shop"}, {"PGHOST", "single"}, {"PGPORT", "9"}};
    EXPECT_EQ(resolve(inputs).get("host"), "url");
    EXPECT_EQ(resolve(inputs).get("port"), "9");
}

TEST(ResolveConnection, CombinesADatabaseNameWithTheUrlOfTheEnvironment) {
    ConnectionInputs inputs;
    inputs.dbname = "other";
    inputs.environment = {{"DATABASE_URL", "postgres://u:pw@url/shop"}};
    EXPECT_THAT(resolve(inputs).keywords,
                UnorderedElementsAre(Pair("host", "url"), Pair("dbname", "other"),
                                     Pair("user", "u"), Pair("password", "pw")));
}

TEST(ResolveConnection, NeverSendsTheUrlsPasswordToAnotherServer) {
    std::vector<std::string> notes;
    ConnectionInputs inputs;
    inputs.dbname = "postgresql://elsewhere/shop";
    inputs.environment = {{"DATABASE_URL", "postgres://u:pw@url/shop"}};
    EXPECT_EQ(resolve_connection(inputs, notes).get("password"), "");
    EXPECT_THAT(notes, ElementsAre(HasSubstr("another server")));
    inputs.dbname = "shop";
    inputs.host = "elsewhere";
    EXPECT_EQ(resolve(inputs).get("password"), "");
}

TEST(ResolveConnection, IgnoresAnUrlOfAnotherKindWhenTheDatabaseIsKnown) {
    ConnectionInputs inputs;
    inputs.environment = {{"DATABASE_URL", "mysql://u:pw@db/shop"}};
    EXPECT_THROW((void)resolve(inputs), Error);
    inputs.dbname = "shop";
    EXPECT_THAT(resolve(inputs).keywords, ElementsAre(Pair("dbname", "shop")));
}

TEST(ResolveConnection, ReadsThePostgresVariablesOfAnEnvFile) {
    EnvFileOnDisk const file{
        "POSTGRES_USER=u\nPOSTGRES_PASSWORD='p w'\nPOSTGRES_DB=shop\nPOSTGRES_HOST=db\n"
        "POSTGRES_PORT=5433\n"};
    ConnectionInputs inputs;
    inputs.env_file = file.path();
    EXPECT_THAT(resolve(inputs).keywords,
                UnorderedElementsAre(Pair("user", "u"), Pair("password", "p w"),
                                     Pair("dbname", "shop"), Pair("host", "db"),
                                     Pair("port", "5433")));
}

TEST(ResolveConnection, IgnoresThePostgresVariablesBesideAnUrl) {
    EnvFileOnDisk const file{"DATABASE_URL=postgres://app@db/shop\nPOSTGRES_PASSWORD=root\n"};
    ConnectionInputs inputs;
    inputs.env_file = file.path();
    EXPECT_EQ(resolve(inputs).get("password"), "");
}

TEST(ResolveConnection, AnEnvFileThatIsNotThereIsAWrongConfiguration) {
    ConnectionInputs inputs;
    inputs.env_file = "/nonexistent/.env";
    try {
        (void)resolve(inputs);
        FAIL();
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::configuration);
        EXPECT_THAT(error.what(), HasSubstr("/nonexistent/.env"));
        EXPECT_FALSE(error.hint().empty());
    }
}

TEST(ResolveConnection, RefusesAnEnvFileThatNamesNoDatabase) {
    EnvFileOnDisk const file{"COLOR=blue\n"};
    ConnectionInputs inputs;
    inputs.env_file = file.path();
    try {
        (void)resolve(inputs);
        FAIL();
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::configuration);
        EXPECT_THAT(error.hint(), HasSubstr("DATABASE_URL"));
    }
}

TEST(ResolveConnection, LeavesToAServiceWhatItsFileSays) {
    ConnectionInputs inputs;
    inputs.environment = {{"PGSERVICE", "prod"}, {"PGHOST", "x"}, {"PGSSLMODE", "require"}};
    EXPECT_THAT(resolve(inputs).keywords,
                UnorderedElementsAre(Pair("service", "prod"), Pair("sslmode", "require")));
    inputs.dbname = "service=test";
    EXPECT_THAT(resolve(inputs).keywords, ElementsAre(Pair("service", "test")));
}

TEST(ConnectionSettings, DescribesItselfWithoutSecrets) {
    ConnectionSettings const settings{
        {{"host", "db"}, {"dbname", "shop"}, {"user", "u"}, {"password", "geheim"}}};
    EXPECT_EQ(settings.describe(), "db:5432/shop as u");
    EXPECT_EQ(ConnectionSettings{}.describe(), "local socket:5432");
    EXPECT_THAT((ConnectionSettings{{{"dbname", "a\x1b[2J"}}}.describe()), Not(HasSubstr("\x1b")));
}

TEST(ConnectionSettings, BecomesTheEnvironmentOfAChild) {
    ConnectionSettings const settings{{{"host", "db"},
                                       {"port", "5433"},
                                       {"dbname", "a=b"},
                                       {"user", "u"},
                                       {"password", "geheim"},
                                       {"sslmode", "require"},
                                       {"service", "prod"},
                                       {"client_encoding", "LATIN1"},
                                       {"application_name", "x"},
                                       {"keepalives", "1"}}};
    EXPECT_THAT(settings.environment(),
                UnorderedElementsAre(Pair("PGHOST", "db"), Pair("PGPORT", "5433"),
                                     Pair("PGDATABASE", "a=b"), Pair("PGUSER", "u"),
                                     Pair("PGPASSWORD", "geheim"), Pair("PGSSLMODE", "require")));
}

TEST(ConnectionSettings, NamesTheVariablesThatWouldContradict) {
    ConnectionSettings const settings{{{"host", "/tmp"}, {"port", "5433"}}};
    auto const names = settings.environment_to_unset();
    for (auto const *const name :
         {"PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR", "PGCLIENTENCODING", "PGTZ", "PGOPTIONS"}) {
        EXPECT_THAT(names, Contains(name));
    }
    EXPECT_THAT(names, Not(Contains("PGHOST")));
    EXPECT_THAT(names, Not(Contains("PGPORT")));
}

TEST(ConnectionEnvironment, TakesTheVariablesOfLibpqAndTheUrl) {
    ::setenv("DATABASE_URL", "postgres://db/shop", 1);
    ::setenv("PGOPTIONS", "-c x.y=1", 1);
    auto const variables = connection_environment();
    ::unsetenv("DATABASE_URL");
    ::unsetenv("PGOPTIONS");
    EXPECT_THAT(variables, Contains(Pair("DATABASE_URL", "postgres://db/shop")));
    EXPECT_THAT(variables, Contains(Pair("PGOPTIONS", "-c x.y=1")));
    EXPECT_EQ(connection_environment().count("DATABASE_URL"), 0U);
}

} // namespace
} // namespace pgkeep
