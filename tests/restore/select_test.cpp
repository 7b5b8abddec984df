#include "restore/name_matcher.hpp"
#include "restore/toc_graph.hpp"
#include "support/errors.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;
using testing::HasSubstr;
using testing::Not;

namespace {

bool matches(std::string const &pattern, std::string const &schema, std::string const &table) {
    return TableMatcher{pattern, "shop"}.matches(schema, table);
}

std::set<int> ids(std::initializer_list<int> list) {
    return list;
}

// Two tables of one schema, `a` with everything that a table can have, and `b` to which `a` refers.
constexpr char const *kTwoTables = "1; 2615 1 SCHEMA - s alice\n"
                                   "2; 1247 2 TYPE s mood alice\n;\tdepends on: 1\n"
                                   "3; 1259 3 TABLE s a alice\n;\tdepends on: 1 2\n"
                                   "4; 1259 4 TABLE s b alice\n;\tdepends on: 1\n"
                                   "5; 1259 5 SEQUENCE s a_id_seq alice\n;\tdepends on: 3 1\n"
                                   "6; 0 0 SEQUENCE OWNED BY s a_id_seq alice\n;\tdepends on: 5\n"
                                   "7; 2604 6 DEFAULT s a id alice\n;\tdepends on: 5 3 3\n"
                                   "8; 2606 7 CONSTRAINT s a a_pkey alice\n;\tdepends on: 3\n"
                                   "9; 2606 8 CONSTRAINT s b b_pkey alice\n;\tdepends on: 4\n"
                                   "10; 1259 9 INDEX s a_index alice\n;\tdepends on: 3\n"
                                   "11; 0 0 COMMENT s INDEX a_index alice\n;\tdepends on: 10\n"
                                   "12; 2606 9 FK CONSTRAINT s a a_b_fkey alice\n"
                                   ";\tdepends on: 3 4 9\n"
                                   "13; 1255 9 FUNCTION s notice() alice\n;\tdepends on: 1\n"
                                   "14; 2620 9 TRIGGER s a a_trigger alice\n;\tdepends on: 3 13\n"
                                   "15; 3256 9 POLICY s b of_b alice\n;\tdepends on: 3 4\n"
                                   "16; 1259 9 VIEW s v alice\n;\tdepends on: 3 1\n"
                                   "17; 0 0 ACL s TABLE a alice\n;\tdepends on: 3\n"
                                   "18; 0 0 ACL s FUNCTION notice() alice\n;\tdepends on: 13\n"
                                   "19; 0 0 ACL s VIEW v alice\n;\tdepends on: 16\n";

// A parent with a partition that is partitioned itself.
constexpr char const *kPartitions = "1; 1259 1 TABLE s top alice\n"
                                    "2; 1259 2 TABLE s middle alice\n;\tdepends on: 1\n"
                                    "3; 1259 3 TABLE s leaf alice\n;\tdepends on: 2\n"
                                    "4; 0 0 TABLE ATTACH s middle alice\n;\tdepends on: 2 1\n"
                                    "5; 0 0 TABLE ATTACH s leaf alice\n;\tdepends on: 3 2\n"
                                    "6; 1259 4 INDEX s top_i alice\n;\tdepends on: 1\n"
                                    "7; 1259 5 INDEX s middle_i alice\n;\tdepends on: 2 6\n"
                                    "8; 1259 6 INDEX s leaf_i alice\n;\tdepends on: 3 7\n"
                                    "9; 0 0 INDEX ATTACH s middle_i alice\n;\tdepends on: 7 6 2 1\n"
                                    "10; 0 0 INDEX ATTACH s leaf_i alice\n"
                                    ";\tdepends on: 8 7 6 3 2 1\n";

} // namespace

TEST(TableMatcher, FoldsCaseOutsideQuotesOnly) {
    EXPECT_TRUE(matches("Orders", "shop", "orders"));
    EXPECT_FALSE(matches("Orders", "shop", "Orders"));
    EXPECT_TRUE(matches("\"Orders\"", "shop", "Orders"));
    EXPECT_FALSE(matches("\"Orders\"", "shop", "orders"));
}

