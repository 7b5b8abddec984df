// A year of nights through the real prune: files are planted, damaged and left half removed, and on
// every morning the policy's promises hold.

#include "base/folder.hpp"

#include "prune_fixture.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

constexpr int kNights = 365;

class PruningForAYear : public Pruning {
protected:
    void night(int number) {
        // Of a century to come: damage is not older than the files, which are of today.
        now_ = at("21010101_060000") + number * std::chrono::hours{24};
        std::string const path =
            folder_.file("shop/" + format_archive_name({"shop", now_ - std::chrono::hours{4}}));
        switch (number % 11) {
        case 3: // the server was down, or the disk full
            return;
        case 5: // killed between publishing and recording
            write_whole_file(path, bytes_);
            break;
        case 8: // damaged on the way to the disk
            write_whole_file(path, bytes_.substr(0, bytes_.size() / 2));
            break;
        default:
            write_whole_file(path, bytes_);
            prove(path, kCluster, evidence_level::kChecksum, true, "shop");
            good_.push_back(path);
        }
        interrupt_now_and_then(number);
        static_cast<void>(apply_prune(repository(), plan_now(), {}));
    }

    [[nodiscard]] PrunePlan plan_now() const {
        return plan_prune(read_states(repository(), "shop"), policy_, now_);
    }

    // As a prune that was killed between its two steps.
    void interrupt_now_and_then(int number) const {
        PrunePlan const planned = plan_now();
        for (PruneEntry const &entry : planned.entries) {
            if (number % 7 == 0 && !entry.verdict.keep) {
                std::filesystem::remove(evidence_path(entry.state.file.path));
                return;
            }
        }
    }

    void expect_promises() const {
        for (std::size_t back = 1; back <= std::min<std::size_t>(good_.size(), 5); ++back) {
            EXPECT_TRUE(exists(good_[good_.size() - back])) << format_utc(now_);
        }
        // The last good one of each of the last three months that have one.
        std::size_t months = 0;
        std::string month;
        for (auto path = good_.rbegin(); path != good_.rend() && months < 3; ++path) {
            std::string const this_month = path->substr(path->find("shop_") + 5, 6);
            if (this_month != month) {
                EXPECT_TRUE(exists(*path)) << *path << " on " << format_utc(now_);
                month = this_month;
                ++months;
            }
        }
    }

    void SetUp() override {
        make_private_folder(folder_.file("shop"));
        policy_.last = 5;
        policy_.monthly = 3;
    }

    // Of a later time than any name, which is no reason to doubt one.
    std::string bytes_ =
        small_archive("shop", at("22000101_000000"), ArchiveKind::backup, {}, kCluster);
    RetentionPolicy policy_;
    Time now_{};
    std::vector<std::string> good_; // all that ever were
};

TEST_F(PruningForAYear, ThePromisesHoldOnEveryMorning) {
    for (int number = 0; number < kNights; ++number) {
        night(number);
        expect_promises();
    }
    // 5 newest and 3 of months, a week of unproven ones, and what is newer than the newest good
    // one.
    EXPECT_LE(repository().list("shop").size(), 12U);
    EXPECT_EQ(plan_now().condemned, 0U);
}

} // namespace
} // namespace pgkeep
