// What a person who reads of a failed backup at 3 a.m. wants to know next: what is still good.
//
// Thread-safety: one thread; reads the repository.

#pragma once

#include "base/clock.hpp"

#include <string>

namespace pgkeep {

// A sentence without a full stop: the newest proven archive of `database`, or that there is none.
// Empty when the repository has nothing of it, or cannot be read.
[[nodiscard]] std::string describe_still_good(std::string const &repository,
                                              std::string const &database, Time now);

} // namespace pgkeep
