// Makes the man pages of the programs from the table of options: `pgkeep-manual FOLDER`.
//
// A program of the build, not an option of the installed ones: those should accept nothing that an
// operator has no use for.

#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/man_page.hpp"
#include "cli/program_info.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace {

void write_pages(std::string const &folder) {
    using namespace pgkeep;
    for (ProgramId const program : kAllPrograms) {
        std::string const name = std::string{program_info(program).name} + ".1";
        PublishedFile page{folder, name};
        page.append(as_bytes(format_man_page(program)));
        page.commit(name, PublishedFile::Replace::allowed);
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fputs("usage: pgkeep-manual FOLDER\n", stderr);
        return 2;
    }
    try {
        write_pages(argv[1]);
        return 0;
    } catch (std::exception const &error) {
        fmt::print(stderr, "pgkeep-manual: {}\n", error.what());
        return 1;
    }
}
