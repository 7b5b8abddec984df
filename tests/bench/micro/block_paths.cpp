// What happens to each row: hashing, building a block, checking one.

#include "archive/block.hpp"
#include "archive/copy_block.hpp"
#include "base/hash.hpp"

#include "hot_path.hpp"
#include "inputs.hpp"

#include <memory>

namespace pgkeep::bench {

namespace {

constexpr std::size_t kText = kBlockText;
constexpr RowKind kKinds[] = {RowKind::narrow, RowKind::json, RowKind::hex};

struct Rows {
    explicit Rows(RowKind kind) : lines(rows_of(kind, kText)) {
        for (auto const &line : lines) {
            bytes += line.size();
        }
    }
    std::vector<std::string> lines;
    std::size_t bytes = 0;
};

Work hash_work(RowKind kind) {
    auto const rows = std::make_shared<Rows>(kind);
    return {[=] {
                RowDigest digest;
                for (std::string_view const line : rows->lines) {
                    digest.add_row(line.substr(0, line.size() - 1));
                }
                consume(digest.hash.low);
            },
            rows->bytes};
}

// Level 0 stores the text: what is left is the work of the builder itself.
Work build_work(RowKind kind) {
    auto const rows = std::make_shared<Rows>(kind);
    auto const compressor = std::make_shared<MemberCompressor>(0);
    return {[=] {
                BlockBuilder builder{*compressor, format::BlockKind::copy, 1};
                for (auto const &line : rows->lines) {
                    builder.add_row(line);
                }
                consume(builder.finish().entry.stored_size);
            },
            rows->bytes};
}

Work check_work(RowKind kind) {
    struct Block {
        TableEntry table = sample_manifest(1).tables.front();
        std::string text;
    };
    auto const block = std::make_shared<Block>();
    block->text = copy_block_head(block->table) + text_of(rows_of(kind, kText));
    block->text += kCopyBlockTail;
    return {[=] {
                auto checker = RowBlockChecker::copy(block->table);
                std::string_view left = block->text;
                while (!left.empty()) {
                    std::string_view const piece = left.substr(0, format::kMaxMemberText);
                    checker.add(piece);
                    left.remove_prefix(piece.size());
                }
                consume(checker.finish().rows);
            },
            block->text.size()};
}

} // namespace

std::vector<HotPath> block_paths() {
    std::vector<HotPath> paths;
    for (RowKind const kind : kKinds) {
        std::string const rows = name_of(kind);
        paths.push_back({"hash_rows/" + rows, [=] { return hash_work(kind); }});
        paths.push_back({"build_block/0/" + rows, [=] { return build_work(kind); }});
        paths.push_back({"check_block/" + rows, [=] { return check_work(kind); }});
    }
    return paths;
}

} // namespace pgkeep::bench
