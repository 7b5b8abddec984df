// Retention over any archives and any policy: the promises that do not depend on either.

#include "model/calendar.hpp"
#include "model/retention.hpp"
#include "model/retention_window.hpp"

#include "fuzz/target.hpp"

#include <vector>

namespace pgkeep {
namespace {

Time any_time(fuzz::Input &input) {
    bool const wild = input.byte() % 8 == 0;
    auto const number = static_cast<std::int64_t>(input.number(wild ? 8 : 4));
    return clamp_to_calendar(Time{std::chrono::seconds{number}});
}

RetentionPolicy any_policy(fuzz::Input &input) {
    RetentionPolicy policy;
    if (input.byte() % 2 == 0) {
        policy.max_age = std::chrono::seconds{input.number(4)};
    }
    if (input.byte() % 2 == 0) {
        policy.within = std::chrono::seconds{input.number(4)};
    }
    if (input.byte() % 2 == 0) {
        policy.keep_safety = std::chrono::seconds{input.number(4)};
    }
    for (unsigned *count : {&policy.last, &policy.hourly, &policy.daily, &policy.weekly,
                            &policy.monthly, &policy.yearly, &policy.min_keep}) {
        unsigned const number = input.byte();
        *count = number == 255 ? ~0U : number % 8;
    }
    return policy;
}

std::vector<RetentionItem> any_items(fuzz::Input &input) {
    std::vector<RetentionItem> items;
    while (!input.empty() && items.size() < 200) {
        RetentionItem item;
        item.id = std::to_string(items.size());
        unsigned const flags = input.byte();
        item.database = flags % 2 == 0 ? "a" : "b";
        item.ours = (flags & 2U) == 0;
        item.proven = (flags & 4U) == 0;
        item.drilled = (flags & 8U) != 0;
        item.damaged = (flags & 16U) != 0;
        item.held = (flags & 32U) != 0;
        item.adopted = (flags & 64U) != 0;
        item.kind = (flags & 128U) != 0 ? ArchiveKind::safety : ArchiveKind::backup;
        item.time = any_time(input);
        items.push_back(item);
    }
    return items;
}

void require_promises(std::vector<RetentionItem> const &items,
                      std::vector<RetentionVerdict> const &verdicts, Time now) {
    fuzz::require(verdicts.size() == items.size(), "a verdict for each archive");
    for (std::string const database : {"a", "b"}) {
        bool proven = false;
        bool kept = false;
        for (std::size_t i = 0; i < items.size(); ++i) {
            RetentionItem const &item = items[i];
            fuzz::require(!verdicts[i].reasons.empty(), "a verdict has a reason");
            fuzz::require(verdicts[i].keep || (!item.held && item.time <= now),
                          "what is held or dated in the future stays");
            fuzz::require(verdicts[i].keep || item.ours || item.adopted, "what is not ours stays");
            bool const good = item.proven && !item.damaged && (item.ours || item.adopted) &&
                              item.kind == ArchiveKind::backup && item.database == database;
            proven = proven || good;
            kept = kept || (good && verdicts[i].keep);
        }
        fuzz::require(kept || !proven, "a proven archive stays");
    }
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    Time const now = any_time(input);
    RetentionPolicy const policy = any_policy(input);
    auto const items = any_items(input);
    auto const verdicts = decide_retention(items, policy, now);
    require_promises(items, verdicts, now);
    std::vector<RetentionItem> left;
    for (std::size_t i = 0; i < items.size(); ++i) {
        fuzz::require(!policy.empty() || verdicts[i].keep, "without a rule all of them stay");
        if (verdicts[i].keep) {
            left.push_back(items[i]);
        }
    }
    for (RetentionVerdict const &verdict : decide_retention(left, policy, now)) {
        fuzz::require(verdict.keep, "deciding again changes nothing");
    }
    for (RetentionItem const &item : items) {
        for (int period = 0; period < 5; ++period) {
            auto const name = period_name(item.time, static_cast<Period>(period), Calendar::utc);
            fuzz::require(!name.empty() && name.size() < 32, "a period has a name");
        }
    }
    return 0;
}
