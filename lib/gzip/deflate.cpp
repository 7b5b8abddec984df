#include "gzip/deflate.hpp"

#include "base/error.hpp"
#include "gzip/encoder.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

namespace pgkeep {

namespace {

// libdeflate's levels for ours. Measured against gzip at the same number, on rows of numbers, texts
// and times, JSON, logs, HTML and hexadecimal bytea: libdeflate N is smaller up to 7 at a third of
// the time. Above 7 gzip gains a little more than libdeflate does, so the last two take stronger
// levels; 10 is 4 % smaller than gzip -9. Levels 1 and 6 are made otherwise.
constexpr std::array kLibdeflateLevel{0, 1, 2, 3, 4, 5, 6, 7, 9, 10};
constexpr int kFastestLevel = 1;
constexpr int kStandardLevel = 6;

// Level 6 promises a file that is not larger than gzip -6's, and means to be fast. How strong a
// compressor that takes depends on the text: hexadecimal bytea is smaller than gzip's with the
// fastest there is, rows of numbers with libdeflate's 2, JSON only with its 5, long matches with
// its 7. So a sample of each kind of text is measured against gzip itself, weakest first; the
// strongest is what remains where none is smaller.
constexpr std::array kStandardLibdeflateLevels{1, 2, 4, 5, 6, 7};

// A sample costs 4 to 8 ms, a thirtieth of the time that this much text takes.
constexpr std::size_t kSampleSize = 128 << 10;
constexpr unsigned kTextsPerSample = 32;
// Below, there is nothing to win.
constexpr std::size_t kWorthSampling = 64 << 10;
constexpr int kUnsampledLevel = 6;
// gzip sees the 32 KiB before each member, which a member cannot.
constexpr std::size_t kMarginPerMille = 10;

// Level 6: the weakest compressor that a sample allows.
class StandardEncoder : public Encoder {
public:
    std::size_t encode(ByteView text, Bytes &out) override {
        if (text.size() >= kWorthSampling && texts_since_sample_++ % kTextsPerSample == 0) {
            chosen_ = choose(text.first(std::min(text.size(), kSampleSize)));
        }
        return (chosen_ != nullptr ? *chosen_ : unsampled()).encode(text, out);
    }

    void expect_other_text() noexcept {
        texts_since_sample_ = 0;
        chosen_ = nullptr;
    }

private:
    Encoder *choose(ByteView sample) {
        if (!gzip_) {
            gzip_.emplace();
        }
        std::size_t const most = gzip_->size_of(sample) * (1000 - kMarginPerMille) / 1000;
        for (std::size_t i = 0; i <= kStandardLibdeflateLevels.size(); ++i) {
            if (candidate(i).encode(sample, sample_out_) <= most) {
                return &candidate(i);
            }
        }
        return &candidate(kStandardLibdeflateLevels.size());
    }

    // Weakest first. Made when it is first of use: each has up to a megabyte of working memory.
    Encoder &candidate(std::size_t number) {
        auto &encoder = candidates_.at(number);
        if (!encoder) {
            encoder = number == 0 ? fastest_encoder()
                                  : libdeflate_encoder(kStandardLibdeflateLevels.at(number - 1));
        }
        return *encoder;
    }

    Encoder &unsampled() {
        static_assert(kStandardLibdeflateLevels[4] == kUnsampledLevel);
        return candidate(5);
    }

    std::array<std::unique_ptr<Encoder>, kStandardLibdeflateLevels.size() + 1> candidates_;
    std::optional<GzipYardstick> gzip_;
    Encoder *chosen_ = nullptr;
    unsigned texts_since_sample_ = 0;
    Bytes sample_out_;
};

std::unique_ptr<Encoder> make_fixed(int level) {
    return level == kFastestLevel
               ? fastest_encoder()
               : libdeflate_encoder(kLibdeflateLevel.at(static_cast<std::size_t>(level)));
}

} // namespace

struct Deflater::State {
    explicit State(int level) {
        if (level == kStandardLevel) {
            auto owned = std::make_unique<StandardEncoder>();
            standard = owned.get();
            encoder = std::move(owned);
        } else {
            encoder = make_fixed(level);
        }
    }

    std::unique_ptr<Encoder> encoder;
    StandardEncoder *standard = nullptr; // `encoder`, when it is that one
    Bytes out;
};

Deflater::Deflater(int level) {
    if (level < 0 || level >= static_cast<int>(kLibdeflateLevel.size())) {
        throw Error{ErrorKind::usage, fmt::format("there is no compression level {}", level),
                    "Levels are 0 (stored) to 9 (smallest)."};
    }
    state_ = std::make_unique<State>(level);
}

Deflater::~Deflater() = default;
Deflater::Deflater(Deflater &&) noexcept = default;
Deflater &Deflater::operator=(Deflater &&) noexcept = default;

void Deflater::expect_other_text() noexcept {
    if (state_->standard != nullptr) {
        state_->standard->expect_other_text();
    }
}

ByteView Deflater::deflate(ByteView text) {
    std::size_t const size = state_->encoder->encode(text, state_->out); // may move `out`
    return ByteView{state_->out}.first(size);
}

} // namespace pgkeep
