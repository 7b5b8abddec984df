#include "backup/relations.hpp"
#include "support/errors.hpp"

#include <gmock/gmock.h>

using namespace pgkeep;

namespace {

std::vector<TocEntry> toc(std::string const &lines) {
    return parse_toc(lines);
}

std::string const kTable = "217; 1259 16385 TABLE public t postgres\n";

} // namespace

// As pg_dump 17 and later list a database when they are asked for all but the data.
TEST(LargeObjectDefinitions, AreMissedWhenTheListHasNone) {
    Error const error = error_of([] { require_definitions(toc(kTable), {4711, 4712}); });
    EXPECT_EQ(error.kind(), ErrorKind::version);
    EXPECT_THAT(error.what(), testing::HasSubstr("how to create the 2 large objects"));
}

TEST(LargeObjectDefinitions, AreFoundInTheListOfEveryRelease) {
    EXPECT_NO_THROW(require_definitions(toc(kTable + "3334; 2613 4711 BLOB - 4711 x\n"), {4711}));
    EXPECT_NO_THROW(require_definitions(
        toc(kTable + "3417; 2613 4711 BLOB METADATA - 4711..4712 x\n"), {4711, 4712}));
}

TEST(LargeObjectDefinitions, AreNotNeededWhereThereAreNoLargeObjects) {
    EXPECT_NO_THROW(require_definitions(toc(kTable), {}));
}
