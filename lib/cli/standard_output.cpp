#include "cli/standard_output.hpp"

#include "base/file.hpp"

#include <unistd.h>

namespace pgkeep {

void StandardOutput::write(std::string_view text) {
    write_all(fd_, as_bytes(text), "standard output");
}

bool StandardOutput::is_terminal() const {
    return ::isatty(fd_) == 1;
}

} // namespace pgkeep
