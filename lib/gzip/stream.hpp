// Reading what others wrote: any gzip file, or plain text, as a stream of text.
//
// Not for our own archives when they can be read by block (archive/reader.hpp): this is one pass,
// one thread, zlib. Concatenated members are one text. Damage is never mistaken for the end: a cut
// file and bytes after the last member throw.
//
// Thread-safety: one thread at a time.

#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pgkeep {

// Error{damaged} with its place, for reports that show the place in a column of its own.
class StreamDamage : public Error {
public:
    StreamDamage(std::string const &source, std::uint64_t offset, std::string reason);
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; } // in the file
    [[nodiscard]] std::string const &reason() const noexcept { return reason_; }

private:
    std::uint64_t offset_;
    std::string reason_;
};

class TextStream {
public:
    // `source` must outlive the stream. Gzip is recognised by its first two bytes; anything else is
    // plain text.
    explicit TextStream(ByteSource const &source);
    ~TextStream();
    TextStream(TextStream const &) = delete;
    TextStream &operator=(TextStream const &) = delete;

    // The next piece of text, valid until the next call; empty at the end. Throws StreamDamage,
    // after all text in front of the damage has been returned.
    [[nodiscard]] std::string_view next();
    [[nodiscard]] bool is_gzip() const noexcept;
    [[nodiscard]] std::uint64_t position() const noexcept; // bytes of the source that were read

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace pgkeep
