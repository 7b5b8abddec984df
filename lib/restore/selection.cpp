#include "restore/selection.hpp"

#include <utility>

namespace pgkeep {

Selection select_all(Manifest const &manifest) {
    Selection all;
    for (auto const &table : manifest.tables) {
        all.tables.insert(table.number);
    }
    for (std::size_t i = 0; i < manifest.sequences.size(); ++i) {
        all.sequences.insert(i);
    }
    return all;
}

Manifest selected_part(Manifest manifest, Selection const &selection) {
    std::erase_if(manifest.tables, [&](TableEntry const &table) {
        return !selection.tables.contains(table.number);
    });
    std::vector<SequenceEntry> sequences;
    for (std::size_t const index : selection.sequences) {
        sequences.push_back(std::move(manifest.sequences.at(index)));
    }
    manifest.sequences = std::move(sequences);
    if (!selection.large_objects) {
        manifest.large_objects = {};
    }
    return manifest;
}

} // namespace pgkeep
