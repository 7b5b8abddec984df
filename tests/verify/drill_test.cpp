// What a drill makes of texts and errors, without a server.

#include "pg/connection.hpp"
#include "restore/proof.hpp"
#include "verify/amcheck.hpp"
#include "verify/drill_outcome.hpp"
#include "verify/drill_server.hpp"
#include "verify/drill_subject.hpp"
#include "verify/schema_agreement.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

PgError pg_error(std::string const &text) {
    return PgError{ErrorKind::failed, "data: " + text, {}, "XX000", text};
}

TEST(SchemaDisagreement, IsNoneForOurSettingsAroundTheSameText) {
    EXPECT_EQ(disagreement("--\n\n\\restrict x\n\nSET a = 1;\nCREATE TABLE t;\n\nSET b = 2;\n",
                           "--\n\n\nSET a = 1;\nCREATE TABLE t;\n"),
              std::nullopt);
    EXPECT_EQ(disagreement("RESET lc_monetary;\n\n--\nCREATE INDEX i;\n\\unrestrict x\n\n",
                           "--\nCREATE INDEX i;\n"),
              std::nullopt);
}

TEST(SchemaDisagreement, ShowsTheFirstLineThatDiffers) {
    EXPECT_THAT(disagreement("A;\nB;\n", "A;\nC;\n"),
                Optional(HasSubstr("the text has `B;` where the schema archive has `C;`")));
}

TEST(SchemaDisagreement, ShowsWhatStandsInOneOnly) {
    EXPECT_THAT(disagreement("A;\n", "A;\nC;\n"), Optional(HasSubstr("nothing more")));
    EXPECT_THAT(disagreement("A;\nDROP TABLE t;\n", "A;\n"), Optional(HasSubstr("DROP TABLE t;")));
}

TEST(ParseAmcheck, MakesOneFindingForEachRelation) {
    auto const findings =
        parse_amcheck("heap table \"d.public.t\", block 0, offset 1:\n    xmin is bad\n"
                      "btree index \"d.public.i\":\n    ERROR:  order\n    DETAIL:  more\n");
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[0].object, "amcheck");
    EXPECT_EQ(findings[0].message, "heap table \"d.public.t\", block 0, offset 1: xmin is bad");
    EXPECT_THAT(findings[1].message, HasSubstr("ERROR:  order DETAIL:  more"));
}

TEST(DrillSubject, OfAScriptSaysVersionAndEncoding) {
    DrillSubject const subject =
        subject_of_script("--\n-- Dumped from database version 13.4 (Debian)\n\n"
                          "SET client_encoding = 'LATIN1';\n");
    EXPECT_EQ(subject.server_major, 13);
    EXPECT_EQ(subject.encoding, "LATIN1");
}

TEST(DrillSubject, TakesUtf8WhenTheScriptDoesNotSayOrNoServerHasIt) {
    EXPECT_EQ(subject_of_script("SELECT 1;\n").encoding, "UTF8");
    EXPECT_EQ(subject_of_script("\nSET client_encoding = 'SJIS';\n").encoding, "UTF8");
    EXPECT_EQ(subject_of_script("\nSET client_encoding = 'no such';\n").encoding, "UTF8");
}

TEST(DrillSubject, NeedsTheRolesOfObjectsOwnerSettingsAndPrivileges) {
    Manifest manifest;
    manifest.roles = {"a", "b"};
    manifest.database.owner = "c";
    manifest.database.settings = {{"d", "work_mem", "1MB"}, {"", "work_mem", "1MB"}};
    manifest.database.acl = {"=Tc/c", "\"e \"\"x\"=C/f"};
    EXPECT_THAT(roles_of(manifest), ElementsAre("a", "b", "c", "d", "e \"x", "f"));
}

TEST(WhyUntried, IsWhatTheMachineLacks) {
    for (std::string const text :
         {"could not extend file \"base/1/2\": No space left on device",
          "could not open extension control file \"/x/postgis.control\": No such file",
          "extension \"postgis\" is not available",
          "could not access file \"$libdir/postgis-3\": No such file or directory",
          "could not create locale \"de_DE.utf8\": No such file or directory",
          "collation \"pg_catalog.de_DE\" for encoding \"UTF8\" does not exist"}) {
        EXPECT_THAT(why_untried(pg_error(text), {}), Optional(HasSubstr(text))) << text;
    }
}

TEST(WhyUntried, IsNothingThatTheArchiveIsToBlameFor) {
    for (std::string const text :
         {"could not create unique index \"i\"", "syntax error", "role \"x\" does not exist"}) {
        EXPECT_EQ(why_untried(pg_error(text), {}), std::nullopt) << text;
    }
}

