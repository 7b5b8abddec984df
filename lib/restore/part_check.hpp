// Checking those blocks of an archive that a part of it needs, and no others: what the rest of the
// file is like does not matter to them.
//
// Footer, index, manifest and schema are not looked at here: require_readable() in source.hpp did.
//
// Thread-safety: require_sound_part() starts threads of its own; read_checked_block() may be called
// from several, each with its own inflater.

#pragma once

#include "archive/reader.hpp"
#include "base/progress.hpp"
#include "model/manifest.hpp"
#include "restore/selection.hpp"

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace pgkeep {

// The blocks of the data that `selection` takes, in file order.
[[nodiscard]] std::vector<std::size_t> selected_blocks(ArchiveReader const &archive,
                                                       Selection const &selection);

// The text of one block, piece by piece as ArchiveReader::read_block(), with its rows compared with
// the index at its end. Throws Error{damaged} with offset and table.
void read_checked_block(ArchiveReader const &archive, Manifest const &manifest, std::size_t block,
                        MemberInflater &inflater,
                        std::function<void(std::string_view)> const &piece);

// Reads all selected blocks: checksums, rows against the index, and their sums against the
// manifest. Throws Error{damaged} with the first damage that was found.
void require_sound_part(ArchiveReader const &archive, Manifest const &manifest,
                        Selection const &selection, unsigned jobs, std::stop_token const &token,
                        Progress &progress);

} // namespace pgkeep
