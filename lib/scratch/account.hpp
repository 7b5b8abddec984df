// The ordinary user that owns a scratch server: PostgreSQL refuses to run as root.
//
// Thread-safety: pure functions, apart from reading the user database and the file system.

#pragma once

#include <sys/types.h>

#include <string>

namespace pgkeep {

struct ScratchAccount {
    uid_t uid = 0; // 0: the caller's own user, who is not root
    gid_t gid = 0;
    std::string name;
};

// `postgres`, else `nobody`, for root; the caller's own user for anyone else. Throws
// Error{configuration} when root has neither.
[[nodiscard]] ScratchAccount choose_account();

// Whether this account can pass through `folder` and everything above it.
[[nodiscard]] bool can_reach(ScratchAccount const &account, std::string const &folder);

} // namespace pgkeep
