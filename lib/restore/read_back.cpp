#include "restore/read_back.hpp"

#include "archive/copy_block.hpp"
#include "model/chunk_plan.hpp"
#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/copy_statements.hpp"
#include "pg/large_objects.hpp"

#include <algorithm>
#include <span>

namespace pgkeep {
namespace {

constexpr std::size_t kObjectsPerTask = 256;
constexpr std::uint64_t kProgressStep = 1 << 20;

// Reports bytes in steps, so that a row costs no call through the interface.
class Steps {
public:
    explicit Steps(Progress &progress) : progress_(progress) {}
    ~Steps() { progress_.advance(pending_); }
    Steps(Steps const &) = delete;
    Steps &operator=(Steps const &) = delete;
    void add(std::size_t bytes) {
        pending_ += bytes;
        if (pending_ >= kProgressStep) {
            progress_.advance(pending_);
            pending_ = 0;
        }
    }

private:
    Progress &progress_;
    std::uint64_t pending_ = 0;
};

std::string_view without_newline(std::string_view line) {
    return line.substr(0, line.size() - 1);
}

} // namespace

ReadBack::ReadBack(Manifest const &manifest, CheckDepth depth,
                   std::vector<StoredTable> const &stored, std::vector<std::uint32_t> large_objects,
                   Progress &progress)
    : manifest_(manifest),
      depth_(depth),
      large_objects_(std::move(large_objects)),
      progress_(progress) {
    for (auto const &table : stored) {
        stored_.emplace(std::pair{table.relation.schema, table.relation.name}, table);
    }
    for (auto const &table : manifest.tables) {
        auto const place = stored_.find({table.schema, table.name});
        bool const exists =
            place != stored_.end() && place->second.partitioned == table.partitioned;
        found_.tables.push_back(exists ? std::optional{RowDigest{}} : std::nullopt);
    }
    found_.large_objects = LargeObjectsEntry{large_objects_.size(), {}};
}

DatabaseTask ReadBack::task(std::optional<std::size_t> table, DatabaseTask read) {
    if (!reader_) {
        return read;
    }
    return [this, table, read = std::move(read)](Connection &connection) {
        reader_(connection, table, read);
    };
}

std::vector<DatabaseTask> ReadBack::tasks(Reader reader) {
    reader_ = std::move(reader);
    std::vector<DatabaseTask> tasks;
    if (depth_ == CheckDepth::content) {
        return content_tasks();
    }
    for (std::size_t i = 0; i < manifest_.tables.size(); ++i) {
        if (manifest_.tables[i].has_data && found_.tables[i]) {
            tasks.push_back(
                task(i, [this, i](Connection &connection) { count_table(connection, i); }));
        }
    }
    return tasks;
}

std::vector<DatabaseTask> ReadBack::content_tasks() {
    std::vector<TableSize> sizes;
    for (std::size_t i = 0; i < manifest_.tables.size(); ++i) {
        TableEntry const &table = manifest_.tables[i];
        if (table.has_data && found_.tables[i]) {
            StoredTable const &stored = stored_.at({table.schema, table.name});
            sizes.push_back({i, stored.pages, table.partitioned ? table.proof.bytes : stored.bytes,
                             stored.can_split && stored.condition.empty()});
        }
    }
    std::vector<DatabaseTask> tasks;
    for (Chunk const &chunk : plan_chunks(sizes, kChunkBytes)) {
        TableEntry const &table = manifest_.tables[chunk.table];
        PageRange range;
        if (!chunk.whole) {
            range = {chunk.first_page, chunk.end_page};
        }
        RelationName const name{0, table.schema, table.name};
        std::string const &condition = stored_.at({table.schema, table.name}).condition;
        std::string copy = table.partitioned
                               ? copy_out_of_partitions(name, table.columns)
                               : copy_out_statement(name, table.columns, condition, range);
        tasks.push_back(task(chunk.table, [this, number = chunk.table,
                                           copy = std::move(copy)](Connection &connection) {
            read_table(connection, number, copy);
        }));
    }
    for (std::size_t first = 0; first < large_objects_.size(); first += kObjectsPerTask) {
        tasks.push_back(task(std::nullopt, [this, first](Connection &connection) {
            read_objects(connection, first);
        }));
    }
    return tasks;
}

void ReadBack::read_table(Connection &connection, std::size_t table, std::string const &copy) {
    RowDigest digest;
    Steps steps{progress_};
    read_copy(connection, copy, [&](std::string_view line) {
        digest.add_row(without_newline(line));
        steps.add(line.size());
    });
    std::scoped_lock const lock{mutex_};
    *found_.tables[table] += digest;
}

void ReadBack::count_table(Connection &connection, std::size_t table) {
    TableEntry const &entry = manifest_.tables[table];
    auto const rows = connection
                          .query_row(std::string{"SELECT pg_catalog.count(*) FROM "} +
                                     (entry.partitioned ? "" : "ONLY ") +
                                     quote_qualified(entry.schema, entry.name) + " " +
                                     stored_.at({entry.schema, entry.name}).condition)
                          .unsigned_integer(0, 0);
    progress_.advance(entry.proof.bytes);
    std::scoped_lock const lock{mutex_};
    found_.tables[table]->rows = rows;
}

void ReadBack::read_objects(Connection &connection, std::size_t first) {
    RowDigest digest;
    Steps steps{progress_};
    auto const count = std::min(kObjectsPerTask, large_objects_.size() - first);
    read_large_objects(connection, std::span{large_objects_}.subspan(first, count),
                       kLargeObjectChunk,
                       [&](std::uint32_t oid, std::uint64_t offset, ByteView data) {
                           std::string const line = large_object_line(oid, offset, data);
                           digest.add_row(without_newline(line));
                           steps.add(line.size());
                       });
    std::scoped_lock const lock{mutex_};
    found_.large_objects->proof += digest;
}

} // namespace pgkeep
