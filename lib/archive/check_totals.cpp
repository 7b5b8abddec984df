#include "archive/check_totals.hpp"

#include "archive/member_reader.hpp"

#include <fmt/format.h>

#include <array>

namespace pgkeep {

namespace {

using format::BlockKind;

// The order in which kinds of block may follow each other; equal numbers mix.
constexpr std::array kOrder{0, 1, 2, 2, 3, 4, 5, 2};

int order_of(BlockEntry const &block) {
    return kOrder.at(static_cast<std::size_t>(block.kind));
}

void check_order(Frame const &frame, FindingList &findings) {
    Manifest const *const manifest = frame.manifest ? &*frame.manifest : nullptr;
    for (std::size_t i = 1; i < frame.blocks.size(); ++i) {
        BlockEntry const &block = frame.blocks[i];
        BlockEntry const &before = frame.blocks[i - 1];
        bool const again = block.kind == BlockKind::manifest && before.kind == BlockKind::manifest;
        if (order_of(block) < order_of(before) || again) {
            findings.add(block.offset, block_name(block.kind, block.table, manifest),
                         "the block stands behind " +
                             block_name(before.kind, before.table, manifest));
        }
    }
}

template <typename Value>
void compare(FindingList &findings, char const *what, Value const &footer, Value const &other,
             char const *source) {
    if (footer != other) {
        findings.add(std::nullopt, "footer",
                     fmt::format("it says {} {}, {} says {}", footer, what, source, other));
    }
}

void check_footer(Footer const &footer, Frame const &frame, FindingList &findings) {
    if (frame.blocks_from_index) {
        std::uint64_t text_size = 0;
        for (BlockEntry const &block : frame.blocks) {
            text_size += block.text_size;
        }
        compare(findings, "bytes of text", footer.text_size, text_size, "the index");
    }
    if (!frame.manifest) {
        return;
    }
    Manifest const &manifest = *frame.manifest;
    compare(findings, "tables", footer.tables, std::uint64_t{manifest.tables.size()},
            "the manifest");
    compare(findings, "rows", footer.rows, manifest.total_rows(), "the manifest");
    compare(findings, "as the kind", to_string(footer.kind), to_string(manifest.origin.kind),
            "the manifest");
    compare(findings, "as the time", format_iso(footer.snapshot_time),
            format_iso(manifest.origin.snapshot_time), "the manifest");
}

struct Sum {
    RowDigest proof;
    std::optional<std::uint64_t> first_offset;
    bool known = true;
    void add(BlockEntry const &block, bool block_known) {
        proof += block.proof();
        first_offset = first_offset.value_or(block.offset);
        known = known && block_known;
    }
};

void check_sum(Sum const &sum, RowDigest const &expected, std::string const &object,
               FindingList &findings) {
    if (sum.known && sum.proof != expected) {
        findings.add(
            sum.first_offset, object,
            fmt::format(
                "its blocks have {} rows of {} bytes with hash {}, the manifest says {} rows "
                "of {} bytes with hash {}",
                sum.proof.rows, sum.proof.bytes, to_hex(sum.proof.hash), expected.rows,
                expected.bytes, to_hex(expected.hash)));
    }
}

void check_proofs(Frame const &frame, std::vector<bool> const &known, FindingList &findings) {
    Manifest const &manifest = *frame.manifest;
    std::vector<Sum> tables(manifest.tables.size());
    Sum large_objects;
    for (std::size_t i = 0; i < frame.blocks.size(); ++i) {
        BlockEntry const &block = frame.blocks[i];
        if (block.kind == BlockKind::large_objects) {
            large_objects.add(block, known[i]);
        }
        if (block.kind != BlockKind::copy) {
            continue;
        }
        std::string const name = block_name(block.kind, block.table, &manifest);
        if (block.table > tables.size()) {
            findings.add(block.offset, name, "the manifest has no such table");
        } else if (!manifest.tables[block.table - 1].has_data) {
            findings.add(block.offset, name, "the manifest says that its data was left out");
        } else {
            tables[block.table - 1].add(block, known[i]);
        }
    }
    for (std::size_t i = 0; i < tables.size(); ++i) {
        auto const number = static_cast<std::uint32_t>(i + 1);
        check_sum(tables[i], manifest.tables[i].proof,
                  block_name(BlockKind::copy, number, &manifest), findings);
    }
    check_sum(large_objects, manifest.large_objects.proof, "large objects", findings);
}

} // namespace

void check_totals(Frame const &frame, std::vector<bool> const &known, FindingList &findings) {
    check_order(frame, findings);
    if (frame.footer) {
        check_footer(*frame.footer, frame, findings);
    }
    if (frame.manifest) {
        check_proofs(frame, known, findings);
    }
}

} // namespace pgkeep
