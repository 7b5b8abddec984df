#include "support/temporary_folder.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace pgkeep {

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / ("pgkeep-test-" + std::string(6, 'X')))
                .string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
        throw system_error(errno, "cannot create a folder for a test");
    }
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace pgkeep
