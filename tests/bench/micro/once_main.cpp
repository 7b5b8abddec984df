// pgkeep-hot-path: runs one hot path once, for a tool that counts instructions; without a name it
// lists them.
//
//     pgkeep-hot-path [NAME]

#include "hot_path.hpp"

#include <cstdio>
#include <string_view>

namespace pgkeep::bench {

// The counting begins and ends with this function, which the tool finds by its name.
[[gnu::noinline]] void counted_run(Work const &work) {
    work.run();
}

} // namespace pgkeep::bench

int main(int argc, char **argv) {
    using namespace pgkeep::bench;
    for (auto const &path : all_hot_paths()) {
        if (argc < 2) {
            std::puts(path.name.c_str());
        } else if (path.name == std::string_view{argv[1]}) {
            Work const work = path.prepare();
            counted_run(work);
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}
