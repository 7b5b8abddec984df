// A seam for tests: what happens between the steps of a restore.
//
// Production passes none. A test can change staging behind the restore's back before the proof,
// fire the token at a step, or stop the server, and see that the restore notices.
//
// Thread-safety: called from the thread that called restore_file().

#pragma once

#include "restore/restore.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace pgkeep {

// What has just been done.
enum class RestoreStep {
    preflight,
    safety, // only when something is replaced
    created,
    pre_data,
    loaded,
    post_data,
    proven,
    properties,
    swapped, // the old database is still there
};

struct RestoreHooks {
    // `staging`: the name of the staging database, empty before it exists.
    std::function<void(RestoreStep step, std::string const &staging)> after;
};

[[nodiscard]] RestoreReport restore_file_with_hooks(std::string const &path,
                                                    RestoreOptions const &options,
                                                    std::stop_token const &token,
                                                    Progress &progress, RestoreHooks const &hooks);

} // namespace pgkeep
