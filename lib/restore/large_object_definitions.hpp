// Making the large objects of an archive, empty, with owner, rights and remarks, before their
// content is loaded.
//
// Not for archives whose schema archive has these definitions (those that pg_dump before 17 wrote
// for earlier versions of this program): they have no such blocks, and nothing happens.
//
// Thread-safety: called from the main thread.

#pragma once

#include "archive/reader.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/proof.hpp"
#include "restore/restore.hpp"
#include "restore/selection.hpp"
#include "restore/workers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// What a restore with `options` runs of the definitions in the text of one block.
[[nodiscard]] std::string definitions_to_run(std::string_view block_text,
                                             RestoreOptions const &options);

// One transaction a block. Throws Error{damaged} when the archive does not have as many definitions
// as its manifest says.
void make_large_objects(WorkPlace const &place, ArchiveReader const &archive,
                        Manifest const &manifest, Selection const &selection,
                        RestoreOptions const &options);

// The same over one connection, inside its open transaction.
void make_large_objects_in_transaction(Connection &connection, ArchiveReader const &archive,
                                       Manifest const &manifest, Selection const &selection,
                                       RestoreOptions const &options, std::stop_token const &token);

// Tasks that define the objects anew from the database and compare: remarks, and as far as the
// options let the archive's stand, owners and rights. Nothing where this restore made no objects.
// All must outlive the tasks.
[[nodiscard]] std::vector<DatabaseTask> check_large_objects(ArchiveReader const &archive,
                                                            Manifest const &manifest,
                                                            Selection const &selection,
                                                            RestoreOptions const &options,
                                                            DifferenceList &list);

} // namespace pgkeep
