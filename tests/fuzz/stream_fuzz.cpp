// What others compressed or did not: a stream ends, or throws the damage with its place.

#include "gzip/stream.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

constexpr std::uint64_t kMostExpansion =
    1100; // of deflate, with what a member begins and ends with

std::string read(ByteSource const &source, bool &damaged) {
    std::string text;
    try {
        TextStream stream{source};
        for (auto piece = stream.next(); !piece.empty(); piece = stream.next()) {
            text += piece;
            fuzz::require(stream.position() <= source.size(), "nothing behind the end is read");
        }
        fuzz::require(stream.next().empty(), "the end stays the end");
        fuzz::require(stream.is_gzip() || text.size() == source.size(),
                      "plain text passes unchanged");
        fuzz::require(stream.position() == source.size(), "the end is the end of the source");
    } catch (StreamDamage const &error) {
        fuzz::require(error.offset() <= source.size(), "damage lies inside the source");
        fuzz::require_bearable(error.what());
        damaged = true;
    }
    fuzz::require(text.size() <= source.size() * kMostExpansion, "no text out of nothing");
    return text;
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    MemorySource const source{ByteView{data, size}};
    bool damaged = false;
    bool damaged_again = false;
    std::string const text = read(source, damaged);
    fuzz::require(read(source, damaged_again) == text && damaged == damaged_again,
                  "a second reading gives the same");
    return 0;
}
