// The manifest: what is accepted comes back when it is written again.

#include "model/manifest.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

bool can_be_written(Manifest const &manifest) {
    // An empty comment and none are told apart; a time without a name cannot be written.
    return parse_iso(format_iso(manifest.origin.snapshot_time)) == manifest.origin.snapshot_time;
}

void read(std::string_view text) {
    fuzz::accepts([&] {
        Manifest const manifest = parse_manifest(text);
        fuzz::require(can_be_written(manifest), "its time has a name");
        fuzz::require(parse_manifest(format_manifest(manifest)) == manifest,
                      "a manifest comes back");
        static_cast<void>(manifest.total_rows());
    });
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string_view const text = fuzz::Input{data, size}.rest();
    read(text);
    // The same lines without the prefixes and the count at the end, which the fuzzer need not find.
    std::string whole;
    std::size_t lines = 1;
    for (std::size_t begin = 0; begin < text.size(); ++lines) {
        std::size_t const end = std::min(text.find('\n', begin), text.size());
        whole.append(kManifestPrefix).append(text.substr(begin, end - begin)) += '\n';
        begin = end + 1;
    }
    whole.append(kManifestPrefix) +=
        R"({"lines":)" + std::to_string(lines) + R"(,"type":"end"})" + '\n';
    read(whole);
    return 0;
}
