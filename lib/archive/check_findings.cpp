#include "archive/check_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace pgkeep {

namespace {

auto key(Finding const &finding) {
    return std::tuple{finding.offset.value_or(std::numeric_limits<std::uint64_t>::max()),
                      std::string_view{finding.object}, std::string_view{finding.message}};
}

} // namespace

std::string Finding::text() const {
    return offset ? fmt::format("at offset {}, {}: {}", *offset, object, message)
                  : fmt::format("{}: {}", object, message);
}

void FindingList::add(std::optional<std::uint64_t> offset, std::string object,
                      std::string message) {
    std::scoped_lock const lock{mutex_};
    if (findings_.size() == kMostFindings) {
        ++left_out_;
        return;
    }
    findings_.push_back({offset, std::move(object), std::move(message)});
}

std::vector<Finding> FindingList::take() {
    std::scoped_lock const lock{mutex_};
    std::ranges::sort(findings_, {}, key);
    auto const repeated =
        std::unique(findings_.begin(), findings_.end(),
                    [&](auto const &a, auto const &b) { return key(a) == key(b); });
    findings_.erase(repeated, findings_.end());
    if (left_out_ > 0) {
        findings_.push_back(
            {std::nullopt, "file", fmt::format("{} more findings are not listed", left_out_)});
    }
    return std::move(findings_);
}

} // namespace pgkeep
