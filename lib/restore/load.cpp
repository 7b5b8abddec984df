#include "restore/load.hpp"

#include "archive/copy_block.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/early_list.hpp"
#include "restore/load_list.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
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

// Sends rows of the archive over one connection, and compares what it reads with the index.
class BlockSender {
public:
    BlockSender(Connection &connection, ArchiveReader const &archive, Progress &progress)
        : connection_(connection), archive_(archive), progress_(progress) {}

    // Blocks of one table as one COPY.
    void send_rows(std::span<std::size_t const> blocks, TableEntry const &table,
                   std::string const &copy_statement) {
        CopyIn copy{connection_, copy_statement};
        std::uint64_t rows = 0;
        for (std::size_t const index : blocks) {
            read(index,
                 RowBlockChecker::copy(table, [&](std::string_view text) { copy.put(text); }));
            rows += archive_.blocks()[index].rows;
        }
        std::uint64_t const taken = copy.finish();
        if (taken != rows) {
            throw Error{ErrorKind::differs, "table " + printable_name(table.schema, table.name) +
                                                ": the server took " + format_count(taken) +
                                                " of " + format_count(rows) + " rows of a block"};
        }
    }

    void send_large_objects(std::size_t index) {
        LargeObjectSender sender{connection_};
        read(index,
             RowBlockChecker::large_objects([&](std::string_view text) { sender.add(text); }));
        sender.send();
    }

private:
    void read(std::size_t index, RowBlockChecker checker) {
        archive_.read_block(index, inflater_, [&](std::string_view piece) {
            checker.add(piece);
            progress_.advance(piece.size());
        });
        if (!(checker.finish() == archive_.blocks()[index].proof())) {
            throw Error{ErrorKind::damaged,
                        printable(archive_.source().name()) + " changed while it was restored"};
        }
    }

    Connection &connection_;
    ArchiveReader const &archive_;
    Progress &progress_;
    MemberInflater inflater_;
};

// Numbers of the tables that may be truncated before they are loaded.
using FreshTables = std::set<std::uint32_t>;

// What is loaded: the archive's blocks and the names that they refer to.
struct Source {
    ArchiveReader const &archive;
    Manifest const &manifest;
};

// One worker's tools.
class BlockLoader {
public:
    BlockLoader(Connection &connection, Source const &source, FreshTables const &fresh,
                Progress &progress)
        : connection_(connection),
          source_(source),
          fresh_(fresh),
          sender_(connection, source.archive, progress) {}

    void load(LoadStep const &step) {
        BlockEntry const &block = source_.archive.blocks()[step.block];
        if (block.kind == format::BlockKind::large_objects) {
            connection_.execute("BEGIN");
            sender_.send_large_objects(step.block);
            connection_.execute("COMMIT");
            return;
        }
        TableEntry const &table = table_of(source_.manifest, block);
        try {
            load_step(step, table);
        } catch (PgError const &error) {
            throw error.within("table " + printable_name(table.schema, table.name));
        }
    }

private:
    void load_step(LoadStep const &step, TableEntry const &table) {
        bool const fresh = step.alone && fresh_.contains(table.number);
        if (fresh && step.first) {
            connection_.execute("BEGIN");
            connection_.execute("TRUNCATE ONLY " + quote_qualified(table.schema, table.name));
        }
        std::string sql = copy_in_statement(table.schema, table.name, table.columns);
        if (fresh) {
            sql.replace(sql.size() - 1, 1, " WITH (FREEZE);");
        }
        sender_.send_rows({&step.block, 1}, table, sql);
        if (fresh && step.last) {
            connection_.execute("COMMIT");
        }
    }

    Connection &connection_;
    Source const &source_;
    FreshTables const &fresh_;
    BlockSender sender_;
};

using TableNumbers = std::map<std::pair<std::string, std::string>, std::uint32_t>;

TableNumbers numbers_by_name(Manifest const &manifest) {
    TableNumbers numbers;
    for (auto const &table : manifest.tables) {
        numbers[{table.schema, table.name}] = table.number;
    }
    return numbers;
}

std::uint32_t number_of(TableNumbers const &numbers, RelationName const &relation) {
    auto const found = numbers.find({relation.schema, relation.name});
    return found == numbers.end() ? 0 : found->second;
}

// What staging is before the load, by the numbers of the manifest.
struct Before {
    FreshTables fresh;
    TableReferences references;
};

// A heap of four pages has no free space map: the server appends to it anyway, and TRUNCATE, which
// makes new files, would cost more than the rows. 28 bytes are what a row takes beside its values.
bool is_worth_truncating(TableEntry const &table) {
    return table.proof.rows * 28 + table.proof.bytes > std::uint64_t{4} * 8192;
}

