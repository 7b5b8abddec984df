#include "base/hash.hpp"

#include "base/error.hpp"

#include <openssl/evp.h>
#include <xxhash.h>

#include <algorithm>

namespace pgkeep {

namespace {

std::optional<std::uint64_t> parse_hex64(std::string_view digits) {
    std::uint64_t value = 0;
    for (char const c : digits) {
        auto const digit = std::string_view{"0123456789abcdef"}.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        value = value << 4 | digit;
    }
    return value;
}

} // namespace

struct Sha256::Context {
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(digest); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    if (EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) != 1) {
        throw Error{ErrorKind::failed, "cannot start SHA-256 in libcrypto"};
    }
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;

void Sha256::add(ByteView bytes) {
    if (EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size()) != 1) {
        throw Error{ErrorKind::failed, "SHA-256 failed in libcrypto"};
    }
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest{};
    if (EVP_DigestFinal_ex(context_->digest, digest.data(), nullptr) != 1) {
        throw Error{ErrorKind::failed, "SHA-256 failed in libcrypto"};
    }
    return digest;
}

std::string to_hex(ByteView bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (std::uint8_t const byte : bytes) {
        hex += kDigits[byte >> 4];
        hex += kDigits[byte & 0xf];
    }
    return hex;
}

Hash128 &Hash128::operator+=(Hash128 const &other) noexcept {
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
    return *this;
}

std::string to_hex(Hash128 const &hash) {
    Bytes bytes;
    put_u64(bytes, hash.low);
    put_u64(bytes, hash.high);
    std::reverse(bytes.begin(), bytes.end());
    return to_hex(ByteView{bytes});
}

std::optional<Hash128> parse_hash128(std::string_view hex) {
    if (hex.size() != 32) {
        return std::nullopt;
    }
    auto const high = parse_hex64(hex.substr(0, 16));
    auto const low = parse_hex64(hex.substr(16));
    if (!high || !low) {
        return std::nullopt;
    }
    return Hash128{*high, *low};
}

void RowDigest::add_row(std::string_view line) noexcept {
    XXH128_hash_t const digest = XXH3_128bits(line.data(), line.size());
    ++rows;
    bytes += line.size() + 1;
    hash += Hash128{digest.high64, digest.low64};
}

RowDigest &RowDigest::operator+=(RowDigest const &other) noexcept {
    rows += other.rows;
    bytes += other.bytes;
    hash += other.hash;
    return *this;
}

} // namespace pgkeep
