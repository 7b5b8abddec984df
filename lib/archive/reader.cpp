#include "archive/reader.hpp"

#include "archive/member_reader.hpp"
#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace pgkeep {

namespace {

constexpr std::size_t kTarMagicOffset = 257;

Bytes read_front(ByteSource const &source, std::size_t size) {
    Bytes front(std::min<std::uint64_t>(size, source.size()));
    source.read_at(0, front);
    return front;
}

Footer footer_of(ByteSource const &source) {
    auto const footer = read_footer(source);
    if (!footer) {
        throw Error{
            ErrorKind::damaged, source.name() + " is not a whole archive: it has no footer",
            "The file was cut, changed at its end, or never finished; pgkeep-verify says how "
            "much of it can be read."};
    }
    return *footer;
}

std::vector<BlockEntry> index_of(ByteSource const &source, Footer const &footer) {
    try {
        Bytes const index = read_attachment(source, format::MemberKind::index, footer.index);
        auto blocks = decode_index(index, footer.index.offset, footer.text_members);
        if (blocks.size() != footer.blocks) {
            throw Error{ErrorKind::damaged, fmt::format("it has {} blocks, the footer says {}",
                                                        blocks.size(), footer.blocks)};
        }
        return blocks;
    } catch (Error const &error) {
        throw error.within(
            fmt::format("{}: at offset {}, index", source.name(), footer.index.offset));
    }
}

} // namespace

std::optional<Footer> read_footer(ByteSource const &source) {
    if (source.size() < format::kFooterSize) {
        return std::nullopt;
    }
    std::array<std::uint8_t, format::kFooterSize> tail{};
    std::uint64_t const offset = source.size() - tail.size();
    source.read_at(offset, tail);
    try {
        return decode_footer(tail, source.size());
    } catch (Error const &error) {
        throw error.within(fmt::format("{}: at offset {}", source.name(), offset));
    }
}

SourceType detect_source(ByteSource const &source) {
    if (source.size() == 0) {
        return SourceType::empty;
    }
    if (read_footer(source)) {
        return SourceType::archive;
    }
    Bytes const front = read_front(source, kTarMagicOffset + 5);
    std::string_view const text = as_text(front);
    if (member_kind(front)) {
        return SourceType::broken;
    }
    if (text.starts_with("\x1f\x8b")) {
        return SourceType::gzip;
    }
    if (text.starts_with("PGDMP")) {
        return SourceType::pg_custom;
    }
    return text.size() > kTarMagicOffset && text.substr(kTarMagicOffset) == "ustar"
               ? SourceType::tar
               : SourceType::plain;
}

ArchiveReader::ArchiveReader(ByteSource const &source)
    : source_(source), footer_(footer_of(source)), blocks_(index_of(source, footer_)) {
}

void ArchiveReader::read_block(std::size_t block, MemberInflater &inflater,
                               std::function<void(std::string_view)> const &piece,
                               Manifest const *names) const {
    BlockEntry const &entry = blocks_.at(block);
    BlockMembers members{source_};
    members.begin(entry, member_count(blocks_, block, footer_.text_members));
    auto const next_text = [&]() -> std::optional<std::string_view> {
        try {
            if (!members.next()) {
                return std::nullopt;
            }
            members.compare();
            return inflater.inflate(members.bytes());
        } catch (Error const &error) {
            throw error.within(fmt::format("{}: at offset {}, {}", source_.name(), members.offset(),
                                           block_name(entry.kind, entry.table, names)));
        }
    };
    // What `piece` throws is its own affair and passes unchanged.
    while (auto const text = next_text()) {
        piece(*text);
    }
}

std::string ArchiveReader::block_text(std::size_t block, std::size_t limit) const {
    BlockEntry const &entry = blocks_.at(block);
    if (entry.text_size > limit) {
        throw Error{
            ErrorKind::damaged,
            fmt::format(
                "{}: at offset {}, {} has {} bytes of text, more than the {} that it can have",
                source_.name(), entry.offset, block_name(entry.kind, entry.table, nullptr),
                entry.text_size, limit)};
    }
    std::string text;
    text.reserve(entry.text_size);
    MemberInflater inflater;
    read_block(block, inflater, [&](std::string_view piece) { text.append(piece); });
    return text;
}

Bytes ArchiveReader::schema_archive() const {
    try {
        return read_attachment(source_, format::MemberKind::schema, footer_.schema);
    } catch (Error const &error) {
        throw error.within(
            fmt::format("{}: at offset {}, schema archive", source_.name(), footer_.schema.offset));
    }
}

Manifest ArchiveReader::manifest() const {
    if (blocks_.back().kind != format::BlockKind::manifest) {
        throw Error{ErrorKind::damaged, source_.name() + ": the last block is not the manifest"};
    }
    std::string const text = block_text(blocks_.size() - 1, kMaxManifest);
    try {
        return parse_manifest(text);
    } catch (Error const &error) {
        throw error.within(fmt::format("{}: at offset {}", source_.name(), blocks_.back().offset));
    }
}

std::optional<WalkStop>
walk_members(ByteSource const &source,
             std::function<void(std::uint64_t, MemberInfo const &)> const &member) {
    MemberInflater inflater;
    Bytes bytes;
    for (std::uint64_t offset = 0;;) {
        MemberInfo info;
        try {
            if (offset == source.size()) {
                throw Error{ErrorKind::damaged, "the file ends inside the text"};
            }
            auto const header = read_member_header(source, offset, source.size());
            if (!header) {
                return std::nullopt;
            }
            info = *header;
            bytes.resize(info.member_size);
            source.read_at(offset, bytes);
            static_cast<void>(inflater.inflate(bytes));
        } catch (Error const &error) {
            if (error.kind() != ErrorKind::damaged) {
                throw;
            }
            return WalkStop{offset, error.what()};
        }
        member(offset, info);
        offset += info.member_size;
    }
}

} // namespace pgkeep
