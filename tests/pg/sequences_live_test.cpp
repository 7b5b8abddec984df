#include "base/error.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/live.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Sequences, AreReadWithValueAndWhetherItWasUsed) {
    auto connection = open_test(create_database("sequences"));
    connection.execute("CREATE SEQUENCE public.fresh START 5; CREATE SEQUENCE public.\"u\"\"sed\"; "
                       "SELECT nextval('public.\"u\"\"sed\"');"
                       "SELECT nextval('public.\"u\"\"sed\"'); CREATE SEQUENCE public.down "
                       "INCREMENT -1 MINVALUE -9223372036854775808 START -9223372036854775808");
    auto const sequences = list_sequences(connection, all_relations(connection));
    EXPECT_THAT(read_sequences(connection, sequences),
                ElementsAre(SequenceEntry{"public", "fresh", 5, false},
                            SequenceEntry{"public", "u\"sed", 2, true},
                            SequenceEntry{"public", "down", INT64_MIN, false}));
    EXPECT_THAT(read_sequences(connection, {}), IsEmpty());
}

TEST(Sequences, AreReadInAsManyStatementsAsNeeded) {
    auto connection = open_test(create_database("sequences"));
    connection.execute("DO $$BEGIN FOR i IN 1..450 LOOP EXECUTE 'CREATE SEQUENCE public.s' || i || "
                       "' START ' || i; END LOOP; END$$");
    auto const entries =
        read_sequences(connection, list_sequences(connection, all_relations(connection)));
    ASSERT_EQ(entries.size(), 450U);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ(entries[i].name, "s" + std::to_string(i + 1));
        EXPECT_EQ(entries[i].last_value, static_cast<std::int64_t>(i + 1));
    }
}

TEST(Sequences, AreNamedWhenTheyAreGoneOrOthers) {
    auto const database = create_database("sequences");
    auto connection = open_test(database);
    auto other = open_test(database);
    other.execute("CREATE SEQUENCE public.a; CREATE SEQUENCE public.b");
    auto const sequences = list_sequences(connection, all_relations(connection));
    (void)export_snapshot(connection, SnapshotIsolation::repeatable_read);
    other.execute("DROP SEQUENCE public.b");
    auto const gone = error_of([&] { (void)read_sequences(connection, sequences); });
    EXPECT_EQ(gone.kind(), ErrorKind::schema_moved);
    EXPECT_THAT(gone.what(), HasSubstr("public.b"));
    other.execute("CREATE SEQUENCE public.b");
    EXPECT_EQ(error_of([&] { (void)read_sequences(connection, sequences); }).kind(),
              ErrorKind::schema_moved);
}

TEST(Sequences, HaveMovedWhenTheirValueIsOutsideOfTheBoundsThatTheSnapshotHas) {
    auto const database = create_database("sequences");
    auto connection = open_test(database);
    auto other = open_test(database);
    other.execute("CREATE SEQUENCE public.a MAXVALUE 10; CREATE SEQUENCE public.b MINVALUE 5");
    auto const sequences = list_sequences(connection, all_relations(connection));
    (void)export_snapshot(connection, SnapshotIsolation::repeatable_read);
    other.execute("ALTER SEQUENCE public.a NO MAXVALUE; SELECT setval('public.a', 10)");
    EXPECT_NO_THROW((void)read_sequences(connection, sequences));
    other.execute("SELECT setval('public.a', 11)");
    auto const error = error_of([&] { (void)read_sequences(connection, sequences); });
    EXPECT_EQ(error.kind(), ErrorKind::schema_moved);
    EXPECT_EQ(error.what(), std::string{"sequence public.a has a value outside of the bounds that "
                                        "it had when the snapshot was taken"});
    other.execute("SELECT setval('public.a', 1); ALTER SEQUENCE public.b MINVALUE 1; SELECT "
                  "setval('public.b', 4)");
    EXPECT_THAT(error_of([&] { (void)read_sequences(connection, sequences); }).what(),
                HasSubstr("public.b"));
    (void)export_snapshot(connection, SnapshotIsolation::repeatable_read);
    EXPECT_NO_THROW((void)read_sequences(connection, sequences));
}

TEST(Sequences, AreNamedWhenTheyMayNotBeRead) {
    auto const database = create_database("sequences");
    run_sql(database, "CREATE SEQUENCE a; CREATE SEQUENCE b; CREATE ROLE sequence_reader LOGIN;"
                      "GRANT USAGE ON SCHEMA public TO sequence_reader; GRANT SELECT ON SEQUENCE a "
                      "TO sequence_reader");
    auto connection = connect_as(database, "sequence_reader");
    auto const sequences = list_sequences(connection, all_relations(connection));
    auto const error = pg_error_of([&] { (void)read_sequences(connection, sequences); });
    EXPECT_EQ(error.kind(), ErrorKind::privilege);
    EXPECT_THAT(error.what(), HasSubstr("cannot read sequence public.b: permission denied"));
}

} // namespace
} // namespace pgkeep
