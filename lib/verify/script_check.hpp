// What can be known about a script: one that others wrote, or an archive of ours that was unpacked
// or compressed anew.
//
// Thread-safety: pure functions over a source.

#pragma once

#include "archive/script_scanner.hpp"
#include "base/bytes.hpp"
#include "base/progress.hpp"
#include "restore/foreign_text.hpp"
#include "verify/verify.hpp"

#include <stop_token>

namespace pgkeep {

// Fills in everything but path, level, type, size and duration. The whole text is read once.
void check_script(ByteSource const &source, VerifyReport &report, std::stop_token const &token,
                  Progress &progress);

// The same of a dump whose text another program unpacks.
void check_packed_script(ForeignText const &text, VerifyReport &report,
                         std::stop_token const &token, Progress &progress);

// The first bytes, and the last ones where they can be read alone.
void check_script_quickly(ByteSource const &source, VerifyReport &report);

// Compares a script with the manifest in its text: rows and hashes of tables, sequences, large
// objects.
void compare_script(ScriptReport const &script, Manifest const &manifest, VerifyReport &report);

} // namespace pgkeep
