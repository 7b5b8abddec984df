// A whole archive of ours with tables, sequences and large objects, made by the real writer, and
// ways to spoil its text.

#pragma once

#include "archive/block.hpp"
#include "archive/copy_block.hpp"
#include "archive/writer.hpp"
#include "base/version.hpp"
#include "gzip/stream.hpp"
#include "model/sql_text.hpp"

#include <zlib.h>

#include <string>

namespace pgkeep {

inline constexpr char const *kSampleEnd = "--\n-- PostgreSQL database dump complete\n--\n\n";

// Two tables with rows, one in two blocks; one without rows and block, one whose data was left out;
// a sequence with a hard name; one large object.
class SampleArchive {
public:
    SampleArchive() {
        manifest_.origin.database = "shop";
        manifest_.origin.snapshot_time = parse_stamp("20260112_120000").value();
        manifest_.origin.pgkeep_version = pgkeep_version();
        add_table("users", {"id", "na\"me"});
        add_table("orders", {"id"});
        add_table("empty", {});
        add_table("left_out", {"id"}).has_data = false;
        manifest_.sequences.push_back({"public", "a'b\\\"c\n", 42, true});
        manifest_.sequences.push_back({"public", "fresh", 1, false});
        manifest_.large_objects.count = 1;
    }

    // The file.
    std::string make() {
        MemorySink sink;
        ArchiveWriter writer{sink, 6};
        writer.text(format::BlockKind::head, "--\n-- Backup\n--\n\n");
        writer.text(format::BlockKind::pre_data, "SET client_encoding = 'UTF8';\n\n");
        add_rows(writer, 0, 1, 20'000);
        add_rows(writer, 1, 1, 3);
        add_rows(writer, 0, 20'001, 20'010);
        add_large_object(writer);
        writer.text(format::BlockKind::sequences, setvals());
        writer.text(format::BlockKind::post_data,
                    "ALTER TABLE public.users ADD PRIMARY KEY (id);\n\n");
        static_cast<void>(writer.finish(manifest_, as_bytes("schema archive"), kSampleEnd));
        return std::string{as_text(sink.bytes())};
    }

private:
    TableEntry &add_table(std::string name, std::vector<std::string> columns) {
        TableEntry &table = manifest_.tables.emplace_back();
        table.number = static_cast<std::uint32_t>(manifest_.tables.size());
        table.schema = "public";
        table.name = std::move(name);
        table.columns = std::move(columns);
        return table;
    }

    void add_rows(ArchiveWriter &writer, std::size_t number, int first, int last) {
        TableEntry &table = manifest_.tables[number];
        BlockBuilder builder{compressor_, format::BlockKind::copy, table.number};
        builder.add_text(copy_block_head(table));
        for (int i = first; i <= last; ++i) {
            std::string row = std::to_string(i);
            if (table.columns.size() == 2) {
                row += "\tname " + row +
                       std::string(i > 1000 ? 70 : 0, 'x'); // so that there are two members
            }
            builder.add_row(row + "\n");
            table.proof.add_row(row);
        }
        builder.add_text(kCopyBlockTail);
        writer.block(builder.finish());
    }

    void add_large_object(ArchiveWriter &writer) {
        BlockBuilder builder{compressor_, format::BlockKind::large_objects, 0};
        std::string const line = large_object_line(16384, 0, as_bytes("content"));
        builder.add_text(kLargeObjectHead);
        builder.add_row(line);
        builder.add_text(kLargeObjectTail);
        manifest_.large_objects.proof.add_row(std::string_view{line}.substr(0, line.size() - 1));
        writer.block(builder.finish());
    }

    [[nodiscard]] std::string setvals() const {
        std::string text;
        for (SequenceEntry const &sequence : manifest_.sequences) {
            text += "SELECT pg_catalog.setval(" +
                    quote_literal(quote_qualified(sequence.schema, sequence.name)) + ", " +
                    std::to_string(sequence.last_value) +
                    (sequence.is_called ? ", true);\n" : ", false);\n");
        }
        return text + "\n";
    }

    Manifest manifest_;
    MemberCompressor compressor_{6};
};

// As `gunzip` does.
inline std::string unpacked(std::string const &archive) {
    MemorySource const source{as_bytes(archive)};
    TextStream stream{source};
    std::string text;
    for (std::string_view piece = stream.next(); !piece.empty(); piece = stream.next()) {
        text += piece;
    }
    return text;
}

// As `gzip` does.
inline std::string packed(std::string const &text) {
    z_stream zlib{};
    deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&zlib, text.size()) + 64, '\0');
    zlib.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = reinterpret_cast<Bytef *>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    deflate(&zlib, Z_FINISH);
    out.resize(out.size() - zlib.avail_out);
    deflateEnd(&zlib);
    return out;
}

// `text` with the first `from` replaced; throws when there is none.
inline std::string replaced(std::string text, std::string const &from, std::string const &to) {
    return text.replace(text.find(from), from.size(), to);
}

} // namespace pgkeep
