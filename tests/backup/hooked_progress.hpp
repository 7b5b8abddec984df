// Does something at the beginning of a phase of a backup, such as what an application may do then.
//
// Thread-safety: the hook runs in the thread that begins the phase, which waits for it.

#pragma once

#include "base/progress.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace pgkeep {

class HookedProgress : public Progress {
public:
    // `time`: how often the phase has begun, from 1.
    using Hook = std::function<void(std::string_view name, int time)>;
    explicit HookedProgress(Hook hook) : hook_(std::move(hook)) {}

    void phase(std::string_view name, std::uint64_t /*total*/) override {
        hook_(name, ++times_[std::string{name}]);
    }
    void advance(std::uint64_t /*bytes*/) override {}

private:
    Hook hook_;
    std::map<std::string, int> times_;
};

} // namespace pgkeep
