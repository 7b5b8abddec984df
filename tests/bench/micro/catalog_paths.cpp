// What an archive says about itself: the index of a 160 GB database of 2,000 tables, and the
// manifest of 5,000 tables.

#include "gzip/index.hpp"
#include "model/manifest.hpp"
#include "restore/load_list.hpp"

#include "hot_path.hpp"
#include "inputs.hpp"

#include <memory>

namespace pgkeep::bench {

namespace {

constexpr std::size_t kBlocks = 20'000;
constexpr std::uint32_t kTables = 2000;
constexpr std::uint32_t kManifestTables = 5000;

Work encode_index_work() {
    auto const index = std::make_shared<SampleIndex>(sample_index(kBlocks, kTables));
    return {[=] { consume(encode_index(index->blocks).size()); },
            kBlocks * format::kIndexEntrySize};
}

Work decode_index_work() {
    auto const index = std::make_shared<SampleIndex>(sample_index(kBlocks, kTables));
    auto const bytes = std::make_shared<Bytes>(encode_index(index->blocks));
    return {[=] { consume(decode_index(*bytes, index->text_end, index->members).size()); },
            bytes->size()};
}

// Which blocks belong to which table: what a restore looks up in the index.
Work look_up_work() {
    auto const index = std::make_shared<SampleIndex>(sample_index(kBlocks, kTables));
    return {[=] { consume(group_blocks(index->blocks).size()); },
            kBlocks * format::kIndexEntrySize};
}

Work format_manifest_work() {
    auto const manifest = std::make_shared<Manifest>(sample_manifest(kManifestTables));
    return {[=] { consume(format_manifest(*manifest).size()); }, format_manifest(*manifest).size()};
}

Work parse_manifest_work() {
    auto const text =
        std::make_shared<std::string>(format_manifest(sample_manifest(kManifestTables)));
    return {[=] { consume(parse_manifest(*text).tables.size()); }, text->size()};
}

} // namespace

std::vector<HotPath> catalog_paths() {
    return {{"index/encode", encode_index_work},
            {"index/decode", decode_index_work},
            {"index/look_up", look_up_work},
            {"manifest/format", format_manifest_work},
            {"manifest/parse", parse_manifest_work}};
}

} // namespace pgkeep::bench