TEST(TableMatcher, MatchesAnySchemaUnlessThePatternNamesOne) {
    EXPECT_TRUE(matches("orders", "other", "orders"));
    EXPECT_TRUE(matches("sh*.orders", "shop", "orders"));
    EXPECT_FALSE(matches("sh*.orders", "other", "orders"));
}

TEST(TableMatcher, TakesAStarAsAnySequenceAndAQuestionMarkAsOneCharacter) {
    EXPECT_TRUE(matches("ord*", "s", "orders"));
    EXPECT_TRUE(matches("*", "s", "a\nb"));
    EXPECT_TRUE(matches("order?", "s", "orders"));
    EXPECT_FALSE(matches("order?", "s", "order"));
    EXPECT_TRUE(matches("t?ble", "s", "täble"));
    EXPECT_TRUE(matches("t?ble", "s", "t\nble"));
    EXPECT_FALSE(matches("order", "s", "orders"));
}

TEST(TableMatcher, TakesWhatIsInQuotesAsItIs) {
    EXPECT_TRUE(matches(R"("a.b"."c.d")", "a.b", "c.d"));
    EXPECT_TRUE(matches(R"("we""ird 
 'name'")",
                        "s", "we\"ird \n 'name'"));
    EXPECT_TRUE(matches(R"("*")", "s", "*"));
    EXPECT_FALSE(matches(R"("*")", "s", "orders"));
    EXPECT_TRUE(matches(R"("[(")", "s", "[("));
    EXPECT_TRUE(matches("a$b", "s", "a$b"));
}

TEST(TableMatcher, UnderstandsRegularExpressions) {
    EXPECT_TRUE(matches("(orders|items)", "s", "items"));
    EXPECT_TRUE(matches("t[0-9]+", "s", "t42"));
    EXPECT_FALSE(matches("t[0-9]+", "s", "tx"));
}

TEST(TableMatcher, ReadsNamesThatAreNotUtf8ByteByByte) {
    EXPECT_TRUE(matches("t?ble", "s",
                        "t\xe4"
                        "ble"));
}

TEST(TableMatcher, RefusesWhatIsNoPatternAndNamesIt) {
    Error const broken = error_of([] { TableMatcher("t(", "shop"); });
    EXPECT_EQ(broken.kind(), ErrorKind::usage);
    EXPECT_THAT(broken.what(), HasSubstr("t("));
    EXPECT_EQ(error_of([] { TableMatcher("a.b.c.d", "shop"); }).kind(), ErrorKind::usage);
}

TEST(TableMatcher, TakesOnlyTheArchivesOwnDatabase) {
    EXPECT_TRUE(matches("shop.public.t", "public", "t"));
    Error const other = error_of([] { TableMatcher("blog.public.t", "shop"); });
    EXPECT_EQ(other.kind(), ErrorKind::usage);
    EXPECT_THAT(other.what(), HasSubstr("\"blog\""));
}

TEST(SchemaMatcher, MatchesWholeNames) {
    EXPECT_TRUE(SchemaMatcher{"au*"}.matches("audit"));
    EXPECT_FALSE(SchemaMatcher{"au"}.matches("audit"));
    EXPECT_EQ(error_of([] { SchemaMatcher("a.b"); }).kind(), ErrorKind::usage);
}

TEST(NearestNames, ShowsAFewThatAreLikeThePattern) {
    std::vector<std::string> const names{"shop.orders", "shop.order_items", "shop.customers"};
    EXPECT_THAT(nearest_names("oders", names), HasSubstr("shop.orders"));
    EXPECT_THAT(nearest_names("oders", names), Not(HasSubstr("customers")));
    EXPECT_THAT(nearest_names("\"Order\"", names), HasSubstr("shop.order_items"));
    EXPECT_EQ(nearest_names("xyzzy", names), "");
}

TEST(TocGraph, GivesATableItsPartsAndNothingElse) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_EQ(graph.with_parts({3}, false), ids({3, 5, 6, 7, 8, 10, 11, 14, 17}));
}

TEST(TocGraph, TakesAForeignKeyOnlyWithBothTables) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_THAT(graph.with_parts({3, 4}, false), testing::Contains(12));
    EXPECT_THAT(graph.with_parts({4}, false), Not(testing::Contains(12)));
}

