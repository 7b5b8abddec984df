// The main function of a fuzz target without libFuzzer: tries each file, and the files of each
// folder, that it is given. Ends with 2 when there was none.

#include "fuzz/target.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

void try_file(std::filesystem::path const &path) {
    std::ifstream file{path, std::ios::binary};
    std::vector<char> const bytes{std::istreambuf_iterator<char>{file}, {}};
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const *>(bytes.data()), bytes.size());
}

} // namespace

int main(int argc, char **argv) {
    int tried = 0;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) {
            try_file(argv[i]);
            ++tried;
            continue;
        }
        for (auto const &entry : std::filesystem::directory_iterator{argv[i]}) {
            try_file(entry.path());
            ++tried;
        }
    }
    return tried > 0 ? 0 : 2;
}