TableReferences list_references(Connection &connection, Manifest const &manifest) {
    TableNumbers const numbers = numbers_by_name(manifest);
    TableReferences references;
    for (auto const &key : list_foreign_keys(connection)) {
        references.emplace(number_of(numbers, key.referencing), number_of(numbers, key.referenced));
    }
    return references;
}

Before look_at_staging(Connection &connection, Manifest const &manifest) {
    TableNumbers const numbers = numbers_by_name(manifest);
    Before before;
    for (auto const &table : list_stored_tables(connection)) {
        std::uint32_t const number = number_of(numbers, table.relation);
        if (table.pages == 0 && !table.partitioned && number != 0 &&
            is_worth_truncating(manifest.tables[number - 1])) {
            before.fresh.insert(number);
        }
    }
    before.references = list_references(connection, manifest);
    for (auto const &[referencing, referenced] : before.references) {
        before.fresh.erase(referenced);
    }
    return before;
}

Before look_at_staging(WorkPlace const &place, Manifest const &manifest) {
    Connection connection = place.connect("load");
    return look_at_staging(connection, manifest);
}

// Those of the selection, largest first.
std::vector<LoadGroup> selected_groups(ArchiveReader const &archive, Selection const &selection) {
    auto groups = group_blocks(archive.blocks());
    std::erase_if(groups, [&](LoadGroup const &group) {
        return group.table == 0 ? !selection.large_objects
                                : !selection.tables.contains(group.table);
    });
    return groups;
}

void begin_phase(std::vector<LoadGroup> const &groups, Progress &progress) {
    std::uint64_t total = 0;
    for (auto const &group : groups) {
        total += group.text_size;
    }
    progress.phase("data", total);
}

// All blocks of a table in one COPY, since rows may reference each other: what a statement did is
// checked at its end.
void load_group(BlockSender &sender, Source const &source, LoadGroup const &group) {
    if (group.table == 0) {
        for (std::size_t const block : group.blocks) {
            sender.send_large_objects(block);
        }
        return;
    }
    TableEntry const &table =
        table_of(source.manifest, source.archive.blocks()[group.blocks.front()]);
    try {
        sender.send_rows(group.blocks, table,
                         copy_in_statement(table.schema, table.name, table.columns));
    } catch (PgError const &error) {
        throw error.within("table " + printable_name(table.schema, table.name));
    }
}

std::map<std::uint32_t, std::size_t> count_blocks(std::vector<LoadGroup> const &groups) {
    std::map<std::uint32_t, std::size_t> blocks;
    for (auto const &group : groups) {
        blocks[group.table] = group.blocks.size();
    }
    return blocks;
}

void build_early_objects(EarlyList &list, EarlyWork const &early, Worker const &worker) {
    while (auto const object = list.next(worker.token)) {
        early.build(*object, worker);
        list.built(*object);
    }
    throw_if_cancelled(worker.token);
}

} // namespace

std::set<int> load_data(WorkPlace const &place, ArchiveReader const &archive,
                        Manifest const &manifest, Selection const &selection,
                        EarlyWork const &early, Progress &progress) {
    auto groups = selected_groups(archive, selection);
    begin_phase(groups, progress);
    Source const source{archive, manifest};
    Before const before = look_at_staging(place, manifest);
    unsigned const workers = std::max(place.jobs, 1U);
    EarlyList early_list{early.objects, count_blocks(groups)};
    auto waves = order_groups(std::move(groups), before.references);
    for (auto &wave : waves) {
        bool const last = &wave == &waves.back();
        LoadList list{share_largest(std::move(wave), workers), workers};
        run_workers(place, "load", [&](Worker const &worker) {
            BlockLoader loader{worker.connection, source, before.fresh, progress};
            while (auto const step = list.next(worker.number)) {
                loader.load(*step);
                early_list.block_loaded(archive.blocks()[step->block].table);
            }
            if (last) {
                build_early_objects(early_list, early, worker);
            }
        });
    }
    return early_list.all_built();
}

void load_data_in_transaction(Connection &connection, ArchiveReader const &archive,
                              Manifest const &manifest, Selection const &selection,
                              Progress &progress, std::stop_token const &token) {
    auto groups = selected_groups(archive, selection);
    begin_phase(groups, progress);
    Source const source{archive, manifest};
    connection.execute("SET CONSTRAINTS ALL DEFERRED");
    BlockSender sender{connection, archive, progress};
    auto const waves = order_groups(std::move(groups), list_references(connection, manifest));
    for (auto const &wave : waves) {
        for (auto const &group : wave) {
            throw_if_cancelled(token);
            load_group(sender, source, group);
        }
    }
    // What waits is checked here: a table with checks that wait cannot be altered.
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE");
}

} // namespace pgkeep
