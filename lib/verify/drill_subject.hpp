// What a drill must know of an archive before it starts a server for it.
//
// Thread-safety: pure functions, apart from reading the file and running the programs that unpack
// it.

#pragma once

#include "model/manifest.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct DrillSubject {
    std::optional<Manifest> manifest; // of an archive of ours; none: others wrote it
    int server_major = 0;             // that it came from; 0: not known
    std::string encoding;             // of a server's databases that were not said to have another
};

// Throws what reading the archive throws. `bindir` is where pg_restore is looked for.
[[nodiscard]] DrillSubject look_at_subject(std::string const &path, std::string const &bindir,
                                           std::stop_token const &token);

// The same from the beginning of a script.
[[nodiscard]] DrillSubject subject_of_script(std::string_view head);

// All roles that the archive names, each once.
[[nodiscard]] std::vector<std::string> roles_of(Manifest const &manifest);

} // namespace pgkeep
