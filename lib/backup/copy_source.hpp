// Turns work (a chunk of a table, a list of large objects) into finished blocks over one
// connection.
//
// Used by each worker with its own connection, and by the keeper for what workers could not lock.
//
// Thread-safety: one thread at a time.

#pragma once

#include "archive/block.hpp"
#include "backup/relations.hpp"
#include "base/progress.hpp"

#include <functional>
#include <span>
#include <variant>
#include <vector>

namespace pgkeep {

// Which part of BackupRelations::large_objects.
struct LargeObjectRange {
    std::size_t first = 0;
    std::size_t count = 0;
};
using Work = std::variant<Chunk, LargeObjectRange>;

class CopySource {
public:
    using BlockSink = std::function<void(FinishedBlock)>;

    // `connection` is in a transaction with the snapshot. All references must outlive this.
    CopySource(Connection &connection, BackupRelations const &relations, int level, BlockSink sink,
               Progress &progress);

    // Whether to take the table's lock first (workers), and fail at once when it is not free.
    enum class Locking { nowait, held };
    void copy(Work const &work, Locking locking);

    // Throws Error{schema_moved} when a name did not mean the table that was to be copied. Call at
    // the end of the work, in the same transaction.
    void require_same_tables();

    // After the transaction was begun anew.
    void forget_locks();

private:
    void copy_chunk(Chunk const &chunk, Locking locking);
    void copy_large_objects(std::span<std::uint32_t const> oids);
    void add_large_object_part(std::uint32_t oid, std::uint64_t offset, ByteView data);
    void finish_large_object_block();

    Connection &connection_;
    BackupRelations const &relations_;
    MemberCompressor compressor_;
    BlockSink sink_;
    Progress &progress_;
    std::vector<bool> locked_; // by table
    std::vector<RelationName> to_check_;
    std::optional<BlockBuilder> large_objects_;
};

} // namespace pgkeep
