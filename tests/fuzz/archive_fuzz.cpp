// A whole archive: a check gives the same findings at any number of jobs, a reader reads what
// passed, and nothing passes by chance.
//
// First byte even: the bytes as they are. Odd: an archive is put together from them with every
// checksum right, so that what lies behind the checksums is reached.

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "gzip/attachment.hpp"
#include "gzip/member.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

CheckReport check(ByteView bytes, CheckLevel level, unsigned jobs) {
    NoProgress progress;
    return check_archive(MemorySource{bytes}, level, jobs, {}, progress);
}

std::vector<std::string> texts(CheckReport const &report) {
    std::vector<std::string> all;
    for (Finding const &finding : report.findings) {
        fuzz::require_bearable(finding.text());
        fuzz::require(!finding.offset || *finding.offset <= report.size,
                      "a finding lies in the file");
        all.push_back(finding.text());
    }
    return all;
}

void read_all(ByteView bytes, bool passed) {
    MemorySource const source{bytes};
    bool const read = fuzz::accepts([&] {
        ArchiveReader const reader{source};
        MemberInflater inflater;
        std::uint64_t size = 0;
        for (std::size_t i = 0; i < reader.blocks().size(); ++i) {
            reader.read_block(i, inflater, [&](std::string_view piece) { size += piece.size(); });
        }
        fuzz::require(size == reader.footer().text_size || !passed, "the text has its size");
        static_cast<void>(reader.schema_archive());
        static_cast<void>(reader.manifest());
    });
    fuzz::require(read || !passed, "what passed can be read");
    std::uint64_t next = 0;
    fuzz::accepts([&] {
        static_cast<void>(walk_members(source, [&](std::uint64_t offset, MemberInfo const &info) {
            fuzz::require(offset == next && info.member_size <= bytes.size() - offset,
                          "members follow each other");
            next = offset + info.member_size;
        }));
    });
    fuzz::accepts([&] { static_cast<void>(detect_source(source)); });
}

void try_archive(ByteView bytes) {
    fuzz::accepts([&] {
        CheckReport const report = check(bytes, CheckLevel::checksum, 1);
        auto const found = texts(report);
        fuzz::require(texts(check(bytes, CheckLevel::checksum, 2)) == found,
                      "the findings do not depend on the jobs");
        CheckReport const quick = check(bytes, CheckLevel::quick, 1);
        static_cast<void>(texts(quick));
        fuzz::require(quick.passed() || !report.passed(), "what passes a check passes a quick one");
        read_all(bytes, report.passed());
    });
}

// Members of the text; each begins with two bytes of flags, and has a size of two bytes.
std::vector<BlockEntry> put_text(fuzz::Input &input, Bytes &out, Footer &footer) {
    std::vector<BlockEntry> blocks;
    MemberCompressor compressor{1};
    for (unsigned left = 1 + input.byte() % 8; left > 0; --left) {
        unsigned const flags = input.byte();
        MemberInfo info;
        info.block = static_cast<format::BlockKind>(flags % 8);
        info.table = info.block == format::BlockKind::copy ? 1 + input.byte() % 3 : 0;
        info.first_of_block = (flags & 8U) == 0;
        info.last_of_block = (flags & 16U) == 0;
        std::string const text = input.take(input.number(2) % 4000);
        std::size_t const begin = out.size();
        compressor.compress(text, info, out);
        if (info.first_of_block || blocks.empty()) {
            BlockEntry entry;
            entry.kind = info.block;
            entry.table = info.table;
            entry.offset = begin;
            entry.first_member = footer.text_members;
            blocks.push_back(entry);
        }
        blocks.back().stored_size += out.size() - begin;
        blocks.back().text_size += text.size();
        footer.text_size += text.size();
        ++footer.text_members;
    }
    return blocks;
}

Region put_region(format::MemberKind kind, ByteView content, Bytes &out) {
    Region region;
    region.offset = out.size();
    if (!content.empty()) {
        Bytes const deflated = deflate_raw(content);
        write_pieces(kind, deflated, out);
        region.deflated_size = deflated.size();
        region.size = content.size();
        region.crc32 = crc32_of(content);
    }
    region.stored_size = out.size() - region.offset;
    return region;
}

// A few bytes of the index are overwritten with what the input says.
void spoil(fuzz::Input &input, Bytes &index) {
    for (unsigned left = input.byte() % 6; left > 0; --left) {
        std::size_t const at = input.number(2) % index.size();
        index[at] = input.byte();
    }
}

Bytes put_together(fuzz::Input &input) {
    Bytes out;
    Footer footer;
    auto const blocks = put_text(input, out, footer);
    Bytes index = encode_index(blocks);
    spoil(input, index);
    footer.blocks = blocks.size();
    footer.tables = input.byte() % 4;
    footer.rows = input.byte();
    footer.index = put_region(format::MemberKind::index, index, out);
    footer.schema = put_region(format::MemberKind::schema, as_bytes(input.rest()), out);
    Sha256 sha256;
    sha256.add(out);
    footer.sha256 = sha256.finish();
    Bytes const member = encode_footer(footer);
    out.insert(out.end(), member.begin(), member.end());
    return out;
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    if (input.byte() % 2 == 0) {
        try_archive(as_bytes(input.rest()));
    } else {
        try_archive(put_together(input));
    }
    return 0;
}
