// A year and more of simulated nights, with what happens to backups: on every morning the policy's
// promises hold. The promises are computed from the whole history, by other means than retention's.

#include "model/random_archives.hpp"
#include "model/retention_sample.hpp"

#include <gtest/gtest.h>

#include <map>

using namespace pgkeep;
using std::chrono::days;
using std::chrono::hours;

namespace {

constexpr int kNights = 800;
constexpr int kSchedules = 20;

// One database that is backed up every night and pruned after each success.
class Household {
public:
    Household(std::uint64_t seed, RetentionPolicy const &policy) : random_(seed), policy_(policy) {}

    [[nodiscard]] std::vector<RetentionItem> const &archives() const { return archives_; }
    [[nodiscard]] std::vector<RetentionItem> const &history() const { return history_; }
    [[nodiscard]] Time morning() const { return morning_; }

    void night() {
        morning_ += days{1};
        if (outage_ > 0) {
            --outage_;
            return; // the server is down, or cron is
        }
        switch (random_.below(20)) {
        case 0:
            outage_ = random_.below(30);
            break;
        case 1:
            break; // disk full, or killed: no archive
        case 2:
            add(false);
            break;
        case 3: // twice that day
            back_up();
            morning_ += hours{1};
            back_up();
            morning_ -= hours{1};
            break;
        default:
            back_up();
        }
    }

    // An archive that was good is found damaged, if enough others are good.
    void rot() {
        std::vector<std::size_t> good;
        for (std::size_t i = 0; i < archives_.size(); ++i) {
            if (archives_[i].proven && !archives_[i].damaged) {
                good.push_back(i);
            }
        }
        if (good.size() >= 3) {
            archives_[good[random_.below(good.size())]].damaged = true;
        }
    }

private:
    void back_up() {
        add(true);
        auto const verdicts = decide_retention(archives_, policy_, morning_);
        std::vector<RetentionItem> rest;
        for (std::size_t i = 0; i < archives_.size(); ++i) {
            if (verdicts[i].keep) {
                rest.push_back(archives_[i]);
            }
        }
        archives_ = std::move(rest);
    }

    void add(bool proven) {
        RetentionItem item = proven_at("2026-01-01");
        item.time = morning_ - hours{4} + std::chrono::seconds{random_.below(1800)};
        item.id = format_stamp(item.time);
        item.proven = proven;
        item.drilled = proven && random_.one_in(7);
        archives_.push_back(item);
        history_.push_back(item);
    }

    RandomArchives random_;
    RetentionPolicy policy_;
    Time morning_ = utc("2023-11-18 06:00:00");
    std::uint64_t outage_ = 0;
    std::vector<RetentionItem> archives_;
    std::vector<RetentionItem> history_;
};

bool holds(Household const &house, RetentionItem const &wanted) {
    auto const &archives = house.archives();
    return std::any_of(archives.begin(), archives.end(),
                       [&wanted](RetentionItem const &item) { return item.id == wanted.id; });
}

// The last archive of each of the last `count` days, months … of the history that have one, by
// the first `digits` characters of the stamp.
std::vector<RetentionItem> promised(Household const &house, std::size_t digits, std::size_t count) {
    std::map<std::string, RetentionItem> newest;
    for (RetentionItem const &item : house.history()) {
        if (item.proven) {
            newest[item.id.substr(0, digits)] = item; // the history is in order
        }
    }
    std::vector<RetentionItem> items;
    for (auto entry = newest.rbegin(); entry != newest.rend() && items.size() < count; ++entry) {
        items.push_back(entry->second);
    }
    return items;
}

RetentionItem const *newest_proven(Household const &house) {
    RetentionItem const *newest = nullptr;
    for (RetentionItem const &item : house.history()) {
        newest = item.proven ? &item : newest;
    }
    return newest;
}

// Runs `check(household)` on each morning of each of the random schedules.
template <typename Check>
void on_every_morning(RetentionPolicy const &policy, Check check) {
    for (int schedule = 0; schedule < kSchedules; ++schedule) {
        Household house{static_cast<std::uint64_t>(schedule), policy};
        for (int night = 0; night < kNights && !testing::Test::HasFailure(); ++night) {
            SCOPED_TRACE(testing::Message() << "schedule " << schedule << ", night " << night);
            house.night();
            check(house);
        }
    }
}

} // namespace

TEST(RetentionYear, HoldsTheDaysMonthsAndYearsThatWerePromised) {
    RetentionPolicy policy;
    policy.daily = 7;
    policy.monthly = 6;
    policy.yearly = 2;
    on_every_morning(policy, [](Household const &house) {
        for (auto const &[digits, count] : {std::pair{8, 7}, {6, 6}, {4, 2}}) {
            for (RetentionItem const &item : promised(house, digits, count)) {
                EXPECT_TRUE(holds(house, item)) << item.id;
            }
        }
    });
}

TEST(RetentionYear, HoldsAllOfTheLastDays) {
    RetentionPolicy policy;
    policy.max_age = days{7};
    on_every_morning(policy, [](Household const &house) {
        RetentionItem const *newest = newest_proven(house);
        for (RetentionItem const &item : house.history()) {
            if (newest != nullptr && item.time >= newest->time - days{7}) {
                EXPECT_TRUE(holds(house, item)) << item.id;
            }
        }
    });
}

TEST(RetentionYear, GrowsNoFurtherThanThePolicy) {
    RetentionPolicy policy;
    policy.max_age = days{7};
    policy.daily = 7;
    policy.monthly = 6;
    on_every_morning(policy, [](Household const &house) {
        // 8 days with up to two archives, 7 days, 6 months, the oldest, the newest drilled one, and
        // one unproven for each night that no success pruned after.
        EXPECT_LE(house.archives().size(), 16U + 7 + 6 + 1 + 1 + 10);
    });
}

TEST(RetentionYear, NeverRunsOutOfGoodArchivesWhenTheyRot) {
    RetentionPolicy policy;
    policy.last = 1;
    policy.min_keep = 3;
    on_every_morning(policy, [](Household &house) {
        house.rot();
        auto const &archives = house.archives();
        auto const good = std::count_if(archives.begin(), archives.end(), [](auto const &item) {
            return item.proven && !item.damaged;
        });
        auto const &history = house.history();
        auto const made = std::count_if(history.begin(), history.end(),
                                        [](auto const &item) { return item.proven; });
        EXPECT_GE(good, std::min<std::ptrdiff_t>(made, 2));
    });
}
