// Random repositories and policies for the property tests of retention: the same ones on every run
// and machine.
//
// Thread-safety: none.

#pragma once

#include "model/retention.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace pgkeep {

class RandomArchives {
public:
    explicit RandomArchives(std::uint64_t seed) : engine_(seed) {}

    // Below `limit`; not std::uniform_int_distribution, which may differ between libraries.
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    // Up to 40 archives of up to three groups around `now`, over hours or over years.
    std::vector<RetentionItem> repository(Time now) {
        constexpr std::int64_t spans[] = {3'600, 86'400 * 3, 86'400 * 30, 86'400 * 400,
                                          86'400 * 4'000};
        std::int64_t const span = spans[below(std::size(spans))];
        std::uint64_t const clusters = 1 + below(3);
        std::vector<RetentionItem> items(below(41));
        for (std::size_t i = 0; i < items.size(); ++i) {
            items[i] = archive(now, span, clusters);
            items[i].id = std::to_string(i);
        }
        return items;
    }

    // Any mixture of rules, some of them absurd; no rule at all now and then.
    RetentionPolicy policy() {
        RetentionPolicy policy;
        if (one_in(3)) {
            policy.max_age = window();
        }
        if (one_in(4)) {
            policy.within = window();
        }
        for (unsigned *count : {&policy.last, &policy.hourly, &policy.daily, &policy.weekly,
                                &policy.monthly, &policy.yearly, &policy.min_keep}) {
            *count = one_in(4) ? this->count() : 0;
        }
        if (one_in(2)) {
            policy.keep_safety = window();
        }
        policy.calendar = one_in(2) ? Calendar::local : Calendar::utc;
        return policy;
    }

    std::chrono::seconds window() {
        if (one_in(20)) {
            return one_in(2) ? std::chrono::seconds::max() : std::chrono::seconds{-5};
        }
        constexpr std::uint64_t spans[] = {60, 86'400, 86'400 * 30, 86'400 * 800};
        return std::chrono::seconds{below(spans[below(std::size(spans))])};
    }

private:
    RetentionItem archive(Time now, std::int64_t span, std::uint64_t clusters) {
        RetentionItem item;
        item.database = one_in(4) ? "a_2" : "a";
        item.system_identifier = std::to_string(below(clusters));
        item.kind = one_in(6)   ? ArchiveKind::safety
                    : one_in(8) ? ArchiveKind::globals
                                : ArchiveKind::backup;
        auto const age = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(span)));
        item.time = now - std::chrono::seconds{one_in(10) ? -age : age};
        item.size = below(1'000'000);
        item.ours = !one_in(12);
        item.adopted = !item.ours && one_in(3);
        item.proven = !one_in(5);
        item.drilled = item.proven && one_in(6);
        item.damaged = one_in(10);
        item.in_doubt = !item.proven && one_in(2);
        item.held = one_in(15);
        return item;
    }

    unsigned count() {
        return one_in(20) ? std::numeric_limits<unsigned>::max()
                          : static_cast<unsigned>(1 + below(8));
    }

    std::mt19937_64 engine_;
};

} // namespace pgkeep
