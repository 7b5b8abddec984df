// Raw deflate with the fastest library for each level, and back. Private to lib/gzip.
//
// Owns its working memory; one for each thread.

#pragma once

#include "base/bytes.hpp"

#include <memory>

namespace pgkeep {

class Deflater {
public:
    // 0 to 9. Throws Error{usage} for another level.
    explicit Deflater(int level);
    ~Deflater();
    Deflater(Deflater &&) noexcept;
    Deflater &operator=(Deflater &&) noexcept;

    // The deflate data of `text`, valid until the next call.
    [[nodiscard]] ByteView deflate(ByteView text);

    // What comes next is of another kind (another table): what was learnt of the last text does not
    // hold for it.
    void expect_other_text() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// ISA-L where it was built in (1.2 to 1.8 times as fast as libdeflate on rows), else libdeflate.
class Inflater {
public:
    Inflater();
    ~Inflater();
    Inflater(Inflater &&) noexcept;
    Inflater &operator=(Inflater &&) noexcept;

    // Fills `into` completely from all of `data`. Throws Error{damaged} when either has a rest.
    void inflate(ByteView data, std::span<std::uint8_t> into);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pgkeep
