// A folder that is gone with the object, whatever the test did in it.
//
// Thread-safety: none.

#pragma once

#include <string>

namespace pgkeep {

class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const &) = delete;
    TemporaryFolder &operator=(TemporaryFolder const &) = delete;

    [[nodiscard]] std::string const &path() const noexcept { return path_; }
    [[nodiscard]] std::string file(std::string const &name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

} // namespace pgkeep
