// A drill: one archive restored whole into a throw-away server, with the proof.
//
// drill.cpp reads as the order of events: the schema archive is compared with the text, a server of
// the archive's version (else the next newer) is started, the roles that the archive needs are
// made, the code of pgkeep-restore restores and proves, pg_amcheck looks at the files, and the
// user's assertions are asked. The server and its folder are gone in the end, whatever happened.
//
// The archive's functions run with the rights of the user that the server belongs to: a drill is
// for archives that one would also restore.
//
// Not for finding damage in the file: the checksum level comes first and says where it is.
//
// Thread-safety: as ScratchServer: call it from a thread that waits for it.

#pragma once

#include "base/progress.hpp"
#include "verify/assertions.hpp"
#include "verify/verify.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct DrillReport {
    std::string untried; // what could not be tried, and what to do; empty normally
    std::vector<Finding> findings;
    std::vector<std::string> notes;
};

// `path`: an archive of ours, or one that others wrote, whose checksum level has passed. Throws
// when the file cannot be read, and Error{cancelled}.
[[nodiscard]] DrillReport run_drill(std::string const &path, DrillOptions const &options,
                                    unsigned jobs, std::vector<Assertion> const &assertions,
                                    std::stop_token const &token, Progress &progress);

} // namespace pgkeep
