#include "restore/part_check.hpp"

#include "archive/copy_block.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/task_group.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>

namespace pgkeep {
namespace {

using format::BlockKind;

std::string name_of(BlockEntry const &block, Manifest const &manifest) {
    if (block.kind == BlockKind::large_objects) {
        return "large objects";
    }
    TableEntry const &table = manifest.tables.at(block.table - 1);
    return "table " + printable_name(table.schema, table.name);
}

std::optional<RowBlockChecker> checker_for(BlockEntry const &block, Manifest const &manifest) {
    if (block.kind == BlockKind::large_objects) {
        return RowBlockChecker::large_objects();
    }
    if (block.kind != BlockKind::copy) {
        return std::nullopt;
    }
    if (block.table == 0 || block.table > manifest.tables.size()) {
        throw Error{ErrorKind::damaged, "a block belongs to table " + std::to_string(block.table) +
                                            ", which the manifest does not have"};
    }
    return RowBlockChecker::copy(manifest.tables[block.table - 1]);
}

// What a checker throws does not know where it is.
template <typename Action>
auto at_block(ArchiveReader const &archive, BlockEntry const &block, Manifest const &manifest,
              Action const &action) {
    try {
        return action();
    } catch (Error const &error) {
        throw error.within(fmt::format("{}: at offset {}, {}", printable(archive.source().name()),
                                       block.offset, name_of(block, manifest)));
    }
}

[[noreturn]] void refuse_proof(RowDigest const &found, RowDigest const &expected,
                               std::string const &who) {
    throw Error{ErrorKind::damaged,
                fmt::format("{} rows of {} bytes with hash {} were found, {} says {} rows of {} "
                            "bytes with hash {}",
                            found.rows, found.bytes, to_hex(found.hash), who, expected.rows,
                            expected.bytes, to_hex(expected.hash))};
}

// The index against the manifest.
void compare_sums(ArchiveReader const &archive, Manifest const &manifest,
                  Selection const &selection) {
    std::vector<RowDigest> sums(manifest.tables.size() + 1); // large objects first
    for (std::size_t const block : selected_blocks(archive, selection)) {
        BlockEntry const &entry = archive.blocks()[block];
        (void)checker_for(entry, manifest); // it has a table
        sums[entry.table] += entry.proof();
    }
    std::string const source = printable(archive.source().name()) + ": ";
    if (selection.large_objects && !(sums[0] == manifest.large_objects.proof)) {
        refuse_proof(sums[0], manifest.large_objects.proof, source + "large objects: the manifest");
    }
    for (std::uint32_t const number : selection.tables) {
        TableEntry const &table = manifest.tables.at(number - 1);
        if (!(sums[number] == table.proof)) {
            refuse_proof(sums[number], table.proof,
                         source + "table " + printable_name(table.schema, table.name) +
                             ": the manifest");
        }
    }
}

} // namespace

std::vector<std::size_t> selected_blocks(ArchiveReader const &archive, Selection const &selection) {
    std::vector<std::size_t> chosen;
    auto const &blocks = archive.blocks();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if ((blocks[i].kind == BlockKind::copy && selection.tables.contains(blocks[i].table)) ||
            (blocks[i].kind == BlockKind::large_objects && selection.large_objects) ||
            (blocks[i].kind == BlockKind::other && selection.make_large_objects)) {
            chosen.push_back(i);
        }
    }
    return chosen;
}

void read_checked_block(ArchiveReader const &archive, Manifest const &manifest, std::size_t block,
                        MemberInflater &inflater,
                        std::function<void(std::string_view)> const &piece) {
    BlockEntry const &entry = archive.blocks().at(block);
    auto checker = checker_for(entry, manifest);
    archive.read_block(
        block, inflater,
        [&](std::string_view text) {
            if (checker) {
                at_block(archive, entry, manifest, [&] { checker->add(text); });
            }
            piece(text);
        },
        &manifest);
    if (checker) {
        at_block(archive, entry, manifest, [&] {
            if (RowDigest const found = checker->finish(); !(found == entry.proof())) {
                refuse_proof(found, entry.proof(), "the index");
            }
        });
    }
}

void require_sound_part(ArchiveReader const &archive, Manifest const &manifest,
                        Selection const &selection, unsigned jobs, std::stop_token const &token,
                        Progress &progress) {
    auto const blocks = selected_blocks(archive, selection);
    std::uint64_t total = 0;
    for (std::size_t const block : blocks) {
        total += archive.blocks()[block].stored_size;
    }
    progress.phase("verify", total);
    std::atomic<std::size_t> next{0};
    auto const check = [&](std::stop_token const &stop) {
        MemberInflater inflater;
        for (std::size_t i = next++; i < blocks.size(); i = next++) {
            read_checked_block(archive, manifest, blocks[i], inflater,
                               [&](std::string_view) { throw_if_cancelled(stop); });
            progress.advance(archive.blocks()[blocks[i]].stored_size);
        }
    };
    try {
        compare_sums(archive, manifest, selection);
        TaskGroup tasks{token};
        std::size_t const workers = std::clamp<std::size_t>(blocks.size(), 1, std::max(jobs, 1U));
        for (std::size_t i = 0; i < workers; ++i) {
            tasks.run(fmt::format("check {}", i + 1), check);
        }
        tasks.wait();
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::damaged) {
            throw;
        }
        throw Error{ErrorKind::damaged, error.what(),
                    "Nothing was changed. Take another archive; pgkeep-verify lists everything "
                    "that is wrong with this one."};
    }
}

} // namespace pgkeep