TEST(WhyUntried, DoesNotBelieveWordsOfTheStatementThatFailed) {
    Error const error{ErrorKind::failed,
                      "pg_restore failed (exit code 1): ERROR:  relation \"t\" does not exist; "
                      "Command was: SELECT 'No space left on device'"};
    EXPECT_EQ(why_untried(error, {}), std::nullopt);
}

TEST(WhyUntried, LooksIntoTheServersLogWhenPgRestoreHasLostTheError) {
    Error const error{ErrorKind::failed, "pg_restore failed (exit code 1): $$ LANGUAGE sql"};
    ServerState server;
    server.last_error = "ERROR:  could not load library \"x.so\"";
    EXPECT_THAT(why_untried(error, server), Optional(HasSubstr("Install the package")));
}

TEST(WhyUntried, IsAFullDiskWhenTheServerIsLostAndThereIsNoRoom) {
    PgError const error{ErrorKind::connection, "data: lost", {}, "", "lost"};
    ServerState server;
    EXPECT_EQ(why_untried(error, server), std::nullopt);
    server.disk_is_full = true;
    EXPECT_THAT(why_untried(error, server), Optional(HasSubstr("Make room")));
}

TEST(WhyUntried, IsAServerThatSomebodyShutDown) {
    ServerState server;
    server.was_shut_down = true;
    for (Error const &error : {Error{ErrorKind::connection, "data: lost"},
                               Error{ErrorKind::failed, "pg_restore failed (exit code 1)"}}) {
        EXPECT_THAT(why_untried(error, server), Optional(HasSubstr("shut the server")));
    }
    EXPECT_EQ(why_untried(Error{ErrorKind::differs, "differs"}, server), std::nullopt);
    EXPECT_EQ(why_untried(Error{ErrorKind::damaged, "damaged"}, server), std::nullopt);
}

TEST(WasShutDown, ReadsTheServersLog) {
    EXPECT_TRUE(was_shut_down("LOG:  ready\nLOG:  received immediate shutdown request\n"));
    EXPECT_TRUE(was_shut_down("LOG:  received fast shutdown request"));
    EXPECT_FALSE(was_shut_down(""));
    EXPECT_FALSE(was_shut_down("STATEMENT:  SELECT 'LOG:  received fast shutdown request'\n"
                               "LOG:  received SIGHUP, reloading configuration files\n"));
}

TEST(WhyUntried, DoesNotTakeAnOlderErrorForTheReasonOfALostConnection) {
    PgError const error{ErrorKind::connection, "data: lost", {}, "", "lost"};
    ServerState server;
    server.last_error = "ERROR:  extension \"x\" is not available";
    EXPECT_EQ(why_untried(error, server), std::nullopt);
    server.last_error = "LOG:  server process (PID 7) was terminated by signal 9: Killed";
    EXPECT_THAT(why_untried(error, server), Optional(HasSubstr("memory")));
}

TEST(WhyUntried, AnEndOfPgRestoreByKillSaysNothingAgainstTheArchive) {
    Error const killed{ErrorKind::failed, "pg_restore failed (signal 9, Killed)"};
    EXPECT_THAT(why_untried(killed, ServerState{}), Optional(HasSubstr("memory")));
    Error const crashed{ErrorKind::failed, "pg_restore failed (signal 11, Segmentation fault)"};
    EXPECT_EQ(why_untried(crashed, ServerState{}), std::nullopt);
}

TEST(FindingsOf, AProofHasOneForEachDifference) {
    Proof proof;
    proof.invalid = {"index public.i is invalid"};
    proof.differences = {{"table public.t", "2 rows", "1 row"}};
    auto const findings = findings_of(ProofError{"differs", {}, proof}, "proof", {});
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[0].object, "index public.i");
    EXPECT_EQ(findings[1].object, "table public.t");
    EXPECT_EQ(findings[1].message, "the archive has 2 rows, the restored database 1 row");
}

TEST(LastServerError, IsTheLastOneThatExplainsSomething) {
    EXPECT_EQ(last_server_error("LOG:  a\nERROR:  first\nPANIC:  could not write\nDETAIL:  x\n"
                                "WARNING:  terminating connection because of crash\n"
                                "FATAL:  the database system is in recovery mode\n"),
              "PANIC:  could not write");
    EXPECT_THAT(last_server_error("LOG:  all is well\n"), IsEmpty());
}

TEST(NameOfStep, IsTheOneBehindWhatWasDone) {
    EXPECT_EQ(name_of_step(std::nullopt, false), "archive");
    EXPECT_EQ(name_of_step(RestoreStep::created, false), "pre-data");
    EXPECT_EQ(name_of_step(RestoreStep::created, true), "script");
    EXPECT_EQ(name_of_step(RestoreStep::loaded, false), "post-data");
}

} // namespace
} // namespace pgkeep
