#include "archive/copy_block.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace pgkeep {

namespace {

constexpr std::string_view kLoPut = "SELECT pg_catalog.lo_put('";
constexpr std::string_view kCopyEndLine = "\\.";
constexpr std::string_view kLargeObjectEndLine = "COMMIT;";
// What a broken line can show of itself in a message.
constexpr std::size_t kShownText = 60;

bool take(std::string_view &text, std::string_view expected) noexcept {
    if (!text.starts_with(expected)) {
        return false;
    }
    text.remove_prefix(expected.size());
    return true;
}

// A decimal number in the one form that the writer makes: no sign, no leading zero.
bool take_number(std::string_view &text, std::uint64_t lowest, std::uint64_t highest) noexcept {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    auto const length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || (text[0] == '0' && length > 1) || value < lowest ||
        value > highest) {
        return false;
    }
    text.remove_prefix(length);
    return true;
}

bool is_hex_digit(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

} // namespace

std::string copy_block_head(TableEntry const &table) {
    return copy_in_statement(table.schema, table.name, table.columns) + '\n';
}

std::string large_object_line(std::uint32_t oid, std::uint64_t offset, ByteView data) {
    return fmt::format("{}{}', {}, '\\x{}');\n", kLoPut, oid, offset, to_hex(data));
}

bool is_large_object_line(std::string_view line) noexcept {
    constexpr std::uint64_t kHighestOffset = std::numeric_limits<std::int64_t>::max();
    if (!take(line, kLoPut) || !take_number(line, 1, std::numeric_limits<std::uint32_t>::max()) ||
        !take(line, "', ") || !take_number(line, 0, kHighestOffset) || !take(line, ", '\\x") ||
        !line.ends_with("');")) {
        return false;
    }
    line.remove_suffix(3);
    return !line.empty() && line.size() % 2 == 0 && line.size() / 2 <= kLargeObjectChunk &&
           std::ranges::all_of(line, is_hex_digit);
}

RowBlockChecker::RowBlockChecker(std::string head, std::string_view end_line, bool large_objects,
                                 RowSink rows)
    : head_(std::move(head)),
      end_line_(end_line),
      large_objects_(large_objects),
      rows_(std::move(rows)) {
}

RowBlockChecker RowBlockChecker::copy(TableEntry const &table, RowSink rows) {
    return {copy_block_head(table), kCopyEndLine, false, std::move(rows)};
}

RowBlockChecker RowBlockChecker::large_objects(RowSink rows) {
    return {std::string{kLargeObjectHead}, kLargeObjectEndLine, true, std::move(rows)};
}

void RowBlockChecker::add(std::string_view piece) {
    take_head(piece);
    take_cut_line(piece);
    take_rows(piece);
    take_tail(piece);
}

void RowBlockChecker::take_head(std::string_view &piece) {
    std::size_t const size = std::min(piece.size(), head_.size() - head_read_);
    if (piece.substr(0, size) != std::string_view{head_}.substr(head_read_, size)) {
        throw Error{ErrorKind::damaged, "the block does not begin with `" +
                                            printable(head_.substr(0, head_.size() - 1)) + '`'};
    }
    head_read_ += size;
    piece.remove_prefix(size);
}

void RowBlockChecker::take_cut_line(std::string_view &piece) {
    if (partial_.empty() || piece.empty()) {
        return;
    }
    std::size_t const newline = piece.find('\n');
    std::size_t const size = newline == std::string_view::npos ? piece.size() : newline + 1;
    partial_.append(piece.substr(0, size));
    piece.remove_prefix(size);
    if (newline == std::string_view::npos) {
        return;
    }
    std::string_view const line = partial_;
    if (add_line(line.substr(0, line.size() - 1))) {
        pass_on(line);
    }
    partial_.clear();
}

void RowBlockChecker::take_rows(std::string_view &piece) {
    if (end_seen_ || piece.empty()) {
        return;
    }
    std::size_t rows_end = 0;
    std::size_t newline = 0;
    while (!end_seen_ && (newline = piece.find('\n', rows_end)) != std::string_view::npos) {
        if (!add_line(piece.substr(rows_end, newline - rows_end))) {
            break;
        }
        rows_end = newline + 1;
    }
    pass_on(piece.substr(0, rows_end));
    if (end_seen_) {
        piece.remove_prefix(newline + 1);
        return;
    }
    partial_.append(piece.substr(rows_end));
    piece = {};
}

void RowBlockChecker::take_tail(std::string_view piece) {
    if (!end_seen_ || piece.empty()) {
        return;
    }
    if (empty_line_seen_ || piece != "\n") {
        throw Error{ErrorKind::damaged, "there is text behind the block's end: `" +
                                            printable(piece.substr(0, kShownText)) + '`'};
    }
    empty_line_seen_ = true;
}

bool RowBlockChecker::add_line(std::string_view line) {
    if (line == end_line_) {
        end_seen_ = true;
        return false;
    }
    if (large_objects_ && !is_large_object_line(line)) {
        throw Error{ErrorKind::damaged, "this is no line of large object data: `" +
                                            printable(line.substr(0, kShownText)) + '`'};
    }
    proof_.add_row(line);
    return true;
}

void RowBlockChecker::pass_on(std::string_view rows) const {
    if (rows_ && !rows.empty()) {
        rows_(rows);
    }
}

RowDigest RowBlockChecker::finish() {
    if (head_read_ < head_.size()) {
        throw Error{ErrorKind::damaged, "the block ends before its rows begin"};
    }
    if (!end_seen_) {
        throw Error{ErrorKind::damaged, "the block ends without `" + std::string{end_line_} + '`'};
    }
    if (!empty_line_seen_) {
        throw Error{ErrorKind::damaged, "the block ends without its empty line"};
    }
    return proof_;
}

} // namespace pgkeep
