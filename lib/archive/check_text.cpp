#include "archive/check_text.hpp"

#include "archive/copy_block.hpp"
#include "archive/member_reader.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/task_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

namespace pgkeep {

namespace {

constexpr std::size_t kShaPiece = 256 << 10; // stays in the processor's cache

struct Shared {
    ByteSource const &source;
    Frame &frame;
    FindingList &findings;
    Progress &progress;
    std::atomic<std::size_t> next_block{0};
    // One byte a block, because threads may not share the bits of a vector<bool>.
    std::vector<char> known;
};

// Follows the rows of a block. Nothing to follow in text without rows, or when the manifest is not
// known.
std::optional<RowBlockChecker> row_checker(BlockEntry const &block,
                                           std::optional<Manifest> const &manifest) {
    if (block.kind == format::BlockKind::large_objects) {
        return RowBlockChecker::large_objects();
    }
    if (block.kind == format::BlockKind::copy && manifest &&
        block.table <= manifest->tables.size()) {
        return RowBlockChecker::copy(manifest->tables[block.table - 1]);
    }
    return std::nullopt;
}

bool has_rows(BlockEntry const &block) {
    return block.kind == format::BlockKind::copy || block.kind == format::BlockKind::large_objects;
}

// One thread's part: takes blocks until there are none.
class BlockReader {
public:
    explicit BlockReader(Shared &shared) : shared_(shared), members_(shared.source) {}

    void run(std::stop_token const &token) {
        auto &blocks = shared_.frame.blocks;
        for (std::size_t i = shared_.next_block++; i < blocks.size(); i = shared_.next_block++) {
            begin(i);
            while (next()) {
                throw_if_cancelled(token);
            }
            end(i);
        }
    }

private:
    void begin(std::size_t number) {
        Frame const &frame = shared_.frame;
        block_ = &frame.blocks[number];
        sound_ = true;
        rows_ = row_checker(*block_, frame.manifest);
        members_.begin(*block_, member_count(frame.blocks, number, frame.text_members));
    }

    // A damaged member whose size is sound costs only itself; one whose header is damaged costs the
    // rest of the block.
    bool next() {
        std::uint64_t const before = members_.end_offset();
        bool more = false;
        damage_is_a_finding([&] { more = members_.next(); });
        if (more) {
            damage_is_a_finding([&] { members_.compare(); });
            damage_is_a_finding([&] { follow(inflater_.inflate(members_.bytes())); });
        }
        shared_.progress.advance(members_.end_offset() - before);
        return more;
    }

    void follow(std::string_view text) {
        if (rows_ && sound_) {
            rows_->add(text);
        }
    }

    void end(std::size_t number) {
        if (!sound_ || (has_rows(*block_) && !rows_)) {
            return;
        }
        RowDigest found;
        damage_is_a_finding([&] { found = rows_ ? rows_->finish() : RowDigest{}; });
        if (!sound_) {
            return;
        }
        if (shared_.frame.blocks_from_index) {
            compare(found);
            return;
        }
        BlockEntry &entry = shared_.frame.blocks[number]; // no other thread has this block
        entry.rows = found.rows;
        entry.row_bytes = found.bytes;
        entry.hash = found.hash;
        shared_.known[number] = 1;
    }

    void compare(RowDigest const &found) {
        RowDigest const expected = block_->proof();
        if (found != expected) {
            add_finding(
                block_->offset,
                fmt::format(
                    "the block has {} rows of {} bytes with hash {}, the index says {} rows of "
                    "{} bytes with hash {}",
                    found.rows, found.bytes, to_hex(found.hash), expected.rows, expected.bytes,
                    to_hex(expected.hash)));
        }
    }

    template <typename Action>
    void damage_is_a_finding(Action const &action) {
        try {
            action();
        } catch (Error const &error) {
            if (error.kind() != ErrorKind::damaged) {
                throw;
            }
            add_finding(members_.offset(), error.what());
        }
    }

    void add_finding(std::uint64_t offset, std::string message) {
        sound_ = false;
        auto const &manifest = shared_.frame.manifest;
        shared_.findings.add(
            offset, block_name(block_->kind, block_->table, manifest ? &*manifest : nullptr),
            std::move(message));
    }

    Shared &shared_;
    BlockMembers members_;
    MemberInflater inflater_;
    BlockEntry const *block_ = nullptr;
    std::optional<RowBlockChecker> rows_;
    bool sound_ = true; // so far
};

void check_sha256(ByteSource const &source, Footer const &footer, FindingList &findings,
                  std::stop_token const &token) {
    Sha256 sha256;
    Bytes piece(kShaPiece);
    std::uint64_t const end = source.size() - format::kFooterSize;
    for (std::uint64_t offset = 0; offset < end;) {
        throw_if_cancelled(token);
        auto const part = std::span{piece}.first(std::min<std::uint64_t>(kShaPiece, end - offset));
        source.read_at(offset, part);
        sha256.add(part);
        offset += part.size();
    }
    Sha256Digest const found = sha256.finish();
    if (found != footer.sha256) {
        findings.add(std::nullopt, "file",
                     fmt::format("the SHA-256 of what precedes the footer is {}, should be {}",
                                 to_hex(found), to_hex(footer.sha256)));
    }
}

} // namespace

std::vector<bool> check_text(ByteSource const &source, Frame &frame, unsigned jobs,
                             FindingList &findings, std::stop_token const &token,
                             Progress &progress) {
    Shared shared{.source = source,
                  .frame = frame,
                  .findings = findings,
                  .progress = progress,
                  .known = std::vector<char>(frame.blocks.size(), frame.blocks_from_index ? 1 : 0)};
    TaskGroup tasks{token};
    if (frame.footer) {
        tasks.run("sha-256", [&](std::stop_token const &stop) {
            check_sha256(source, *frame.footer, findings, stop);
        });
    }
    std::size_t const workers = std::clamp<std::size_t>(frame.blocks.size(), 1, std::max(jobs, 1U));
    for (std::size_t i = 0; i < workers; ++i) {
        tasks.run(fmt::format("check {}", i + 1),
                  [&](std::stop_token const &stop) { BlockReader{shared}.run(stop); });
    }
    tasks.wait();
    return {shared.known.begin(), shared.known.end()};
}

} // namespace pgkeep
