// The list of pg_restore -l.

#include "proc/toc.hpp"

#include "fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string_view const text = fuzz::Input{data, size}.rest();
    fuzz::accepts([&] {
        auto const toc = parse_toc(text);
        auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
        fuzz::require(toc.size() <= lines, "at most one entry a line");
        std::uint64_t total = 0;
        for (auto const &[kind, count] : count_kinds(toc)) {
            fuzz::require(printable(kind) == kind, "a kind is a word");
            total += count;
        }
        fuzz::require(total <= toc.size(), "no object is counted twice");
        std::size_t names = 0;
        for (TocEntry const &entry : toc) {
            names += entry.names.size() + entry.kind.size() + entry.depends_on.size();
        }
        fuzz::require(names <= text.size(), "entries are made of the text");
    });
    return 0;
}
