#include "scratch/account.hpp"

#include "base/error.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>

namespace pgkeep {
namespace {

std::optional<ScratchAccount> find_account(char const *name) {
    passwd entry{};
    passwd *found = nullptr;
    std::array<char, 16384> buffer{};
    ::getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr || found->pw_uid == 0) {
        return std::nullopt;
    }
    return ScratchAccount{found->pw_uid, found->pw_gid, name};
}

bool may_pass(ScratchAccount const &account, std::filesystem::path const &folder) {
    if (account.uid == 0) {
        return ::access(folder.c_str(), X_OK) == 0;
    }
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) {
        return false;
    }
    if (status.st_uid == account.uid) {
        return (status.st_mode & S_IXUSR) != 0;
    }
    return (status.st_mode & (status.st_gid == account.gid ? S_IXGRP : S_IXOTH)) != 0;
}

} // namespace

ScratchAccount choose_account() {
    if (::geteuid() != 0) {
        return {0, 0, "the current user"};
    }
    for (char const *name : {"postgres", "nobody"}) {
        if (auto account = find_account(name)) {
            return *account;
        }
    }
    throw Error{ErrorKind::configuration,
                "a scratch server cannot run as root, and there is no user postgres or nobody",
                "Run this as an ordinary user, or create one of them."};
}

bool can_reach(ScratchAccount const &account, std::string const &folder) {
    std::error_code error;
    std::filesystem::path path = std::filesystem::absolute(folder, error);
    while (!error && may_pass(account, path)) {
        if (path == path.parent_path()) {
            return true;
        }
        path = path.parent_path();
    }
    return false;
}

} // namespace pgkeep
