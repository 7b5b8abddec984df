// Makes what is generated from the table of options: man pages and shell completion, into FOLDER:
// `pgkeep-manual FOLDER`.
//
// A program of the build, not an option of the installed ones: those should accept nothing that an
// operator has no use for.

#include "base/error.hpp"
#include "base/file.hpp"
#include "cli/completion.hpp"
#include "cli/man_page.hpp"
#include "cli/program_info.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace {

void write(std::string const &folder, std::string const &name, std::string const &text) {
    pgkeep::PublishedFile file{folder, name};
    file.append(pgkeep::as_bytes(text));
    file.commit(name, pgkeep::PublishedFile::Replace::allowed);
}

void write_all_files(std::string const &folder) {
    using namespace pgkeep;
    for (ProgramId const program : kAllPrograms) {
        std::string const name{program_info(program).name};
        write(folder, name + ".1", format_man_page(program));
        write(folder, "_" + name, format_zsh_completion(program));
    }
    write(folder, "pgkeep.conf.5", format_config_page());
    write(folder, "pgkeep.bash", format_bash_completion());
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fputs("usage: pgkeep-manual FOLDER\n", stderr);
        return 2;
    }
    try {
        write_all_files(argv[1]);
        return 0;
    } catch (std::exception const &error) {
        fmt::print(stderr, "pgkeep-manual: {}\n", error.what());
        return 1;
    }
}
