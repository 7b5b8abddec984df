// Archives and decisions in a few words, for the tests of retention.
//
// Thread-safety: none.

#pragma once

#include "model/retention.hpp"
#include "support/faults.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// `2025-04-21 11:00:00` or `2025-04-21`, UTC.
inline Time utc(std::string_view text) {
    std::string full{text};
    if (full.size() == 10) {
        full += " 00:00:00";
    }
    auto const time = parse_time(full + "Z", Time{});
    EXPECT_TRUE(time) << text;
    return time.value_or(Time{});
}

// A proven backup of `shop`; its id is the text of its time.
inline RetentionItem proven_at(std::string_view time) {
    RetentionItem item;
    item.id = time;
    item.database = "shop";
    item.system_identifier = "7001";
    item.time = utc(time);
    item.size = 1000;
    item.proven = true;
    return item;
}

inline std::vector<RetentionItem> all_proven_at(std::initializer_list<std::string_view> times) {
    std::vector<RetentionItem> items;
    for (std::string_view const time : times) {
        items.push_back(proven_at(time));
    }
    return items;
}

// The ids of what stays, in the order of the items.
inline std::vector<std::string> kept(std::vector<RetentionItem> const &items,
                                     RetentionPolicy const &policy, Time now) {
    std::vector<std::string> ids;
    auto const verdicts = decide_retention(items, policy, now);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (verdicts[i].keep) {
            ids.push_back(items[i].id);
        }
    }
    return ids;
}

// One archive for each age in days before `now`, with the age as its id.
inline std::vector<RetentionItem> of_ages(std::vector<int> const &ages, Time now) {
    std::vector<RetentionItem> items;
    for (int const age : ages) {
        RetentionItem item = proven_at("2025-01-01");
        item.id = std::to_string(age);
        item.time = now - std::chrono::days{age};
        items.push_back(item);
    }
    return items;
}

// `keep: held; newest proven archive`
inline std::string verdict_text(RetentionVerdict const &verdict) {
    std::string text = verdict.keep ? "keep: " : "remove: ";
    for (std::size_t i = 0; i < verdict.reasons.size(); ++i) {
        text += (i == 0 ? "" : "; ") + verdict.reasons[i];
    }
    return text;
}

// The verdict on one item.
inline std::string verdict_on(std::string_view id, std::vector<RetentionItem> const &items,
                              RetentionPolicy const &policy, Time now) {
    auto const verdicts = decide_retention(items, policy, now);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].id == id) {
            return verdict_text(verdicts[i]);
        }
    }
    return "no such archive";
}

// A line an item: its id and its verdict.
inline std::string decision_text(std::vector<RetentionItem> const &items,
                                 RetentionPolicy const &policy, Time now) {
    std::string text;
    auto const verdicts = decide_retention(items, policy, now);
    for (std::size_t i = 0; i < items.size(); ++i) {
        text += items[i].id + "  " + verdict_text(verdicts[i]) + "\n";
    }
    return text;
}

// Compares with tests/model/golden/<name>.txt; PGKEEP_UPDATE_GOLDEN=1 rewrites that.
inline void expect_decision(std::string const &name, std::string const &text) {
    std::string const folder = std::string{PGKEEP_SOURCE_DIR} + "/tests/model/golden/";
    std::string const path = folder + name + ".txt";
    if (std::getenv("PGKEEP_UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(folder);
        write_whole_file(path, text);
    }
    ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing";
    EXPECT_EQ(read_whole_file(path), text) << path << " is out of date";
}

// The process's zone, for the life of the object.
class ZoneForTest {
public:
    explicit ZoneForTest(char const *zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
    }
    ZoneForTest(ZoneForTest const &) = delete;
    ZoneForTest &operator=(ZoneForTest const &) = delete;
    ~ZoneForTest() {
        ::unsetenv("TZ");
        ::tzset();
    }
};

// Europe/Berlin's rules, spelled out so that no zone files are needed.
inline constexpr char const *kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";

} // namespace pgkeep
