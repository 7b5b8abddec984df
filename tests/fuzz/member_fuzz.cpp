// Text members: what is refused is refused with an Error, and what is written can be read.
//
// First byte: 0 the rest is a member as it is; 1 its checksums are made right first, so that what
// lies behind them is reached; else the rest is text for the compressor.

#include "gzip/member.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

void put_number(Bytes &bytes, std::size_t at, std::uint32_t value) {
    Bytes four;
    put_u32(four, value);
    std::ranges::copy(four, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

void mend_sizes(Bytes &member) {
    if (member.size() < format::kMinMemberSize) {
        return;
    }
    constexpr std::size_t kSizeAt = format::kPrefixSize + 4;
    constexpr std::size_t kDataCrcAt = format::kPrefixSize + 16;
    put_number(member, kSizeAt, static_cast<std::uint32_t>(member.size()));
    put_number(member, kDataCrcAt,
               crc32_of(ByteView{member}.subspan(format::kTextHeaderSize,
                                                 member.size() - format::kMinMemberSize +
                                                     format::kEmptyDeflate.size())));
}

void read(ByteView member) {
    static MemberInflater inflater;
    static_cast<void>(member_kind(member));
    MemberInfo info;
    bool const read = fuzz::accepts([&] {
        info = parse_member_header(member);
        std::string const text{inflater.inflate(member)};
        fuzz::require(text.size() == info.text_size, "the text has the size that the header says");
    });
    fuzz::require(!read || info.member_size == member.size(), "all bytes belong to the member");
}

void write(fuzz::Input &input) {
    int const level = input.byte() % 10;
    MemberCompressor compressor{level};
    MemberInfo info;
    info.block = static_cast<format::BlockKind>(input.byte() % 8);
    info.table = info.block == format::BlockKind::copy ? 1 + input.byte() : 0;
    info.first_of_block = input.byte() % 2 == 0;
    info.last_of_block = input.byte() % 2 == 0;
    Bytes member;
    compressor.compress(input.rest(), info, member);
    MemberInfo const found = parse_member_header(member);
    fuzz::require(found.block == info.block && found.table == info.table &&
                      found.first_of_block == info.first_of_block &&
                      found.last_of_block == info.last_of_block,
                  "a member says what its writer was told");
    fuzz::require(MemberInflater{}.inflate(member) == input.rest(), "a text comes back");
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    fuzz::Input input{data, size};
    unsigned const mode = input.byte();
    if (mode > 1) {
        write(input);
        return 0;
    }
    auto const bytes = as_bytes(input.rest());
    Bytes member{bytes.begin(), bytes.end()};
    if (mode == 1) {
        mend_sizes(member);
    }
    read(member);
    return 0;
}
