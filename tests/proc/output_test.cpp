// What of a child's stderr goes into the message of its failure.

#include "proc/output.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

TEST(LastLines, AreTheLastFive) {
    EXPECT_EQ(last_lines("one\ntwo\nthree\n\nfour\nfive\nsix\n"), "two; three; four; five; six");
}

TEST(LastLines, BeginWithTheCauseThoughALongStatementFollowsIt) {
    EXPECT_EQ(
        last_lines("pg_restore: connecting\n"
                   "pg_restore: error: could not execute query: no connection\n"
                   "Command was: CREATE TABLE t (\n    id integer,\n    name text,\n    at date,\n "
                   "   x int\n);\n"),
        "pg_restore: error: could not execute query: no connection;     id integer,;     name "
        "text,;     at date,;     x int; );");
}

} // namespace
} // namespace pgkeep
