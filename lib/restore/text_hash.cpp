#include "restore/text_hash.hpp"

#include <xxhash.h>

namespace pgkeep {

namespace {

struct FreeHasher {
    void operator()(XXH3_state_t *state) const noexcept { XXH3_freeState(state); }
};

} // namespace

struct TextHash::State {
    std::unique_ptr<XXH3_state_t, FreeHasher> hasher{XXH3_createState()};
};

TextHash::TextHash() : state_(std::make_unique<State>()) {
    XXH3_128bits_reset(state_->hasher.get());
}
TextHash::~TextHash() = default;

void TextHash::add(std::string_view piece) noexcept {
    XXH3_128bits_update(state_->hasher.get(), piece.data(), piece.size());
}

Hash128 TextHash::value() const noexcept {
    XXH128_hash_t const hash = XXH3_128bits_digest(state_->hasher.get());
    return {hash.high64, hash.low64};
}

} // namespace pgkeep
