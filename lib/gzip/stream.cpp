#include "gzip/stream.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

// Large enough that a read() costs nothing beside inflating, small enough to stay in the L2 cache.
constexpr std::size_t kBufferSize = 256 << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::uint8_t kMagic1 = 0x1f;
constexpr std::uint8_t kMagic2 = 0x8b;

} // namespace

StreamDamage::StreamDamage(std::string const &source, std::uint64_t offset, std::string reason)
    : Error(ErrorKind::damaged,
            fmt::format("{} is damaged at offset {}: {}", source, offset, reason)),
      offset_(offset),
      reason_(std::move(reason)) {
}

class TextStream::State {
public:
    explicit State(ByteSource const &from);
    ~State();
    State(State const &) = delete;
    State &operator=(State const &) = delete;

    std::string_view next() { return gzip_ ? next_inflated() : next_plain(); }
    [[nodiscard]] bool is_gzip() const noexcept { return gzip_; }
    [[nodiscard]] std::uint64_t position() const noexcept { return read_ - zlib_.avail_in; }

private:
    void refill();
    std::string_view next_plain();
    std::string_view next_inflated();
    bool begin_member();
    void begin_padding();
    void inflate_some();
    [[noreturn]] void damage(std::string reason) const;

    ByteSource const &source_;
    std::vector<std::uint8_t> input_;
    std::vector<std::uint8_t> output_;
    z_stream zlib_{};
    std::uint64_t read_ = 0; // of the source, into input_
    bool gzip_ = false;
    bool in_member_ = false;
    std::optional<StreamDamage> postponed_;
};

TextStream::State::State(ByteSource const &from) : source_(from), input_(kBufferSize) {
    refill();
    gzip_ = zlib_.avail_in >= 2 && input_[0] == kMagic1 && input_[1] == kMagic2;
    if (gzip_) {
        output_.resize(kBufferSize);
        if (inflateInit2(&zlib_, kGzipOnly) != Z_OK) {
            throw Error{ErrorKind::failed, "out of memory for reading " + source_.name()};
        }
    }
}

TextStream::State::~State() {
    if (gzip_) {
        inflateEnd(&zlib_);
    }
}

void TextStream::State::damage(std::string reason) const {
    throw StreamDamage{source_.name(), position(), std::move(reason)};
}

// Keeps the unread bytes, so that the two bytes of a magic number are seen together.
void TextStream::State::refill() {
    std::size_t const kept = zlib_.avail_in;
    std::copy_n(zlib_.next_in, kept, input_.data());
    auto const more = static_cast<std::size_t>(
        std::min<std::uint64_t>(source_.size() - read_, input_.size() - kept));
    source_.read_at(read_, std::span{input_}.subspan(kept, more));
    read_ += more;
    zlib_.next_in = input_.data();
    zlib_.avail_in = static_cast<uInt>(kept + more);
}

std::string_view TextStream::State::next_plain() {
    if (zlib_.avail_in == 0) {
        refill();
    }
    return as_text(ByteView{input_}.first(std::exchange(zlib_.avail_in, 0)));
}

std::string_view TextStream::State::next_inflated() {
    if (postponed_) {
        throw StreamDamage{*postponed_};
    }
    zlib_.next_out = output_.data();
    zlib_.avail_out = static_cast<uInt>(output_.size());
    try {
        while (zlib_.avail_out > 0 && (in_member_ || begin_member())) {
            inflate_some();
        }
    } catch (StreamDamage const &error) {
        if (zlib_.avail_out == output_.size()) {
            throw;
        }
        postponed_ = error;
    }
    return as_text(ByteView{output_}.first(output_.size() - zlib_.avail_out));
}

// False at the end of the source.
bool TextStream::State::begin_member() {
    if (zlib_.avail_in < 2) {
        refill();
    }
    if (zlib_.avail_in == 0) {
        return false;
    }
    if (zlib_.next_in[0] == 0) {
        begin_padding();
        return false;
    }
    if (zlib_.avail_in < 2 || zlib_.next_in[0] != kMagic1 || zlib_.next_in[1] != kMagic2) {
        damage("the bytes behind the last gzip member belong to no member");
    }
    inflateReset2(&zlib_, kGzipOnly);
    in_member_ = true;
    return true;
}

// Zero bytes behind the last member come from tapes and block devices; gzip accepts them, too.
void TextStream::State::begin_padding() {
    while (zlib_.avail_in > 0) {
        auto const *const end = zlib_.next_in + zlib_.avail_in;
        auto const *const other = std::find_if(zlib_.next_in, const_cast<Bytef *>(end),
                                               [](Bytef byte) { return byte != 0; });
        zlib_.avail_in = static_cast<uInt>(end - other);
        zlib_.next_in = const_cast<Bytef *>(other);
        if (zlib_.avail_in > 0) {
            damage("the bytes behind the last gzip member belong to no member");
        }
        refill();
    }
}

void TextStream::State::inflate_some() {
    if (zlib_.avail_in == 0) {
        refill();
    }
    if (zlib_.avail_in == 0) {
        damage("the file ends inside a gzip member");
    }
    int const result = inflate(&zlib_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        in_member_ = false;
    } else if (result == Z_MEM_ERROR) {
        throw Error{ErrorKind::failed, "out of memory for reading " + source_.name()};
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        damage(fmt::format("not valid gzip data: {}",
                           zlib_.msg != nullptr ? zlib_.msg : "a dictionary is asked for"));
    }
}

TextStream::TextStream(ByteSource const &source) : state_(std::make_unique<State>(source)) {
}
TextStream::~TextStream() = default;

std::string_view TextStream::next() {
    return state_->next();
}

bool TextStream::is_gzip() const noexcept {
    return state_->is_gzip();
}

std::uint64_t TextStream::position() const noexcept {
    return state_->position();
}

} // namespace pgkeep
