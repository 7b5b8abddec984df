// Which statements of a foreign script run, and which are left out: the same answer in the pass
// that checks and in the pass that restores.
//
// Thread-safety: one thread at a time.

#pragma once

#include "restore/foreign_statement.hpp"

#include <cstdint>

namespace pgkeep {

struct ScriptOptions {
    bool no_owner = false;
    bool no_privileges = false;
    bool no_tablespaces = false;
    bool in_transaction = false; // of somebody else, whose end is not the script's business
};

// Left out although no option says so.
struct SkippedStatements {
    std::uint64_t database = 0; // about the database itself
    std::uint64_t clean = 0;    // of pg_dump --clean
};

class ScriptPolicy {
public:
    explicit ScriptPolicy(ScriptOptions const &options) : options_(options) {}

    // Of the next statement; not for `cluster` and `forbidden`, which never run.
    [[nodiscard]] bool runs(StatementNature nature);
    // Of COPY data.
    void created() noexcept { created_ = true; }
    [[nodiscard]] SkippedStatements const &skipped() const noexcept { return skipped_; }

private:
    ScriptOptions options_;
    SkippedStatements skipped_;
    bool created_ = false; // the part of --clean is over
};

} // namespace pgkeep
