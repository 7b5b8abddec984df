// pgkeep-verify: see lib/cli/verify_program.cpp.

#include "cli/programs.hpp"

int main(int argc, char **argv) {
    return pgkeep::run_program(pgkeep::ProgramId::verify, argc, argv, pgkeep::run_verify);
}
