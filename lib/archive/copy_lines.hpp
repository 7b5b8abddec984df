// The lines of one COPY statement's data in a script, counted and hashed up to `\.`, in pieces of
// any size.
//
// A line longer than a piece is not put together in memory: beyond a MiB it is hashed as it comes.
//
// Thread-safety: one thread at a time.

#pragma once

#include "base/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pgkeep {

class CopyLines {
public:
    // `crlf`: the script's lines end in CR LF, and the CR is no part of a row.
    explicit CopyLines(bool crlf);
    ~CopyLines();
    CopyLines(CopyLines &&) noexcept;
    CopyLines &operator=(CopyLines &&) noexcept;

    // Takes lines up to `\.` or the end of `piece`; how many bytes were taken.
    [[nodiscard]] std::size_t add(std::string_view piece);
    // The script ends here: `\.` counts without its newline, too.
    void end_of_script();

    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] RowDigest const &rows() const noexcept { return rows_; }
    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; } // with `\.`

private:
    struct LongLine;

    void line(std::string_view text);
    void finish_long_line(std::string_view rest);
    void keep(std::string_view part);

    bool crlf_;
    bool ended_ = false;
    std::uint64_t lines_ = 0;
    RowDigest rows_;
    std::string partial_;
    std::unique_ptr<LongLine> long_line_; // what of the line does not fit in partial_
};

} // namespace pgkeep
