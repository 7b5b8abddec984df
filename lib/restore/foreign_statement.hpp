// What a statement of a foreign script is, and whether it may run.
//
// Judged by its leading words, as pg_dump writes them. That keeps honest dumps from acting on more
// than the database that is filled; it is no wall against hostile SQL, which can hide anything in a
// function: a script of unknown origin needs a role without rights.
//
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

enum class StatementNature : std::uint8_t {
    other,         // run
    create,        // run; the part of pg_dump --clean is over
    clean,         // of the part of pg_dump --clean, as long as nothing was created
    hollow_view,   // CREATE OR REPLACE VIEW: the same, behind another statement of that part
    insert,        // run, several at once
    setting,       // SET, or set_config() of the search path; run where the server knows it
    database,      // names the database itself, or what of it pg_dump -C writes
    owner,         // --no-owner leaves it out
    privileges,    // --no-privileges leaves it out
    tablespace,    // SET default_tablespace; --no-tablespaces leaves it out
    transaction,   // BEGIN, COMMIT
    drop_public,   // DROP SCHEMA public, and
    create_public, // CREATE SCHEMA public: it is there already
    given,         // true of every database, but only its owner may say so
    cluster,       // of the whole cluster: pg_dumpall
    forbidden,     // must not run: see StatementJudgement::why
};

struct StatementJudgement {
    StatementNature nature = StatementNature::other;
    std::string why; // of `forbidden`: `runs a program on the server`
};

// `statement` as ScriptParts gets it; `backslash_escapes`: standard_conforming_strings is off.
[[nodiscard]] StatementJudgement judge_statement(std::string_view statement,
                                                 bool backslash_escapes);
// Of a COPY … FROM stdin: why it must not run, or nothing.
[[nodiscard]] std::string judge_copy(std::string_view statement);

// What one statement says that must be known before anything runs.
struct StatementNeeds {
    std::vector<std::string> roles;
    std::optional<std::string> extension;
    std::optional<std::string> tablespace;
    std::optional<std::string> setting;     // the name in SET
    std::optional<std::string> search_path; // the first schema of it; empty: none
    std::optional<std::vector<std::string>>
        uncounted_table; // partitioned or foreign, or filled by INSERT
};
[[nodiscard]] StatementNeeds needs_of_statement(std::string_view statement, StatementNature nature,
                                                bool backslash_escapes);

struct CopyTarget {
    std::string schema; // empty: as the search path says
    std::string name;
    std::vector<std::string> columns;
};
[[nodiscard]] CopyTarget copy_target_of(std::string_view statement);

} // namespace pgkeep
