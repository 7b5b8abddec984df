// Blocks of rows: a checker does not care where a piece ends, and a block of any rows comes back.

#include "archive/copy_block.hpp"
#include "archive/copy_lines.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

struct Outcome {
    bool accepted = false;
    RowDigest proof;
    std::string rows;
};

RowBlockChecker checker(bool large_objects, TableEntry const &table, std::string &rows) {
    auto const sink = [&](std::string_view piece) { rows.append(piece); };
    return large_objects ? RowBlockChecker::large_objects(sink)
                         : RowBlockChecker::copy(table, sink);
}

// A piece never ends inside the closing lines in an archive, so the pieces end at lines.
Outcome check(std::string_view text, bool large_objects, TableEntry const &table) {
    Outcome outcome;
    outcome.accepted = fuzz::accepts([&] {
        auto reader = checker(large_objects, table, outcome.rows);
        reader.add(text);
        outcome.proof = reader.finish();
    });
    return outcome;
}

Outcome check_in_pieces(std::string_view text, bool large_objects, TableEntry const &table) {
    Outcome outcome;
    outcome.accepted = fuzz::accepts([&] {
        auto reader = checker(large_objects, table, outcome.rows);
        fuzz::in_pieces(text, 7, [&](std::string_view piece) { reader.add(piece); });
        outcome.proof = reader.finish();
    });
    return outcome;
}

void try_text(std::string_view text, bool large_objects, TableEntry const &table) {
    Outcome const whole = check(text, large_objects, table);
    Outcome const pieces = check_in_pieces(text, large_objects, table);
    fuzz::require(whole.accepted == pieces.accepted, "a block does not depend on the pieces");
    fuzz::require(!whole.accepted || (whole.proof == pieces.proof && whole.rows == pieces.rows),
                  "nor do its rows");
    fuzz::require(!whole.accepted || whole.proof.bytes == whole.rows.size(),
                  "all rows are handed on");
}

// The rows of a script end at `\.`; what stands in front of it is counted.
void try_lines(std::string_view text) {
    for (bool const crlf : {false, true}) {
        CopyLines whole{crlf};
        std::size_t const used = whole.add(text);
        CopyLines pieces{crlf};
        std::size_t taken = 0;
        fuzz::in_pieces(text, 3, [&](std::string_view piece) {
            taken += pieces.ended() ? 0 : pieces.add(piece);
        });
        whole.end_of_script();
        pieces.end_of_script();
        fuzz::require(used == taken && whole.rows() == pieces.rows() &&
                          whole.ended() == pieces.ended() && whole.lines() == pieces.lines(),
                      "lines do not depend on the pieces");
    }
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    bool const large_objects = input.byte() % 2 == 1;
    TableEntry table;
    table.schema = input.word();
    table.name = input.word();
    table.columns = {input.word()};
    std::string_view const text = input.rest();
    try_text(text, large_objects, table);
    std::string const head = large_objects ? std::string{kLargeObjectHead} : copy_block_head(table);
    std::string const tail{large_objects ? kLargeObjectTail : kCopyBlockTail};
    try_text(head + std::string{text} + tail, large_objects, table);
    try_lines(text);
    std::string const line = large_object_line(1 + static_cast<std::uint32_t>(size), size,
                                               as_bytes(text.substr(0, kLargeObjectChunk)));
    fuzz::require(text.empty() || is_large_object_line(line.substr(0, line.size() - 1)),
                  "a line of large object data is one");
    static_cast<void>(is_large_object_line(text));
    return 0;
}
