// Finding the part of an archive that -t, -n, --schema-only and --data-only ask for.
//
// -t takes tables with what makes no sense without them: indexes, constraints, defaults, owned
// sequences, triggers, rules, policies, privileges, comments, and the partitions of a partitioned
// table. A foreign key comes only when both of its tables do. Views and other tables do not come.
// -n takes what is in the schemas, and the schemas themselves; not publications, and nothing that
// ties an object to one that is not taken. With both, -t chooses inside the schemas of -n.
//
// Into a new database also comes what all that cannot be created without, however far away: types,
// functions, extensions, sequences of defaults. If that is a table (a parent by INHERITS, a row
// type, the table behind a view), it is created and stays empty.
//
// Thread-safety: one thread; runs pg_restore.

#pragma once

#include "model/manifest.hpp"
#include "restore/restore.hpp"
#include "restore/schema.hpp"
#include "restore/selection.hpp"

namespace pgkeep {

// `into_existing`: what the part needs exists already where it goes. Throws Error{not_found} for a
// pattern that matches nothing, and Error{usage} for one that cannot be used.
[[nodiscard]] Selection find_selection(RestorePart const &part, Manifest const &manifest,
                                       Schema const &schema, bool into_existing);

} // namespace pgkeep
