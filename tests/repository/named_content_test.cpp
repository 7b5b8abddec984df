// An archive counts as what its content is, whatever its name says.

#include "prune_fixture.hpp"
#include <gmock/gmock.h>

#include <map>
#include <tuple>

namespace pgkeep {
namespace {

using testing::ElementsAre;

class NamedContent : public Pruning {};

// What somebody copied there is not what `latest`, --status and retention take it for.
TEST_F(NamedContent, WhatIsNotWhatItsNameSaysProvesNothing) {
    auto const paths = plant_four();
    std::map<std::string, std::string> const others{
        {"20260120_010000", small_archive("crm", at("20260120_010000"), ArchiveKind::backup)},
        {"20260121_010000", small_archive("shop", at("20260113_010000"), ArchiveKind::backup)},
        {"20260122_010000",
         small_archive("shop", at("20260122_010000"), ArchiveKind::backup, {"--table=goods"})},
    };
    for (auto const &[stamp, content] : others) {
        std::string const path = folder_.file("shop/shop_" + stamp + ".sql.gz");
        write_whole_file(path, content);
        prove(path);
    }
    for (PrunePlan const planned = plan("shop", keep_last(1));
         PruneEntry const &entry : planned.entries) {
        EXPECT_EQ(entry.item.proven, entry.item.time <= at("20260113_010000")) << entry.item.id;
    }
    EXPECT_THAT(prune("shop", keep_last(1)).removed, ElementsAre(paths[0], paths[1], paths[2]));
}

TEST_F(NamedContent, AnArchiveThatHadToTakeTheNextSecondsIsWhatItsNameSays) {
    std::string const path = folder_.file("shop/shop_20260120_010007.sql.gz");
    std::filesystem::create_directory(folder_.file("shop"));
    write_whole_file(path, small_archive("shop", at("20260120_010000"), ArchiveKind::backup));
    prove(path);
    EXPECT_TRUE(plan("shop", keep_last(1)).entries.at(0).item.proven);
}

TEST_F(NamedContent, TheEvidenceSaysWhatAnArchiveIsOf) {
    std::string const path = plant_archive(folder_.path(), "shop", "20260120_010000");
    FileSource const source{path};
    Evidence evidence;
    evidence.level = evidence_level::kChecksum;
    evidence.passed = true;
    for (auto const &[database, part, proves] :
         std::vector<std::tuple<std::string, bool, bool>>{{"shop", false, true},
                                                          {"shop", true, false},
                                                          {"crm", false, false},
                                                          {"sh\xf6p", false, false}}) {
        std::filesystem::remove(evidence_path(path));
        evidence.database = database;
        evidence.part = part;
        record_evidence(path, source.size(), read_footer(source).value(), evidence);
        EXPECT_EQ(read_states(repository(), "shop").at(0).proof() != nullptr, proves)
            << database << part;
        EXPECT_EQ(read_states(repository(), "shop").at(0).evidence.at(0).database, database);
    }
}

} // namespace
} // namespace pgkeep
