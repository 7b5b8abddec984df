// How an extension says which rows of its configuration tables are its users': SQL for the lists of
// relations.
//
// An archive knows such a condition too. That one is text that nobody vouches for and is compared,
// never run; what runs is the condition in the catalog of the database that is read.
//
// Thread-safety: a constant.

#pragma once

namespace pgkeep {

// An expression over a row `c` of pg_class: `WHERE …`, or empty. Of several conditions the same one
// is taken as by a backup (list_data_relations()).
inline constexpr char const *kExtensionCondition =
    " coalesce((SELECT pg_catalog.max(x.condition) FROM pg_catalog.pg_extension e,"
    "  ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition))"
    "   AS x(oid, condition) WHERE x.oid = c.oid AND c.relkind = 'r'), '')";

} // namespace pgkeep
