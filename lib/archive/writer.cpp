#include "archive/writer.hpp"

#include "gzip/attachment.hpp"

#include <utility>

namespace pgkeep {

ArchiveWriter::ArchiveWriter(ByteSink &sink, int level) : sink_(sink), compressor_(level) {
}

void ArchiveWriter::block(FinishedBlock block) {
    block.entry.offset = offset_;
    block.entry.first_member = members_;
    for (Bytes const &member : block.members) {
        append(member);
    }
    members_ += block.members.size();
    blocks_.push_back(block.entry);
}

void ArchiveWriter::text(format::BlockKind kind, std::string_view text) {
    BlockBuilder builder{compressor_, kind, 0};
    builder.add_text(text);
    block(builder.finish());
}

Footer ArchiveWriter::finish(Manifest const &manifest, ByteView schema_archive,
                             std::string_view closing) {
    text(format::BlockKind::manifest, format_manifest(manifest).append(closing));
    Footer footer;
    footer.kind = manifest.origin.kind;
    footer.snapshot_time = manifest.origin.snapshot_time;
    footer.text_members = members_;
    footer.blocks = blocks_.size();
    footer.tables = manifest.tables.size();
    footer.rows = manifest.total_rows();
    for (BlockEntry const &block : blocks_) {
        footer.text_size += block.text_size;
    }
    footer.index = attach(format::MemberKind::index, encode_index(blocks_));
    footer.schema = attach(format::MemberKind::schema, schema_archive);
    footer.sha256 = sha256_.finish();
    Bytes const member = encode_footer(footer);
    sink_.append(member);
    offset_ += member.size();
    return footer;
}

void ArchiveWriter::append(ByteView bytes) {
    sha256_.add(bytes);
    sink_.append(bytes);
    offset_ += bytes.size();
}

Region ArchiveWriter::attach(format::MemberKind kind, ByteView content) {
    Region region;
    region.offset = offset_;
    if (content.empty()) {
        return region;
    }
    Bytes const deflated = deflate_raw(content);
    Bytes members;
    write_pieces(kind, deflated, members);
    append(members);
    region.stored_size = members.size();
    region.deflated_size = deflated.size();
    region.size = content.size();
    region.crc32 = crc32_of(content);
    return region;
}

} // namespace pgkeep
