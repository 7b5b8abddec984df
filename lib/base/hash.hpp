// The two digests of an archive: SHA-256 over the file, and the order-free digest of table content.
//
// A RowDigest is the proof of a table: how many rows, how many bytes, and the sum modulo 2^128 of
// the XXH3-128 of each row's COPY line without its newline. A sum does not depend on order, so
// blocks may be written, read and added up in any order. It notices damage and mistakes; it is not
// a defence against someone who forges rows on purpose (SHA-256 of the file, kept elsewhere, is).
// XXH3-128 with seed 0, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
//
// Thread-safety: values, one thread at a time.

#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

using Sha256Digest = std::array<std::uint8_t, 32>;

class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;
    void add(ByteView bytes);
    [[nodiscard]] Sha256Digest finish(); // once

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string to_hex(ByteView bytes);

struct Hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(Hash128 const &) const = default;
    Hash128 &operator+=(Hash128 const &other) noexcept; // modulo 2^128
};

// 32 lower-case hexadecimal digits, most significant first.
[[nodiscard]] std::string to_hex(Hash128 const &hash);
[[nodiscard]] std::optional<Hash128> parse_hash128(std::string_view hex);

struct RowDigest {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0; // of the COPY lines, with their newlines
    Hash128 hash;

    // `line` is one COPY line without its newline.
    void add_row(std::string_view line) noexcept;
    RowDigest &operator+=(RowDigest const &other) noexcept;
    bool operator==(RowDigest const &) const = default;
};

} // namespace pgkeep
