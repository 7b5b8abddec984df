// Turns pg_restore's output for one section into a part of our script.
//
// pg_restore frames each output as a script of its own: a prologue with settings and, in releases
// since August 2025, the psql command `\restrict KEY`; and at the end "PostgreSQL database dump
// complete" and `\unrestrict KEY`. In one script the frame may stand only once: the settings stay
// (they are harmless twice), the rest is taken out.
//
// pg_restore sets what it knows, also what the server that the dump came from does not: `SET
// transaction_timeout` of releases from 17 on is an error on servers before. Such a line is
// written so that a server which has no such setting reads over it; the script loads into the
// server it came from, whichever pg_dump made it.
//
// Streams: holds back a few hundred bytes.
//
// Thread-safety: one thread at a time.

#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pgkeep {

enum class RestrictLine { keep, drop };

class SchemaTextFilter {
public:
    SchemaTextFilter(RestrictLine restrict_line, std::function<void(std::string_view)> sink);

    void add(std::string_view piece);
    // Throws Error{failed} when the text does not end as pg_restore ends its output: it was cut.
    void finish();

    // The key of `\restrict`, empty when there was none.
    [[nodiscard]] std::string const &restrict_key() const noexcept { return key_; }

private:
    void take_prologue();
    void soften_late_settings(std::size_t begin, std::size_t end);

    RestrictLine restrict_line_;
    std::function<void(std::string_view)> sink_;
    std::string held_;
    bool prologue_done_ = false;
    std::string key_;
};

} // namespace pgkeep
