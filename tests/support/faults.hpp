// Planted faults: a sink that fails at byte n, and damage to files that exist.
//
// Thread-safety: none.

#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pgkeep {

// Takes `limit` bytes and then fails as a full disk does, in the middle of a piece when the limit
// falls there.
class FaultSink : public ByteSink {
public:
    explicit FaultSink(std::uint64_t limit) : limit_(limit) {}
    void append(ByteView bytes) override;
    [[nodiscard]] Bytes const &bytes() const noexcept { return taken_.bytes(); }

private:
    std::uint64_t limit_;
    MemorySink taken_;
};

[[nodiscard]] std::string read_whole_file(std::string const &path);
void write_whole_file(std::string const &path, std::string_view content);

// All throw when the file has no such place.
void flip_bit(std::string const &path, std::uint64_t offset, unsigned bit = 0);
void cut_file(std::string const &path, std::uint64_t size);
void append_to_file(std::string const &path, std::string_view bytes);
// Exchanges two ranges of the same size that do not overlap.
void swap_ranges(std::string const &path, std::uint64_t first, std::uint64_t second,
                 std::uint64_t size);

} // namespace pgkeep
