#include "base/error.hpp"
#include "proc/toc.hpp"

#include <gmock/gmock.h>

namespace pgkeep {
namespace {

using testing::ElementsAre;
using testing::Pair;

TocEntry only_entry(std::string_view line) {
    auto const toc = parse_toc(line);
    EXPECT_EQ(toc.size(), 1U);
    return toc.at(0);
}

TEST(ParseToc, TakesNumbersAndKind) {
    TocEntry const entry = only_entry("215; 1259 16386 TABLE public orders alice\n");
    EXPECT_EQ(entry.dump_id, 215);
    EXPECT_EQ(entry.catalog, kCatalogRelation);
    EXPECT_EQ(entry.oid, 16386U);
    EXPECT_EQ(entry.kind, "TABLE");
}

TEST(ParseToc, PassesOverHeaderLinesAndEmptyOnes) {
    EXPECT_TRUE(parse_toc(";\n; Archive created at 2026-01-12\n;     dbname: shop\n\n").empty());
}

TEST(ParseToc, KnowsKindsOfSeveralWords) {
    EXPECT_EQ(only_entry("1; 1259 5 MATERIALIZED VIEW public m a").kind, "MATERIALIZED VIEW");
    EXPECT_EQ(only_entry("1; 0 5 MATERIALIZED VIEW DATA public m a").kind,
              "MATERIALIZED VIEW DATA");
    EXPECT_EQ(only_entry("1; 0 0 SEQUENCE OWNED BY public s a").kind, "SEQUENCE OWNED BY");
    EXPECT_EQ(only_entry("1; 2606 5 FK CONSTRAINT public t k a").kind, "FK CONSTRAINT");
    EXPECT_EQ(only_entry("1; 826 5 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES a").kind,
              "DEFAULT ACL");
    EXPECT_EQ(only_entry("1; 2604 5 DEFAULT public t id a").kind, "DEFAULT");
    EXPECT_EQ(only_entry("1; 2328 5 FOREIGN DATA WRAPPER - w a").kind, "FOREIGN DATA WRAPPER");
    EXPECT_EQ(only_entry("1; 6237 5 PUBLICATION TABLES IN SCHEMA public p s a").kind,
              "PUBLICATION TABLES IN SCHEMA");
    EXPECT_EQ(only_entry("1; 3602 5 TEXT SEARCH CONFIGURATION public c a").kind,
              "TEXT SEARCH CONFIGURATION");
}

TEST(ParseToc, IsNotMisledByASchemaWhoseNameLooksLikeAKind) {
    EXPECT_EQ(only_entry("1; 1259 5 TABLE DATA orders a").kind, "TABLE");
    EXPECT_EQ(only_entry("1; 0 5 TABLE DATA DATA orders a").kind, "TABLE DATA");
    EXPECT_EQ(only_entry("1; 2617 5 OPERATOR CLASS === a").kind, "OPERATOR");
    EXPECT_EQ(only_entry("1; 2616 5 OPERATOR CLASS public c a").kind, "OPERATOR CLASS");
}

TEST(ParseToc, TakesTheFirstWordOfAKindItDoesNotKnow) {
    EXPECT_EQ(only_entry("1; 9999 5 GADGET public g a").kind, "GADGET");
}

TEST(ParseToc, GivesAnEntryTheDependenciesOfTheLineBelow) {
    auto const toc = parse_toc(";\tdepends on: 1\n"
                               "5; 1259 10 TABLE public a alice\n"
                               ";\tdepends on: 3 14 3\n"
                               "6; 1259 11 TABLE public b alice\n");
    ASSERT_EQ(toc.size(), 2U);
    EXPECT_THAT(toc[0].depends_on, ElementsAre(3, 14, 3));
    EXPECT_THAT(toc[1].depends_on, ElementsAre());
}

TEST(ParseToc, KeepsTheNamesAsTheyAre) {
    EXPECT_EQ(only_entry("1; 1259 5 FOREIGN TABLE public a b alice").names, "public a b alice");
    EXPECT_EQ(only_entry("1; 1259 5 TABLE").names, "");
}

TEST(ParseToc, RefusesALineOfAnotherForm) {
    for (char const *line :
         {"TABLE public orders", "1; 1259 TABLE public t a", "1 1259 5 TABLE public t a",
          "1; 1259 5 ", "1; 1259 99999999999 TABLE public t a"}) {
        EXPECT_THROW((void)parse_toc(line), Error) << line;
    }
}

TEST(CountKinds, LeavesOutWhatDescribesTheDump) {
    auto const toc = parse_toc("1; 0 0 ENCODING - ENCODING \n"
                               "2; 0 0 STDSTRINGS - STDSTRINGS \n"
                               "3; 0 0 SEARCHPATH - SEARCHPATH \n"
                               "4; 1262 5 DATABASE - shop a\n"
                               "5; 1259 10 TABLE public a a\n"
                               "6; 1259 11 TABLE public b a\n"
                               "7; 0 10 TABLE DATA public a a\n"
                               "8; 1259 12 VIEW public v a\n");
    EXPECT_THAT(count_kinds(toc), ElementsAre(Pair("TABLE", 2U), Pair("VIEW", 1U)));
}

} // namespace
} // namespace pgkeep
