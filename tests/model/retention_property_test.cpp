// What holds for every repository and every policy: 10,000 random ones a property.

#include "model/random_archives.hpp"
#include "model/retention_sample.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

using namespace pgkeep;
using std::chrono::days;

namespace {

constexpr int kRounds = 10'000;
constexpr days kYear{365};
Time const kLastRun = utc("2026-11-18 06:00:00");

using Items = std::vector<RetentionItem>;

Items apply(Items const &items, RetentionPolicy const &policy, Time now) {
    Items rest;
    auto const verdicts = decide_retention(items, policy, now);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (verdicts[i].keep) {
            rest.push_back(items[i]);
        }
    }
    return rest;
}

std::set<std::string> ids_of(Items const &items) {
    std::set<std::string> ids;
    for (RetentionItem const &item : items) {
        ids.insert(item.id);
    }
    return ids;
}

std::set<std::string> kept_ids(Items const &items, RetentionPolicy const &policy, Time now) {
    return ids_of(apply(items, policy, now));
}

bool includes(std::set<std::string> const &all, std::set<std::string> const &part) {
    return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

bool counts(RetentionItem const &item) {
    return (item.ours || item.adopted) && item.proven && !item.damaged && item.time <= kLastRun &&
           item.kind != ArchiveKind::safety;
}

std::string group_of(RetentionItem const &item) {
    bool const globals = item.kind == ArchiveKind::globals;
    return (globals ? std::string{"globals"} : "database " + item.database) + " of " +
           item.system_identifier;
}

// The newest archive of each group that `fits`.
template <typename Fits>
std::set<std::string> newest_ids(Items const &items, Fits fits) {
    std::map<std::string, RetentionItem const *> newest;
    for (RetentionItem const &item : items) {
        auto *&best = newest[group_of(item)];
        if (fits(item) &&
            (best == nullptr || std::tie(item.time, item.id) > std::tie(best->time, best->id))) {
            best = &item;
        }
    }
    std::set<std::string> ids;
    for (auto const &[group, item] : newest) {
        if (item != nullptr) {
            ids.insert(item->id);
        }
    }
    return ids;
}

// Runs `check(random, items, policy)` on the random repositories, in a zone with summer time, until
// one round fails.
template <typename Check>
void for_random_repositories(Check check) {
    ZoneForTest const zone{kBerlin};
    RandomArchives random{20261118};
    for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        Items const items = random.repository(kLastRun);
        RetentionPolicy const policy = random.policy();
        check(random, items, policy);
    }
}

} // namespace

TEST(RetentionProperty, NeverRemovesTheNewestProvenOrDrilled) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        auto const ids = kept_ids(items, policy, kLastRun);
        EXPECT_TRUE(includes(ids, newest_ids(items, counts)));
        EXPECT_TRUE(includes(ids, newest_ids(items, [](RetentionItem const &item) {
                                 return counts(item) && item.drilled;
                             })));
    });
}

TEST(RetentionProperty, NeverRemovesHeldFutureOrForeignArchives) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        auto const verdicts = decide_retention(items, policy, kLastRun);
        for (std::size_t i = 0; i < items.size(); ++i) {
            RetentionItem const &item = items[i];
            if (item.held || item.time > kLastRun || (!item.ours && !item.adopted)) {
                EXPECT_TRUE(verdicts[i].keep) << verdict_text(verdicts[i]);
            }
        }
    });
}

TEST(RetentionProperty, GivesAReasonForEachArchive) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        for (RetentionVerdict const &verdict : decide_retention(items, policy, kLastRun)) {
            EXPECT_FALSE(verdict.reasons.empty());
        }
    });
}

TEST(RetentionProperty, KeepsTheMinimumOfEachGroup) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        std::map<std::string, std::size_t> before;
        std::map<std::string, std::size_t> after;
        for (RetentionItem const &item : items) {
            before[group_of(item)] += counts(item) ? 1 : 0;
        }
        for (RetentionItem const &item : apply(items, policy, kLastRun)) {
            after[group_of(item)] += counts(item) ? 1 : 0;
        }
        for (auto const &[group, count] : before) {
            EXPECT_GE(after[group], std::min<std::size_t>(count, policy.min_keep)) << group;
        }
    });
}

TEST(RetentionProperty, ChangesNothingTheSecondTime) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        Items const rest = apply(items, policy, kLastRun);
        EXPECT_EQ(kept_ids(rest, policy, kLastRun), ids_of(rest));
    });
}

