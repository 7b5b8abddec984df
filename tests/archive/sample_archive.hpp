// A small whole archive, always the same bytes, and what tests do to it.
//
// Two tables (one with a name that needs quotes), large objects, sequences, and a schema archive of
// made-up bytes. Small, so that a test can try every bit of it.

#pragma once

#include "archive/copy_block.hpp"
#include "archive/reader.hpp"
#include "archive/writer.hpp"
#include "base/progress.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep::sample {

inline constexpr std::string_view kClosing = "\n--\n-- PostgreSQL database dump complete\n--\n\n";
inline constexpr std::string_view kHead =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict sample\n\n";
inline constexpr std::string_view kPreData =
    "CREATE TABLE public.users (id integer, name text);\n\n";
inline constexpr std::string_view kSequences =
    "SELECT pg_catalog.setval('public.users_id_seq', 3, true);\n\n";
inline constexpr std::string_view kPostData =
    "CREATE INDEX ON public.users (name);\n\n\\unrestrict sample\n\n";

inline Manifest manifest() {
    Manifest manifest;
    manifest.origin.database = "shop";
    manifest.origin.snapshot_time = *parse_iso("2026-01-12T12:00:00Z");
    manifest.origin.system_identifier = "7000000000000000000";
    manifest.origin.server_version = "15.14";
    manifest.origin.server_version_num = 150014;
    manifest.origin.pg_dump_version = "15.14";
    manifest.origin.pgkeep_version = "0.1.0";
    manifest.database.owner = "shop";
    manifest.database.encoding = "UTF8";
    manifest.roles = {"shop"};
    TableEntry users;
    users.number = 1;
    users.schema = "public";
    users.name = "users";
    users.columns = {"id", "name"};
    TableEntry odd;
    odd.number = 2;
    odd.schema = "public";
    odd.name = "we\"ird\nname";
    odd.columns = {};
    manifest.tables = {users, odd};
    manifest.sequences = {{"public", "users_id_seq", 3, true}};
    manifest.large_objects.count = 1;
    manifest.object_counts = {{"INDEX", 1}, {"TABLE", 2}};
    return manifest;
}

inline FinishedBlock rows_block(MemberCompressor &compressor, TableEntry &table,
                                std::vector<std::string> const &lines) {
    BlockBuilder builder{compressor, format::BlockKind::copy, table.number};
    builder.add_text(copy_block_head(table));
    for (std::string const &line : lines) {
        builder.add_row(line);
    }
    builder.add_text(kCopyBlockTail);
    FinishedBlock block = builder.finish();
    table.proof += block.entry.proof();
    return block;
}

inline FinishedBlock large_object_block(MemberCompressor &compressor, LargeObjectsEntry &entry) {
    BlockBuilder builder{compressor, format::BlockKind::large_objects, 0};
    builder.add_text(kLargeObjectHead);
    builder.add_row(large_object_line(16400, 0, as_bytes("a large object")));
    builder.add_text(kLargeObjectTail);
    FinishedBlock block = builder.finish();
    entry.proof += block.entry.proof();
    return block;
}

struct Change {
    std::function<void(Manifest &)> manifest = [](Manifest &) {};
    std::string closing{kClosing};
    bool post_data_first = false;
    int level = 6;
};

inline Bytes archive(Change const &change = {}) {
    MemorySink sink;
    ArchiveWriter writer{sink, change.level};
    MemberCompressor compressor{change.level};
    Manifest whole = manifest();
    writer.text(format::BlockKind::head, kHead);
    writer.text(format::BlockKind::pre_data, kPreData);
    if (change.post_data_first) {
        writer.text(format::BlockKind::post_data, kPostData);
    }
    writer.block(rows_block(compressor, whole.tables[0], {"1\tAda\n", "2\tGrace\n"}));
    writer.block(rows_block(compressor, whole.tables[1], {"\n", "\n"}));
    writer.block(rows_block(compressor, whole.tables[0], {"3\t\\\\.\n"}));
    writer.block(large_object_block(compressor, whole.large_objects));
    writer.text(format::BlockKind::sequences, kSequences);
    if (!change.post_data_first) {
        writer.text(format::BlockKind::post_data, kPostData);
    }
    change.manifest(whole);
    writer.finish(whole, as_bytes("a schema archive"), change.closing);
    return sink.bytes();
}

// The example of docs/archive-format.md: one table of two rows, deflated by nothing, so that its
// text can be read in a hex dump and does not depend on the release of a library.
inline Bytes example() {
    MemorySink sink;
    ArchiveWriter writer{sink, 0};
    MemberCompressor compressor{0};
    Manifest whole = manifest();
    whole.tables.pop_back();
    whole.sequences.clear();
    whole.large_objects = {};
    whole.object_counts = {{"TABLE", 1}};
    writer.text(format::BlockKind::head, "--\n-- Example\n--\n\n");
    writer.text(format::BlockKind::pre_data, kPreData);
    writer.block(rows_block(compressor, whole.tables[0], {"1\tAda\n", "2\tGrace\n"}));
    writer.finish(whole, as_bytes("a schema archive"), kClosing);
    return sink.bytes();
}

// What gunzip would make of it.
inline std::string text_of(ByteView archive) {
    MemorySource const source{archive};
    ArchiveReader const reader{source};
    std::string text;
    for (std::size_t i = 0; i < reader.blocks().size(); ++i) {
        text += reader.block_text(i);
    }
    return text;
}

} // namespace pgkeep::sample
