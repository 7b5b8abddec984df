// pgkeep-restore: see lib/cli/restore_program.cpp.

#include "cli/programs.hpp"

int main(int argc, char **argv) {
    return pgkeep::run_program(pgkeep::ProgramId::restore, argc, argv, pgkeep::run_restore);
}
