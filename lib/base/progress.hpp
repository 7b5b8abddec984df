// Where a long operation says how far it is. What is shown of it, and how, is decided in lib/cli.
//
// Thread-safety: all functions may be called from any thread; they return at once.

#pragma once

#include <cstdint>
#include <string_view>

namespace pgkeep {

class Progress {
public:
    virtual ~Progress() = default;
    // A new phase (`data`, `verify`, `post-data` …). `total` is an estimate in bytes; 0 when it
    // cannot be known.
    virtual void phase(std::string_view name, std::uint64_t total) = 0;
    // `bytes` more of the current phase are done.
    virtual void advance(std::uint64_t bytes) = 0;
};

// Shows nothing.
class NoProgress : public Progress {
public:
    void phase(std::string_view /*name*/, std::uint64_t /*total*/) override {}
    void advance(std::uint64_t /*bytes*/) override {}
};

} // namespace pgkeep
