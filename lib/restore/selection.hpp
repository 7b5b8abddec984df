// Which objects, tables and rows of an archive a restore takes.
//
// Found once, from the patterns of -t and -n, the manifest and the table of contents of the schema
// archive; everything behind it (schema, load, proof, script) asks this and not the options.
//
// Thread-safety: a value.

#pragma once

#include "model/manifest.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace pgkeep {

struct Selection {
    std::set<std::uint32_t> tables;   // numbers in the manifest: rows are loaded and proven
    std::set<std::size_t> sequences;  // places in the manifest's list: values are set and proven
    bool large_objects = true;        // their content
    bool make_large_objects = true;   // the blocks that define them
    std::optional<std::set<int>> toc; // dump ids of the objects to create; none: all of them
};

// Everything.
[[nodiscard]] Selection select_all(Manifest const &manifest);

// `manifest` with only what `selection` takes: the tables keep their numbers.
[[nodiscard]] Manifest selected_part(Manifest manifest, Selection const &selection);

} // namespace pgkeep
