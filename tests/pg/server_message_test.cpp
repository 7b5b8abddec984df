#include "pg/server_message.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::HasSubstr;

TEST(ConnectFailure, FindsTheSqlstateOfAServersRefusal) {
    auto const message =
        explain_connect_failure("connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  "
                                "28P01: password authentication failed for "
                                "user \"u\"\nLOCATION:  auth_failed, auth.c:338\n");
    EXPECT_EQ(message.sqlstate, "28P01");
    EXPECT_EQ(message.text, "password authentication failed for user \"u\"");
    EXPECT_EQ(message.kind, ErrorKind::authentication);
    EXPECT_FALSE(message.may_pass);
}

TEST(ConnectFailure, FindsItInEveryLanguage) {
    auto const message =
        explain_connect_failure("SCHWERWIEGEND:  3D000: Datenbank »x« existiert nicht\n");
    EXPECT_EQ(message.sqlstate, "3D000");
    EXPECT_EQ(message.kind, ErrorKind::not_found);
}

TEST(ConnectFailure, MovesDetailAndHintOfTheServerIntoTheHint) {
    auto const message =
        explain_connect_failure("FATAL:  57P03: the database system is starting up\n"
                                "DETAIL:  Recovery is at 12 %.\nHINT:  Be patient\n");
    EXPECT_EQ(message.text, "the database system is starting up");
    EXPECT_THAT(message.hint, HasSubstr("Recovery is at 12 %. Be patient."));
    EXPECT_TRUE(message.may_pass);
}

TEST(ConnectFailure, SaysARefusedPortOnceForAllAddresses) {
    auto const message =
        explain_connect_failure("connection to server at \"localhost\" (::1), port 1 failed: "
                                "Connection refused\n\tIs the server running on "
                                "that host and accepting TCP/IP connections?\nconnection to server "
                                "at \"localhost\" (127.0.0.1), port 1 failed: "
                                "Connection refused\n\tIs the server running on that host and "
                                "accepting TCP/IP connections?\n");
    EXPECT_EQ(message.text, "Connection refused");
    EXPECT_EQ(message.kind, ErrorKind::connection);
    EXPECT_TRUE(message.may_pass);
    EXPECT_THAT(message.hint, HasSubstr("listen_addresses"));
}

TEST(ConnectFailure, LetsTheReasonThatStaysDecideAmongSeveralHosts) {
    auto const message = explain_connect_failure(
        "connection to server at \"a\" (10.0.0.1), port 5432 failed: Connection refused\n"
        "connection to server at \"b\" (10.0.0.2), port 5432 failed: FATAL:  28P01: wrong "
        "password\n");
    EXPECT_EQ(message.sqlstate, "28P01");
    EXPECT_FALSE(message.may_pass);
    EXPECT_EQ(message.text, "wrong password; Connection refused");
}

TEST(ConnectFailure, KnowsThatAWrongHostNameStaysWrong) {
    auto const message =
        explain_connect_failure("could not translate host name \"nowhere.invalid\" to address: "
                                "Name or service not known\n");
    EXPECT_FALSE(message.may_pass);
    EXPECT_THAT(message.hint, HasSubstr("host name"));
}

TEST(ConnectFailure, TellsAMissingPasswordFromABrokenConnection) {
    auto const message = explain_connect_failure(
        "connection to server at \"h\", port 5432 failed: fe_sendauth: no password supplied\n");
    EXPECT_EQ(message.kind, ErrorKind::authentication);
    EXPECT_FALSE(message.may_pass);
}

TEST(ConnectFailure, KeepsControlCharactersFromTheTerminal) {
    auto const message =
        explain_connect_failure("FATAL:  3D000: database \"\x1b[31m\" does not exist\n");
    EXPECT_EQ(message.text.find('\x1b'), std::string::npos);
}

TEST(ConnectFailure, SaysSomethingEvenWhenLibpqSaysNothing) {
    EXPECT_FALSE(explain_connect_failure("").text.empty());
}

} // namespace
} // namespace pgkeep
