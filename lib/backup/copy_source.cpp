#include "backup/copy_source.hpp"

#include "archive/copy_block.hpp"
#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/copy_statements.hpp"
#include "pg/large_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

// Passes rows into blocks, of bounded size unless they must be `together`. One for each chunk.
class TableBlocks {
public:
    TableBlocks(MemberCompressor &compressor, TableEntry const &table,
                CopySource::BlockSink const &sink, Progress &progress, std::uint64_t weight,
                bool together)
        : compressor_(compressor),
          table_(table),
          sink_(sink),
          progress_(progress),
          weight_(weight),
          together_(together) {}

    void add(std::string_view line) {
        if (!block_) {
            block_.emplace(compressor_, format::BlockKind::copy, table_.number);
            block_->add_text(copy_block_head(table_));
        }
        block_->add_row(line);
        if (!together_ && block_->text_size() >= kBlockText) {
            finish_block();
        }
    }

    void finish() {
        if (block_) {
            finish_block();
        }
        progress_.advance(weight_);
        weight_ = 0;
    }

private:
    void finish_block() {
        // The weight is the size on the server's disk; text that exceeds it shows no progress.
        std::uint64_t const step = std::min<std::uint64_t>(weight_, block_->text_size());
        weight_ -= step;
        progress_.advance(step);
        block_->add_text(kCopyBlockTail);
        sink_(block_->finish());
        block_.reset();
    }

    MemberCompressor &compressor_;
    TableEntry const &table_;
    CopySource::BlockSink const &sink_;
    Progress &progress_;
    std::uint64_t weight_;
    bool together_;
    std::optional<BlockBuilder> block_;
};

} // namespace

CopySource::CopySource(Connection &connection, BackupRelations const &relations, int level,
                       BlockSink sink, Progress &progress)
    : connection_(connection),
      relations_(relations),
      compressor_(level),
      sink_(std::move(sink)),
      progress_(progress),
      locked_(relations.tables.size()) {
}

void CopySource::copy(Work const &work, Locking locking) {
    if (auto const *chunk = std::get_if<Chunk>(&work)) {
        copy_chunk(*chunk, locking);
    } else {
        auto const &range = std::get<LargeObjectRange>(work);
        copy_large_objects(std::span{relations_.large_objects}.subspan(range.first, range.count));
    }
}

void CopySource::copy_chunk(Chunk const &chunk, Locking locking) {
    DataRelation const &table = relations_.tables[chunk.table];
    std::string sql;
    if (locking == Locking::nowait && !locked_[chunk.table]) {
        sql = lock_nowait_statement(table.relation) + "; ";
    }
    PageRange range;
    if (!chunk.whole) {
        range = {chunk.first_page, chunk.end_page};
    }
    sql += copy_out_statement(table.relation, table.columns, table.condition, range);
    TableEntry const &entry = relations_.entries[relations_.entry_of[chunk.table]];
    // A statement checks keys at its end, so rows may reference later ones of the same statement.
    bool const together =
        std::ranges::find(relations_.in_order, chunk.table) != relations_.in_order.end();
    TableBlocks blocks{compressor_, entry, sink_, progress_, chunk.weight, together};
    read_copy(connection_, sql, [&](std::string_view line) { blocks.add(line); });
    // Of a whole table the lock itself tells it in the end, for all tables at once.
    if (chunk.whole && locking == Locking::nowait) {
        to_check_.push_back(table.relation);
    } else {
        require_same_relation(connection_, table.relation);
    }
    blocks.finish();
    locked_[chunk.table] = true;
}

void CopySource::require_same_tables() {
    require_locked(connection_, to_check_);
    to_check_.clear();
}

void CopySource::forget_locks() {
    for (RelationName const &relation : std::exchange(to_check_, {})) {
        require_same_relation(connection_, relation);
    }
    locked_.assign(locked_.size(), false);
}

void CopySource::copy_large_objects(std::span<std::uint32_t const> oids) {
    read_large_objects(connection_, oids, kLargeObjectChunk,
                       [&](std::uint32_t oid, std::uint64_t offset, ByteView data) {
                           add_large_object_part(oid, offset, data);
                       });
    finish_large_object_block();
}

void CopySource::add_large_object_part(std::uint32_t oid, std::uint64_t offset, ByteView data) {
    if (!large_objects_) {
        large_objects_.emplace(compressor_, format::BlockKind::large_objects, 0);
        large_objects_->add_text(kLargeObjectHead);
    }
    large_objects_->add_row(large_object_line(oid, offset, data));
    if (large_objects_->text_size() >= kBlockText) {
        finish_large_object_block();
    }
}

void CopySource::finish_large_object_block() {
    if (large_objects_) {
        large_objects_->add_text(kLargeObjectTail);
        sink_(large_objects_->finish());
        large_objects_.reset();
    }
}

} // namespace pgkeep
