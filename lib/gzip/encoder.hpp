// One compressor at one fixed strength, with the library that is fastest for it. Private to
// lib/gzip.
//
// Not a stream: every call has the whole input. That is what makes libdeflate and ISA-L faster than
// zlib.
//
// Owns its working memory; one for each thread.

#pragma once

#include "base/bytes.hpp"

#include <memory>

namespace pgkeep {

class Encoder {
public:
    virtual ~Encoder() = default;
    Encoder() = default;
    Encoder(Encoder const &) = delete;
    Encoder &operator=(Encoder const &) = delete;

    // Raw deflate data of `text` into the front of `out`, which grows when it must; its size.
    virtual std::size_t encode(ByteView text, Bytes &out) = 0;
};

// libdeflate's level, 0 to 12.
[[nodiscard]] std::unique_ptr<Encoder> libdeflate_encoder(int level);

// The fastest there is: ISA-L's level 1, 2.3 times as fast as libdeflate's and five times as fast
// as gzip -1, between the two in size; libdeflate's level 1 where ISA-L was not built in.
[[nodiscard]] std::unique_ptr<Encoder> fastest_encoder();

// The size that gzip makes of `text` at its own default level, without header and trailer. By zlib,
// which is what gzip is; a yardstick, far too slow for more than samples.
class GzipYardstick {
public:
    GzipYardstick();
    [[nodiscard]] std::size_t size_of(ByteView text);

private:
    struct Stream;
    struct Free {
        void operator()(Stream *stream) const noexcept;
    };
    std::unique_ptr<Stream, Free> stream_;
    Bytes out_;
};

} // namespace pgkeep
