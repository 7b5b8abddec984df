#include "archive/block.hpp"

#include <algorithm>

namespace pgkeep {

BlockBuilder::BlockBuilder(MemberCompressor &compressor, format::BlockKind kind,
                           std::uint32_t table)
    : compressor_(&compressor) {
    block_.entry.kind = kind;
    block_.entry.table = table;
}

void BlockBuilder::add_row(std::string_view line) {
    proof_.add_row(line.substr(0, line.size() - 1));
    add_text(line);
}

void BlockBuilder::add_text(std::string_view text) {
    text_size_ += text.size();
    while (!text.empty()) {
        // A full member waits until more text comes, because only finish() knows which is the last.
        if (pending_.size() == format::kMaxMemberText) {
            flush(false);
        }
        std::size_t const size = std::min(text.size(), format::kMaxMemberText - pending_.size());
        pending_.append(text.substr(0, size));
        text.remove_prefix(size);
    }
}

void BlockBuilder::flush(bool last) {
    MemberInfo info;
    info.block = block_.entry.kind;
    info.table = block_.entry.table;
    info.first_of_block = block_.members.empty();
    info.last_of_block = last;
    Bytes &member = block_.members.emplace_back();
    compressor_->compress(pending_, info, member);
    block_.entry.stored_size += member.size();
    pending_.clear();
}

FinishedBlock BlockBuilder::finish() {
    flush(true);
    block_.entry.text_size = text_size_;
    block_.entry.rows = proof_.rows;
    block_.entry.row_bytes = proof_.bytes;
    block_.entry.hash = proof_.hash;
    text_size_ = 0;
    return std::move(block_);
}

} // namespace pgkeep
