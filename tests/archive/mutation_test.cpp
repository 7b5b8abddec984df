// Random damage, the same in every run: a check reports it, and nothing crashes, hangs or reserves
// absurd memory.

#include "archive/check.hpp"
#include "archive/reader.hpp"
#include "archive/sample_archive.hpp"
#include "base/error.hpp"
#include "gzip/attachment.hpp"
#include "gzip/member.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace pgkeep {
namespace {

class Mutator {
public:
    explicit Mutator(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    void mutate(Bytes &bytes) {
        for (std::size_t left = 1 + below(3); left > 0 && !bytes.empty(); --left) {
            mutate_once(bytes);
        }
    }

private:
    void mutate_once(Bytes &bytes) {
        auto const at = [&](std::size_t offset) {
            return bytes.begin() + static_cast<std::ptrdiff_t>(offset);
        };
        std::size_t const offset = below(bytes.size());
        std::size_t const size = std::min(bytes.size() - offset, 1 + below(40));
        switch (below(6)) {
        case 0:
            bytes[offset] = static_cast<std::uint8_t>(random_());
            break;
        case 1:
            bytes.erase(at(offset), at(offset + size));
            break;
        case 2: {
            Bytes const copy{at(offset), at(offset + size)};
            bytes.insert(at(below(bytes.size())), copy.begin(), copy.end());
            break;
        }
        case 3:
            std::fill(at(offset), at(offset + size), static_cast<std::uint8_t>(below(2) * 255));
            break;
        case 4:
            bytes.resize(offset);
            break;
        default:
            put_extreme(bytes, offset);
        }
    }

    // A number that is wrong in an interesting way, where a number may stand.
    void put_extreme(Bytes &bytes, std::size_t offset) {
        constexpr std::array<std::uint64_t, 8> values{
            0,        1,       0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff,
            0x100000, 0x104fff};
        std::uint64_t const value = values.at(below(values.size()));
        std::size_t const width =
            std::min<std::size_t>(bytes.size() - offset, below(2) == 0 ? 4 : 8);
        for (std::size_t i = 0; i < width; ++i) {
            bytes[offset + i] = static_cast<std::uint8_t>(value >> 8 * i);
        }
    }

    std::mt19937 random_;
};

bool passes(ByteView bytes) {
    NoProgress progress;
    try {
        return check_archive(MemorySource{bytes}, CheckLevel::checksum, 1, {}, progress).passed();
    } catch (Error const &error) {
        EXPECT_EQ(error.kind(), ErrorKind::version);
        return false;
    }
}

// All that a restore would read, by way of the index.
void read_everything(ByteView bytes) {
    try {
        MemorySource const source{bytes};
        static_cast<void>(detect_source(source));
        ArchiveReader const reader{source};
        for (std::size_t i = 0; i < reader.blocks().size(); ++i) {
            static_cast<void>(reader.block_text(i));
        }
        static_cast<void>(reader.schema_archive());
        static_cast<void>(reader.manifest());
    } catch (Error const &) {
        // Refusing is right; the test is that nothing worse happens.
    }
    static_cast<void>(walk_members(MemorySource{bytes}, [](auto, auto const &) {}));
}

TEST(Mutation, IsFoundOrChangesNothing) {
    Mutator mutator{20260112};
    for (int const level : {0, 6}) {
        Bytes const whole = sample::archive({.level = level});
        for (int round = 0; round < 3000; ++round) {
            Bytes bytes = whole;
            mutator.mutate(bytes);
            EXPECT_EQ(passes(bytes), bytes == whole) << "round " << round;
            read_everything(bytes);
        }
    }
}

// Behind the checksums: what a writer with a fault, or an attacker, could make.
TEST(Mutation, OfAnIndexWithRightChecksumsIsFoundOrChangesNothing) {
    Mutator mutator{7};
    Bytes const whole = sample::archive();
    MemorySource const source{whole};
    ArchiveReader const reader{source};
    Bytes const index = encode_index(reader.blocks());
    for (int round = 0; round < 2000; ++round) {
        Bytes changed = index;
        mutator.mutate(changed);
        if (changed.empty()) {
            continue;
        }
        Footer footer = reader.footer();
        Bytes bytes{whole.begin(),
                    whole.begin() + static_cast<std::ptrdiff_t>(footer.index.offset)};
        Bytes const deflated = deflate_raw(changed);
        write_pieces(format::MemberKind::index, deflated, bytes);
        footer.index.stored_size = bytes.size() - footer.index.offset;
        footer.index.deflated_size = deflated.size();
        footer.index.size = changed.size();
        footer.index.crc32 = crc32_of(changed);
        footer.schema = {.offset = bytes.size()};
        Sha256 sha256;
        sha256.add(bytes);
        footer.sha256 = sha256.finish();
        Bytes const member = encode_footer(footer);
        bytes.insert(bytes.end(), member.begin(), member.end());
        EXPECT_EQ(passes(bytes), changed == index) << "round " << round;
        read_everything(bytes);
    }
}

TEST(Mutation, OfAFooterWithARightChecksumNeverCrashes) {
    Mutator mutator{8};
    Bytes const whole = sample::archive();
    std::size_t const begin = whole.size() - format::kFooterSize;
    for (int round = 0; round < 3000; ++round) {
        Bytes fields{whole.begin() + static_cast<std::ptrdiff_t>(begin), whole.end()};
        mutator.mutate(fields);
        fields.resize(format::kFooterSize);
        Bytes crc;
        put_u32(crc, crc32_of(ByteView{fields}.first(204)));
        std::ranges::copy(crc, fields.begin() + 204);
        Bytes bytes{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(begin)};
        bytes.insert(bytes.end(), fields.begin(), fields.end());
        static_cast<void>(passes(bytes));
        read_everything(bytes);
    }
}

} // namespace
} // namespace pgkeep
