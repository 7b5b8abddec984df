#include "base/bytes.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace pgkeep {

namespace {

template <typename Unsigned>
void put_little_endian(Bytes &out, Unsigned value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

template <typename Unsigned>
Unsigned get_little_endian(ByteView bytes) {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
        value |= static_cast<Unsigned>(static_cast<Unsigned>(bytes[i]) << (8 * i));
    }
    return value;
}

} // namespace

MemorySource::MemorySource(ByteView bytes, std::string name)
    : bytes_(bytes), name_(std::move(name)) {
}

void MemorySource::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
        throw Error{ErrorKind::damaged, name_ + " ends early"};
    }
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
}

void put_u16(Bytes &out, std::uint16_t value) {
    put_little_endian(out, value);
}
void put_u32(Bytes &out, std::uint32_t value) {
    put_little_endian(out, value);
}
void put_u64(Bytes &out, std::uint64_t value) {
    put_little_endian(out, value);
}

std::uint8_t FieldReader::u8() {
    return raw(1)[0];
}
std::uint16_t FieldReader::u16() {
    return get_little_endian<std::uint16_t>(raw(2));
}
std::uint32_t FieldReader::u32() {
    return get_little_endian<std::uint32_t>(raw(4));
}
std::uint64_t FieldReader::u64() {
    return get_little_endian<std::uint64_t>(raw(8));
}

ByteView FieldReader::raw(std::size_t size) {
    if (size > bytes_.size()) {
        throw Error{ErrorKind::damaged, what_ + " ends early"};
    }
    ByteView const field = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return field;
}

} // namespace pgkeep
