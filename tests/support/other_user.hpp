// What a test needs to be refused something, also when it runs as root, who may do everything.
//
// Thread-safety: none; it holds for all threads of the process.

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace pgkeep {

// While it lives, root is another user, who owns `folder` and what is in it. For others nothing
// changes: they own it already.
class OtherUser {
public:
    explicit OtherUser(std::string const &folder) {
        if (::geteuid() != 0) {
            return;
        }
        EXPECT_EQ(::lchown(folder.c_str(), kNobody, kNobody), 0);
        for (auto const &entry : std::filesystem::recursive_directory_iterator{folder}) {
            EXPECT_EQ(::lchown(entry.path().c_str(), kNobody, kNobody), 0);
        }
        was_root_ = ::seteuid(kNobody) == 0;
        EXPECT_TRUE(was_root_);
    }
    ~OtherUser() {
        if (was_root_) {
            EXPECT_EQ(::seteuid(0), 0);
        }
    }
    OtherUser(OtherUser const &) = delete;
    OtherUser &operator=(OtherUser const &) = delete;

private:
    static constexpr uid_t kNobody = 65534;
    bool was_root_ = false;
};

} // namespace pgkeep
