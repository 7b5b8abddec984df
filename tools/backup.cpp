// pgkeep-backup: see lib/cli/backup_program.cpp.

#include "cli/programs.hpp"

int main(int argc, char **argv) {
    return pgkeep::run_program(pgkeep::ProgramId::backup, argc, argv, pgkeep::run_backup);
}
