// Reading archives without getting in the way of others: at a rate, and without filling the page
// cache with what is read once. For a scrub of a whole repository, which has all night.
//
// The rate is that of a RateLimit, which the sources of a whole run share. What was read is
// forgotten by the kernel where the source is a file: some MiB later, and at the end.
//
// Thread-safety: read_at() may be called from several threads, as that of the source behind it;
// they share the rate. Waiting ends when the token of the limit fires, with Error{cancelled}.

#pragma once

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/rate_limit.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace pgkeep {

class GentleSource : public ByteSource {
public:
    // `source` and `limit` must outlive this; no limit: as fast as it goes.
    GentleSource(ByteSource const &source, RateLimit *limit);
    ~GentleSource() override;
    GentleSource(GentleSource const &) = delete;
    GentleSource &operator=(GentleSource const &) = delete;
    [[nodiscard]] std::uint64_t size() const override { return source_.size(); }
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override;
    [[nodiscard]] std::string const &name() const override { return source_.name(); }

private:
    void forget_behind(std::uint64_t begin, std::uint64_t end) const noexcept;

    ByteSource const &source_;
    FileSource const *file_; // the source, if it is a file
    RateLimit *limit_;
};

// Puts disk reads of this thread, and of threads that it starts later, behind those of others. Does
// nothing where the kernel or its I/O scheduler knows no priorities.
void yield_to_other_io() noexcept;

} // namespace pgkeep
