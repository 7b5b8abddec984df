// The grammar of a block with rows, as a checker that is fed pieces of text.
//
// A copy block is the table's COPY statement, its rows, `\.`, and an empty line. A large-object
// block is `BEGIN;`, one `SELECT pg_catalog.lo_put('<oid>', <offset>, '\x<hex>');` a line,
// `COMMIT;`, and an empty line. Anything else is Error{damaged}.
//
// Serves verification (count and hash) and restore (where the rows begin and end).
//
// Thread-safety: one thread at a time.

#pragma once

#include "base/hash.hpp"
#include "model/manifest.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pgkeep {

// The exact opening and closing text of each kind of block, for writer and reader.
[[nodiscard]] std::string copy_block_head(TableEntry const &table); // COPY statement and newline
inline constexpr std::string_view kCopyBlockTail = "\\.\n\n";
inline constexpr std::string_view kLargeObjectHead = "BEGIN;\n";
inline constexpr std::string_view kLargeObjectTail = "COMMIT;\n\n";

// A line of a large-object block, with its newline. `data` is at most kLargeObjectChunk bytes.
inline constexpr std::size_t kLargeObjectChunk = 256 << 10;
[[nodiscard]] std::string large_object_line(std::uint32_t oid, std::uint64_t offset, ByteView data);
// Whether `line` (without newline) is exactly such a statement.
[[nodiscard]] bool is_large_object_line(std::string_view line) noexcept;

class RowBlockChecker {
public:
    // Called with pieces of the rows' text (whole lines or parts of them), in order; may be empty.
    using RowSink = std::function<void(std::string_view)>;

    static RowBlockChecker copy(TableEntry const &table, RowSink rows = {});
    static RowBlockChecker large_objects(RowSink rows = {});

    void add(std::string_view piece);
    // Throws Error{damaged} unless the block was complete; the proof of its rows.
    [[nodiscard]] RowDigest finish();

private:
    RowBlockChecker(std::string head, std::string_view end_line, bool large_objects, RowSink rows);
    // Each takes its part from the front of `piece`.
    void take_head(std::string_view &piece);
    void take_cut_line(std::string_view &piece);
    void take_rows(std::string_view &piece);
    void take_tail(std::string_view piece);
    [[nodiscard]] bool
    add_line(std::string_view line); // without its newline; false: it is the end line
    void pass_on(std::string_view rows) const;

    std::string head_;
    std::size_t head_read_ = 0; // how much of it has come
    std::string_view end_line_; // `\.` or `COMMIT;`
    bool large_objects_;
    RowSink rows_;
    std::string partial_; // a line that a piece cut
    bool end_seen_ = false;
    bool empty_line_seen_ = false;
    RowDigest proof_;
};

} // namespace pgkeep
