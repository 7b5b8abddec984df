// A dump that others wrote, as one stream of text: plain, compressed, or of pg_dump -Fc, -Ft, -Fd.
//
// What the file is, its first bytes say, not its name. gzip is read here; zstd, xz and bzip2 by
// their own programs and the formats of pg_dump by pg_restore, as child processes. Damage is never
// mistaken for the end of the text: it throws.
//
// Not for our own archives, which restore/source.hpp reads by block.
//
// Thread-safety: const functions may be called from several threads; each call is one pass.

#pragma once

#include "proc/child.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace pgkeep {

enum class ForeignFormat : std::uint8_t {
    plain,
    gzip,
    zstd,
    xz,
    bzip2,
    pg_custom,    // pg_dump -Fc
    pg_tar,       // pg_dump -Ft
    pg_directory, // pg_dump -Fd: a folder with toc.dat
};

// None for an archive of ours, also a cut one. Throws Error{damaged} for an empty file, and an
// error that says what to do for a packed file of a kind that nobody here unpacks.
[[nodiscard]] std::optional<ForeignFormat> foreign_format(std::string const &path);
[[nodiscard]] inline bool is_foreign(std::string const &path) {
    return foreign_format(path).has_value();
}

class ForeignText {
public:
    // `bindir`: where pg_restore is looked for; empty: the usual places. Throws Error{not_found}
    // when the program that this file needs is missing.
    ForeignText(std::string path, ForeignFormat format, std::string const &bindir);

    // Bytes of the source; 0 when stream() cannot say how far it is in it.
    [[nodiscard]] std::uint64_t source_size() const noexcept { return source_size_; }
    [[nodiscard]] std::string const &path() const noexcept { return path_; }
    [[nodiscard]] ForeignFormat format() const noexcept { return format_; }

    // The whole text, piece by piece. Throws Error{damaged} where it cannot be read to its end, and
    // what `sink` throws; the child is then killed. `read`: bytes of the source that were read
    // since the last call, only where they can be known.
    void stream(std::stop_token const &token, std::function<void(std::string_view)> const &sink,
                std::function<void(std::uint64_t)> const &read = {}) const;

private:
    void stream_file(std::stop_token const &token,
                     std::function<void(std::string_view)> const &sink,
                     std::function<void(std::uint64_t)> const &read) const;
    [[nodiscard]] ChildCommand child_command() const;
    void stream_child(std::stop_token const &token,
                      std::function<void(std::string_view)> const &sink) const;

    std::string path_;
    ForeignFormat format_;
    std::string program_;       // pg_restore's path; else empty
    bool names_output_ = false; // this pg_restore wants `-f -`
    std::uint64_t source_size_ = 0;
};

} // namespace pgkeep
