// Comparing what an archive says in several places: footer, index and manifest. Reads nothing.
// Private to lib/archive.
//
// Thread-safety: pure but for the findings.

#pragma once

#include "archive/check_frame.hpp"

namespace pgkeep {

// `known`: the blocks whose rows are known. A table with a block that is not is passed over: its
// damage is a finding already.
void check_totals(Frame const &frame, std::vector<bool> const &known, FindingList &findings);

} // namespace pgkeep
