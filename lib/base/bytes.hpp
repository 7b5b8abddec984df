// Where the bytes of an archive come from and go to, without saying that it is a file.
//
// lib/archive reads through ByteSource and writes through ByteSink, so that a repository in object
// storage needs no change there.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<std::uint8_t const *>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<char const *>(bytes.data()), bytes.size()};
}

// Random access to bytes that do not change. read_at() may be called from several threads at once.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // Fills `into` completely. Throws Error{damaged} when the source ends before, and another kind
    // when reading fails.
    virtual void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
    // What to call it in messages: a path, mostly.
    [[nodiscard]] virtual std::string const &name() const = 0;
};

// Bytes in one pass. Used by one thread at a time.
class ByteSink {
public:
    virtual ~ByteSink() = default;
    // Takes all of `bytes` or throws.
    virtual void append(ByteView bytes) = 0;
};

// A source in memory, which it does not own.
class MemorySource : public ByteSource {
public:
    explicit MemorySource(ByteView bytes, std::string name = "memory");
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override;
    [[nodiscard]] std::string const &name() const override { return name_; }

private:
    ByteView bytes_;
    std::string name_;
};

// A sink that keeps everything, for tests and small texts.
class MemorySink : public ByteSink {
public:
    void append(ByteView bytes) override {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    [[nodiscard]] Bytes const &bytes() const noexcept { return bytes_; }
    [[nodiscard]] Bytes &bytes() noexcept { return bytes_; }

private:
    Bytes bytes_;
};

// Little-endian integers, whatever the machine.
void put_u16(Bytes &out, std::uint16_t value);
void put_u32(Bytes &out, std::uint32_t value);
void put_u64(Bytes &out, std::uint64_t value);

// Reads fields one after the other; a read behind the end throws Error{damaged, "<what> ends
// early"}.
class FieldReader {
public:
    FieldReader(ByteView bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}
    [[nodiscard]] std::uint8_t u8();
    [[nodiscard]] std::uint16_t u16();
    [[nodiscard]] std::uint32_t u32();
    [[nodiscard]] std::uint64_t u64();
    [[nodiscard]] ByteView raw(std::size_t size);
    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }

private:
    ByteView bytes_;
    std::string what_;
};

} // namespace pgkeep
