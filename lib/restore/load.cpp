#include "restore/load.hpp"

#include "archive/copy_block.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/load_list.hpp"

#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kStatementsText = 1 << 20; // of large objects in one round trip

TableEntry const &table_of(Manifest const &manifest, BlockEntry const &block) {
    if (block.table == 0 || block.table > manifest.tables.size()) {
        throw Error{ErrorKind::damaged, "a block belongs to table " + std::to_string(block.table) +
                                            ", which the manifest does not have"};
    }
    return manifest.tables[block.table - 1];
}

// Sends the statements of a large-object block, each looked at first, many in one round trip.
class LargeObjectSender {
public:
    explicit LargeObjectSender(Connection &connection) : connection_(connection) {}

    void add(std::string_view rows) {
        pending_ += rows;
        std::size_t end = checked_;
        for (std::size_t next; (next = pending_.find('\n', end)) != std::string::npos;
             end = next + 1) {
            if (!is_large_object_line(std::string_view{pending_}.substr(end, next - end))) {
                throw Error{ErrorKind::damaged,
                            "a block of large objects holds another statement than lo_put"};
            }
        }
        checked_ = end;
        if (checked_ >= kStatementsText) {
            send();
        }
    }

    void send() {
        if (checked_ > 0) {
            connection_.execute(pending_.substr(0, checked_));
            pending_.erase(0, checked_);
            checked_ = 0;
        }
    }

private:
    Connection &connection_;
    std::string pending_;
    std::size_t checked_ = 0; // whole lines, known to be lo_put
};

// One worker's tools.
class BlockLoader {
public:
    BlockLoader(Connection &connection, ArchiveReader const &archive, Manifest const &manifest,
                Progress &progress)
        : connection_(connection), archive_(archive), manifest_(manifest), progress_(progress) {}

    void load(std::size_t index) {
        BlockEntry const &block = archive_.blocks()[index];
        if (block.kind == format::BlockKind::large_objects) {
            load_large_objects(index, block);
            return;
        }
        TableEntry const &table = table_of(manifest_, block);
        try {
            load_rows(index, block, table);
        } catch (PgError const &error) {
            throw error.within("table " + printable_name(table.schema, table.name));
        }
    }

private:
    void load_rows(std::size_t index, BlockEntry const &block, TableEntry const &table) {
        CopyIn copy{connection_, copy_in_statement(table.schema, table.name, table.columns)};
        auto checker = RowBlockChecker::copy(table, [&](std::string_view rows) { copy.put(rows); });
        read(index, block, checker);
        std::uint64_t const taken = copy.finish();
        if (taken != block.rows) {
            throw Error{ErrorKind::differs, "table " + printable_name(table.schema, table.name) +
                                                ": the server took " + format_count(taken) +
                                                " of " + format_count(block.rows) +
                                                " rows of a block"};
        }
    }

    void load_large_objects(std::size_t index, BlockEntry const &block) {
        connection_.execute("BEGIN");
        LargeObjectSender sender{connection_};
        auto checker =
            RowBlockChecker::large_objects([&](std::string_view rows) { sender.add(rows); });
        read(index, block, checker);
        sender.send();
        connection_.execute("COMMIT");
    }

    void read(std::size_t index, BlockEntry const &block, RowBlockChecker &checker) {
        archive_.read_block(index, inflater_, [&](std::string_view piece) {
            checker.add(piece);
            progress_.advance(piece.size());
        });
        if (!(checker.finish() == block.proof())) {
            throw Error{ErrorKind::damaged,
                        printable(archive_.source().name()) + " changed while it was restored"};
        }
    }

    Connection &connection_;
    ArchiveReader const &archive_;
    Manifest const &manifest_;
    Progress &progress_;
    MemberInflater inflater_;
};

// Foreign keys that exist already, by the numbers of the manifest.
TableReferences references_between(std::vector<ForeignKey> const &keys, Manifest const &manifest) {
    TableReferences references;
    if (keys.empty()) {
        return references;
    }
    std::map<std::pair<std::string, std::string>, std::uint32_t> numbers;
    for (auto const &table : manifest.tables) {
        numbers[{table.schema, table.name}] = table.number;
    }
    for (auto const &key : keys) {
        auto const from = numbers.find({key.referencing.schema, key.referencing.name});
        auto const to = numbers.find({key.referenced.schema, key.referenced.name});
        if (from != numbers.end() && to != numbers.end()) {
            references.emplace(from->second, to->second);
        }
    }
    return references;
}

} // namespace

void load_data(WorkPlace const &place, ArchiveReader const &archive, Manifest const &manifest,
               Progress &progress) {
    auto groups = group_blocks(archive.blocks());
    std::uint64_t total = 0;
    for (auto const &group : groups) {
        total += group.text_size;
    }
    progress.phase("data", total);
    TableReferences references;
    {
        Connection connection = place.sessions.inside(place.database, "load", place.token);
        references = references_between(list_foreign_keys(connection), manifest);
    }
    for (auto &wave : order_groups(std::move(groups), references)) {
        LoadList list{std::move(wave), std::max(place.jobs, 1U)};
        run_workers(place, "load", [&](Connection &connection, unsigned worker) {
            BlockLoader loader{connection, archive, manifest, progress};
            while (auto const block = list.next(worker)) {
                loader.load(*block);
            }
        });
    }
}

} // namespace pgkeep
