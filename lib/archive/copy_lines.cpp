#include "archive/copy_lines.hpp"

#include <xxhash.h>

#include <cstring>

namespace pgkeep {

namespace {

constexpr std::size_t kMaxPartial = 1 << 20;

struct HasherDeleter {
    void operator()(XXH3_state_t *state) const noexcept { XXH3_freeState(state); }
};

std::string_view without_cr(std::string_view line, bool crlf) noexcept {
    return crlf && line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

bool is_end(std::string_view line) noexcept {
    return line.starts_with("\\.") && (line.size() == 2 || line == "\\.\r");
}

} // namespace

struct CopyLines::LongLine {
    LongLine() { XXH3_128bits_reset(hasher.get()); }

    void add(std::string_view part) {
        XXH3_128bits_update(hasher.get(), part.data(), part.size());
        size += part.size();
    }

    std::unique_ptr<XXH3_state_t, HasherDeleter> hasher{XXH3_createState()};
    std::uint64_t size = 0;
};

CopyLines::CopyLines(bool crlf) : crlf_(crlf) {
}
CopyLines::~CopyLines() = default;
CopyLines::CopyLines(CopyLines &&) noexcept = default;
CopyLines &CopyLines::operator=(CopyLines &&) noexcept = default;

std::size_t CopyLines::add(std::string_view piece) {
    std::size_t at = 0;
    while (at < piece.size() && !ended_) {
        void const *const found = std::memchr(piece.data() + at, '\n', piece.size() - at);
        if (found == nullptr) {
            keep(piece.substr(at));
            return piece.size();
        }
        auto const end = static_cast<std::size_t>(static_cast<char const *>(found) - piece.data());
        line(piece.substr(at, end - at));
        at = end + 1;
    }
    return at;
}

void CopyLines::line(std::string_view text) {
    ++lines_;
    if (long_line_) {
        return finish_long_line(text);
    }
    if (!partial_.empty()) {
        partial_ += text;
        text = partial_;
    }
    ended_ = is_end(text);
    if (!ended_) {
        rows_.add_row(without_cr(text, crlf_));
    }
    partial_.clear();
}

void CopyLines::keep(std::string_view part) {
    partial_ += part;
    if (partial_.size() <= kMaxPartial) {
        return;
    }
    if (!long_line_) {
        long_line_ = std::make_unique<LongLine>();
    }
    // The last byte stays, since it may be the CR of the line's end.
    long_line_->add(std::string_view{partial_}.substr(0, partial_.size() - 1));
    partial_.erase(0, partial_.size() - 1);
}

void CopyLines::finish_long_line(std::string_view rest) {
    partial_ += rest;
    long_line_->add(without_cr(partial_, crlf_));
    XXH128_hash_t const hash = XXH3_128bits_digest(long_line_->hasher.get());
    rows_ += RowDigest{1, long_line_->size + 1, Hash128{hash.high64, hash.low64}};
    partial_.clear();
    long_line_.reset();
}

void CopyLines::end_of_script() {
    if (!ended_ && !long_line_ && is_end(partial_)) {
        ++lines_;
        ended_ = true;
    }
}

} // namespace pgkeep
