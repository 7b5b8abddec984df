// What an error in a drill says: that the archive does not restore, or that this machine cannot
// try.
//
// Only what the machine lacks is `untried`; whatever is not known to be that is held against the
// archive.
//
// Thread-safety: pure functions.

#pragma once

#include "archive/check.hpp"
#include "base/error.hpp"
#include "restore/hooks.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// Which step a restore was in, after `done` (none: nothing was done yet).
[[nodiscard]] std::string name_of_step(std::optional<RestoreStep> done, bool is_script);

// What the server had to say beside the error itself.
struct ServerState {
    std::string last_error; // of its log
    bool disk_is_full = false;
    bool was_shut_down = false;  // by a signal that was not ours
    bool roles_are_known = true; // not those that a dump of others needs
};

// A sentence, and what to install or to do, when `error` is about this machine.
[[nodiscard]] std::optional<std::string> why_untried(Error const &error, ServerState const &server);
// For an error before anything was created: whatever stands in the way is about this machine,
// unless the archive is damaged.
[[nodiscard]] std::optional<std::string> why_not_started(Error const &error);

// One for each difference of a proof, else one for `object`.
[[nodiscard]] std::vector<Finding> findings_of(Error const &error, std::string const &object,
                                               ServerState const &server);

} // namespace pgkeep