TEST(RetentionProperty, DoesNotDependOnTheOrderOfTheArchives) {
    for_random_repositories([](auto &random, Items const &items, RetentionPolicy const &policy) {
        Items shuffled = items;
        for (std::size_t i = shuffled.size(); i > 1; --i) {
            std::swap(shuffled[i - 1], shuffled[random.below(i)]);
        }
        EXPECT_EQ(kept_ids(shuffled, policy, kLastRun), kept_ids(items, policy, kLastRun));
    });
}

TEST(RetentionProperty, DecidesEachGroupByItself) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        std::map<std::string, Items> groups;
        for (RetentionItem const &item : items) {
            groups[group_of(item)].push_back(item);
        }
        std::set<std::string> one_by_one;
        for (auto const &[group, members] : groups) {
            one_by_one.merge(kept_ids(members, policy, kLastRun));
        }
        EXPECT_EQ(kept_ids(items, policy, kLastRun), one_by_one);
    });
}

TEST(RetentionProperty, RemovesNothingMoreWithAClockAYearBehind) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        EXPECT_TRUE(
            includes(kept_ids(items, policy, kLastRun - kYear), kept_ids(items, policy, kLastRun)));
    });
}

TEST(RetentionProperty, RemovesNothingMoreWithAClockAYearAhead) {
    for_random_repositories([](auto &, Items items, RetentionPolicy const &policy) {
        std::erase_if(items, [](RetentionItem const &item) { return item.time > kLastRun; });
        EXPECT_EQ(kept_ids(items, policy, kLastRun + kYear), kept_ids(items, policy, kLastRun));
    });
}

// Without those that stay for a pause alone: of several pauses only the latest counts.
static std::set<std::string> kept_for_their_age(Items const &items, RetentionPolicy const &policy) {
    std::set<std::string> ids;
    auto const verdicts = decide_retention(items, policy, kLastRun);
    for (std::size_t i = 0; i < items.size(); ++i) {
        bool const counted =
            std::ranges::any_of(verdicts[i].reasons, [](std::string const &reason) {
                return reason.find("before a long pause") == std::string::npos;
            });
        if (verdicts[i].keep && counted) {
            ids.insert(items[i].id);
        }
    }
    return ids;
}

// The archive of that night is dated a year ahead too, and would make all others look old.
TEST(RetentionProperty, RemovesNoProvenBackupByItsAgeOnANightWithAClockAYearAhead) {
    for_random_repositories([](auto &random, Items items, RetentionPolicy const &) {
        std::erase_if(items, [](RetentionItem const &item) {
            return !counts(item) || kLastRun - item.time > days{170};
        });
        RetentionPolicy policy;
        policy.max_age =
            random.one_in(2)
                ? std::optional{std::max<std::chrono::seconds>(random.window(), days{1})}
                : std::nullopt;
        policy.within = std::chrono::seconds{1 + random.below(86'400 * 200)};
        auto const with_tonights = [&items](Time time) {
            Items all = items;
            for (char const *cluster : {"0", "1", "2"}) {
                all.push_back(proven_at("2026-01-01"));
                all.back().id = std::string{"tonight's of "} + cluster;
                all.back().database = "a";
                all.back().system_identifier = cluster;
                all.back().time = time;
            }
            return all;
        };
        EXPECT_TRUE(includes(kept_ids(with_tonights(kLastRun + kYear), policy, kLastRun + kYear),
                             kept_for_their_age(with_tonights(kLastRun), policy)));
    });
}

TEST(RetentionProperty, WhatIsInDoubtDecidesNothingOnWhatIsProven) {
    for_random_repositories([](auto &, Items const &items, RetentionPolicy const &policy) {
        Items without = items;
        std::erase_if(without, [](RetentionItem const &item) { return item.in_doubt; });
        auto kept_of_all = kept_ids(items, policy, kLastRun);
        std::erase_if(kept_of_all, [&](std::string const &id) {
            return std::ranges::none_of(without, [&](auto const &item) { return item.id == id; });
        });
        EXPECT_EQ(kept_of_all, kept_ids(without, policy, kLastRun));
    });
}

TEST(RetentionProperty, KeepsMoreWithOneMoreRule) {
    for_random_repositories([](auto &random, Items const &items, RetentionPolicy policy) {
        policy.last = std::max(policy.last, 1U);
        auto const before = kept_ids(items, policy, kLastRun);
        policy.daily = std::max(policy.daily, static_cast<unsigned>(random.below(9)));
        policy.min_keep = std::max(policy.min_keep, static_cast<unsigned>(random.below(9)));
        if (!policy.max_age) {
            policy.max_age = random.window();
        }
        EXPECT_TRUE(includes(kept_ids(items, policy, kLastRun), before));
    });
}