TEST(TocGraph, TakesTheForeignKeysOfATableWhenTheOthersExist) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_THAT(graph.with_parts({3}, true), testing::Contains(12));
    EXPECT_THAT(graph.with_parts({4}, true), Not(testing::Contains(12)));
}

TEST(TocGraph, KnowsByTheNameWhichOfTwoTablesAPolicyIsOf) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_EQ(graph.with_parts({4}, false), ids({4, 9, 15}));
}

TEST(TocGraph, AddsWhatObjectsCannotBeCreatedWithout) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_EQ(graph.with_prerequisites({3, 14}), ids({1, 2, 3, 13, 14, 18}));
}

TEST(TocGraph, CreatesTheTableBehindAViewWithoutItsParts) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_EQ(graph.with_prerequisites({16}), ids({1, 2, 3, 16, 17}));
}

TEST(TocGraph, LeavesOutASequenceOwnerThatIsNotThere) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_EQ(graph.without_loose_ends({5, 6}, false), ids({5}));
    EXPECT_EQ(graph.with_prerequisites({5}), ids({1, 5}));
}

TEST(TocGraph, LeavesOutCommentsOnWhatItLeavesOut) {
    TocGraph const graph{parse_toc(kTwoTables), {"alice"}};
    EXPECT_EQ(graph.without_loose_ends({11, 17, 3}, false), ids({3, 17}));
}

TEST(TocGraph, FollowsPartitionsDown) {
    TocGraph const graph{parse_toc(kPartitions), {"alice"}};
    EXPECT_EQ(graph.with_partitions({1}), ids({1, 2, 3}));
    EXPECT_EQ(graph.with_partitions({2}), ids({2, 3}));
}

TEST(TocGraph, AttachesOnlyWhereBothEndsAre) {
    TocGraph const graph{parse_toc(kPartitions), {"alice"}};
    EXPECT_EQ(graph.with_parts({2, 3}, false), ids({2, 3, 5, 7, 8, 10}));
}

TEST(TocGraph, CreatesAPartitionWithoutItsParent) {
    TocGraph const graph{parse_toc(kPartitions), {"alice"}};
    EXPECT_EQ(graph.with_prerequisites({3, 8}), ids({3, 8}));
}

TEST(TocGraph, SwitchesATriggerOfTheParentOnlyWhereThatIs) {
    TocGraph const graph{parse_toc("1; 1259 1 TABLE s top alice\n"
                                   "2; 1259 2 TABLE s leaf alice\n;\tdepends on: 1\n"
                                   "3; 0 0 TABLE ATTACH s leaf alice\n;\tdepends on: 2 1\n"
                                   "4; 2620 4 TRIGGER s top g alice\n;\tdepends on: 1\n"
                                   "5; 2620 5 TRIGGER s leaf g alice\n;\tdepends on: 2 4\n"),
                         {"alice"}};
    EXPECT_EQ(graph.with_parts({2}, false), ids({2}));
    EXPECT_EQ(graph.with_parts({1, 2}, false), ids({1, 2, 3, 4, 5}));
    EXPECT_EQ(graph.with_prerequisites({2, 5}), ids({2, 5}));
}

TEST(TocGraph, LeavesOutWhatBelongsToAPublication) {
    TocGraph const graph{parse_toc("1; 1259 1 TABLE s a alice\n"
                                   "2; 6104 2 PUBLICATION - p alice\n"
                                   "3; 6106 3 PUBLICATION TABLE s p a alice\n;\tdepends on: 2 1\n"),
                         {"alice"}};
    EXPECT_EQ(graph.without_loose_ends({1, 3}, true), ids({1}));
}

TEST(NamesWithoutOwner, CutsARoleThatHasSpaces) {
    TocEntry const entry = parse_toc("1; 1259 1 TABLE s a b big boss\n").at(0);
    EXPECT_EQ(names_without_owner(entry, {"boss", "big boss"}), "s a b");
    EXPECT_EQ(names_without_owner(entry, {}), "s a b big");
}
