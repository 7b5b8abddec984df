#include "pg/large_objects.hpp"
#include "pg/live.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;

std::vector<std::string> without_creation(Connection &connection, std::uint32_t oid) {
    std::vector<std::uint32_t> const oids{oid};
    auto statements = define_large_objects(connection, oids);
    EXPECT_EQ(statements.front(), "SELECT pg_catalog.lo_create('" + std::to_string(oid) + "');");
    statements.erase(statements.begin());
    return statements;
}

TEST(LargeObjectDefinitions, AreCreationAndOwnerOfAPlainOne) {
    auto connection = open_test(create_database("definitions"));
    connection.execute("CREATE ROLE \"lo own\"\"er\";"
                       "SELECT pg_catalog.lo_create(17); ALTER LARGE OBJECT 17 OWNER TO \"lo "
                       "own\"\"er\"; SELECT pg_catalog.lo_create(4000000001)");
    EXPECT_THAT(without_creation(connection, 17),
                ElementsAre("ALTER LARGE OBJECT 17 OWNER TO \"lo own\"\"er\";"));
    std::vector<std::uint32_t> const both{17, 4000000001};
    EXPECT_EQ(define_large_objects(connection, both).size(), 4U);
}

TEST(LargeObjectDefinitions, HaveTheRightsInTheOrderInWhichTheyWereGranted) {
    auto connection = open_test(create_database("definitions"));
    connection.execute(
        "CREATE ROLE lo_owner; CREATE ROLE lo_b; CREATE ROLE lo_a; SELECT pg_catalog.lo_create(5);"
        "ALTER LARGE OBJECT 5 OWNER TO lo_owner; SET ROLE lo_owner;"
        "GRANT SELECT ON LARGE OBJECT 5 TO PUBLIC;"
        "GRANT SELECT, UPDATE ON LARGE OBJECT 5 TO lo_b; GRANT SELECT ON LARGE OBJECT 5 TO lo_b"
        " WITH GRANT OPTION; SET ROLE lo_b; GRANT SELECT ON LARGE OBJECT 5 TO lo_a;"
        "SET ROLE lo_owner; REVOKE UPDATE ON LARGE OBJECT 5 FROM lo_owner; RESET ROLE");
    EXPECT_THAT(without_creation(connection, 5),
                ElementsAre("ALTER LARGE OBJECT 5 OWNER TO \"lo_owner\";",
                            "REVOKE ALL ON LARGE OBJECT 5 FROM \"lo_owner\";",
                            "GRANT SELECT ON LARGE OBJECT 5 TO \"lo_owner\";",
                            "GRANT SELECT ON LARGE OBJECT 5 TO PUBLIC;",
                            "GRANT UPDATE ON LARGE OBJECT 5 TO \"lo_b\";",
                            "GRANT SELECT ON LARGE OBJECT 5 TO \"lo_b\" WITH GRANT OPTION;",
                            "SET SESSION AUTHORIZATION \"lo_b\";",
                            "GRANT SELECT ON LARGE OBJECT 5 TO \"lo_a\";",
                            "RESET SESSION AUTHORIZATION;"));
}

TEST(LargeObjectDefinitions, TakeAwayWhatItsOwnerGaveUp) {
    auto connection = open_test(create_database("definitions"));
    connection.execute("CREATE ROLE lo_poor; SELECT pg_catalog.lo_create(6);"
                       "ALTER LARGE OBJECT 6 OWNER TO lo_poor;"
                       "REVOKE ALL ON LARGE OBJECT 6 FROM lo_poor");
    EXPECT_THAT(without_creation(connection, 6),
                ElementsAre("ALTER LARGE OBJECT 6 OWNER TO \"lo_poor\";",
                            "REVOKE ALL ON LARGE OBJECT 6 FROM \"lo_poor\";"));
}

TEST(LargeObjectDefinitions, HaveCommentsAndSecurityLabels) {
    auto connection = open_test(create_database("definitions"));
    connection.execute("CREATE ROLE lo_noted; SELECT pg_catalog.lo_create(8);"
                       "ALTER LARGE OBJECT 8 OWNER TO lo_noted;"
                       "COMMENT ON LARGE OBJECT 8 IS E'it''s\\ntwo lines';"
                       // No provider of labels is at hand that would take a statement.
                       "INSERT INTO pg_catalog.pg_seclabel SELECT 8, 2613, 0, 'dummy', 'secret'");
    EXPECT_THAT(without_creation(connection, 8),
                ElementsAre("ALTER LARGE OBJECT 8 OWNER TO \"lo_noted\";",
                            R"(COMMENT ON LARGE OBJECT 8 IS E'it''s\ntwo lines';)",
                            "SECURITY LABEL FOR \"dummy\" ON LARGE OBJECT 8 IS 'secret';"));
}

} // namespace
} // namespace pgkeep
