#include "archive/check_frame.hpp"

#include "archive/member_reader.hpp"
#include "archive/reader.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace pgkeep {

namespace {

// Runs `action` and turns damage into a finding. Whether it went well.
bool find_damage(FindingList &findings, std::uint64_t offset, std::string const &object,
                 std::function<void()> const &action) {
    try {
        action();
        return true;
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::damaged) {
            throw;
        }
        findings.add(offset, object, error.what());
        return false;
    }
}

std::optional<Footer> find_footer(ByteSource const &source, FindingList &findings) {
    std::optional<Footer> footer;
    std::uint64_t const size = source.size();
    std::uint64_t const offset = size - std::min<std::uint64_t>(size, format::kFooterSize);
    find_damage(findings, offset, "footer", [&] {
        Bytes tail(size - offset);
        source.read_at(offset, tail);
        footer = decode_footer(tail, size);
        if (!footer) {
            throw Error{ErrorKind::damaged,
                        "there is none: the file was cut, changed at its end, or never finished"};
        }
    });
    return footer;
}

bool find_index(ByteSource const &source, Frame &frame, FindingList &findings) {
    Footer const &footer = *frame.footer;
    return find_damage(findings, footer.index.offset, "index", [&] {
        Bytes const index = read_attachment(source, format::MemberKind::index, footer.index);
        auto blocks = decode_index(index, footer.index.offset, footer.text_members);
        if (blocks.size() != footer.blocks) {
            throw Error{ErrorKind::damaged, fmt::format("it has {} blocks, the footer says {}",
                                                        blocks.size(), footer.blocks)};
        }
        frame.blocks = std::move(blocks);
        frame.blocks_from_index = true;
        frame.text_members = footer.text_members;
    });
}

void add_member(Frame &frame, std::uint64_t offset, MemberInfo const &info) {
    if (frame.blocks.empty() || info.first_of_block) {
        BlockEntry block;
        block.kind = info.block;
        block.table = info.table;
        block.offset = offset;
        block.first_member = frame.text_members;
        frame.blocks.push_back(block);
    }
    frame.blocks.back().stored_size += info.member_size;
    frame.blocks.back().text_size += info.text_size;
    ++frame.text_members;
}

// The blocks from the members' own headers, as far as they reach.
void walk_headers(ByteSource const &source, Frame &frame, FindingList &findings,
                  std::stop_token const &token) {
    std::uint64_t const end = frame.footer ? frame.footer->index.offset : source.size();
    std::uint64_t offset = 0;
    find_damage(findings, 0, "text", [&] {
        if (end == 0) {
            throw Error{ErrorKind::damaged, "there is none"};
        }
    });
    while (offset < end) {
        throw_if_cancelled(token);
        std::optional<MemberInfo> info;
        bool const sound = find_damage(findings, offset, "text",
                                       [&] { info = read_member_header(source, offset, end); });
        if (sound && !info && frame.footer) {
            findings.add(offset, "text", "another kind of member stands where text should be");
        }
        if (!info) {
            return;
        }
        add_member(frame, offset, *info);
        offset += info->member_size;
    }
}

void find_schema(ByteSource const &source, Footer const &footer, FindingList &findings) {
    find_damage(findings, footer.schema.offset, "schema archive", [&] {
        static_cast<void>(read_attachment(source, format::MemberKind::schema, footer.schema));
    });
}

// Of the manifest, which a file must not make larger than it can be.
std::string block_text(ByteSource const &source, BlockEntry const &block, std::uint64_t members,
                       FindingList &findings) {
    std::string text;
    MemberInflater inflater;
    BlockMembers reader{source};
    reader.begin(block, members);
    try {
        if (block.text_size > kMaxManifest) {
            throw Error{ErrorKind::damaged, "it has more text than the " +
                                                format_size(kMaxManifest) +
                                                " that a manifest can have"};
        }
        text.reserve(block.text_size); // more than that is damage
        while (reader.next()) {
            reader.compare();
            text += inflater.inflate(reader.bytes());
        }
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::damaged) {
            throw;
        }
        findings.add(reader.offset(), block_name(block.kind, block.table, nullptr), error.what());
        text.clear();
    }
    return text;
}

bool is_closing_comment(std::string_view line) {
    return line == "-- PostgreSQL database dump complete" ||
           line == "-- PostgreSQL database cluster dump complete";
}

// Nothing but comments, and after the manifest the line that every dump of PostgreSQL ends with.
void check_comments(std::string_view text) {
    bool closed = false;
    while (!text.empty()) {
        std::string_view const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.empty() && !line.starts_with("--")) {
            throw Error{ErrorKind::damaged, "a line of it is no comment"};
        }
        if (line.starts_with(kManifestPrefix)) {
            closed = false;
        }
        closed = closed || is_closing_comment(line);
    }
    if (!closed) {
        throw Error{ErrorKind::damaged, "the script's closing comment is missing"};
    }
}

void find_manifest(ByteSource const &source, Frame &frame, FindingList &findings) {
    auto const found =
        std::ranges::find(frame.blocks, format::BlockKind::manifest, &BlockEntry::kind);
    if (found == frame.blocks.end()) {
        findings.add(std::nullopt, "manifest", "there is none");
        return;
    }
    auto const number = static_cast<std::size_t>(found - frame.blocks.begin());
    std::string const text = block_text(
        source, *found, member_count(frame.blocks, number, frame.text_members), findings);
    if (text.empty()) {
        return; // its damage is a finding already
    }
    find_damage(findings, found->offset, "manifest",
                [&] { frame.manifest = parse_manifest(text); });
    find_damage(findings, found->offset, "manifest", [&] { check_comments(text); });
}

} // namespace

Frame read_frame(ByteSource const &source, FindingList &findings, std::stop_token const &token) {
    Frame frame;
    frame.footer = find_footer(source, findings);
    if (!frame.footer || !find_index(source, frame, findings)) {
        walk_headers(source, frame, findings, token);
    }
    if (frame.footer) {
        find_schema(source, *frame.footer, findings);
    }
    find_manifest(source, frame, findings);
    return frame;
}

} // namespace pgkeep
