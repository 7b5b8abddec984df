// The first pass over a foreign script, before anything changes: is it whole, may it run, what does
// it need, and what will have to be there afterwards.
//
// Thread-safety: one thread at a time.

#pragma once

#include "archive/script_scanner.hpp"
#include "base/error.hpp"
#include "model/manifest.hpp"
#include "restore/foreign_script.hpp"
#include "restore/foreign_statement.hpp"
#include "restore/script_policy.hpp"
#include "restore/text_hash.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgkeep {

struct ScriptFacts {
    std::vector<TableEntry> tables; // with the rows of all their COPY data; no bytes, no hash
    std::string server_version;     // `13.4 (Debian …)`, as the header says
    std::string pg_dump_version;
    bool connects = false;        // pg_dump -C: what stands before \connect must not run
    std::set<std::string> roles;  // that objects belong to or grant to
    std::set<std::string> owners; // of them, those of owners
    std::set<std::string> extensions;
    std::set<std::string> tablespaces;
    std::set<std::string> settings; // that SET names, and that can be done without
    std::uint64_t inserts = 0;
    std::uint64_t large_objects = 0; // that it creates
    SkippedStatements skipped;
    std::string manifest; // the lines of ours, when it is an archive of ours that was unpacked
    std::vector<std::string> warnings;
    std::uint64_t bytes = 0; // of the text
    Hash128 hash; // of statements and COPY data; pg_restore makes a new \restrict key each time
};

class ScriptSurvey final : private ScriptParts {
public:
    // `name` is what to call the script in errors.
    explicit ScriptSurvey(std::string name, ScriptOptions const &options);

    void add(std::string_view piece);
    // Throws when the script is not whole or has something in it that is not run.
    [[nodiscard]] ScriptFacts finish();

private:
    struct Refusal {
        std::uint64_t line;
        std::string text;
    };

    void statement(std::string_view text, std::uint64_t line) override;
    void comment(std::string_view text) override;
    void command(std::string_view text, std::uint64_t line, bool alone) override;
    void copy_begin(std::string_view statement, std::uint64_t line) override;
    void copy_data(std::string_view data) override;
    void copy_end(std::uint64_t rows) override;

    void on_connect(std::string_view target, std::uint64_t line);
    void note(StatementNeeds needs, StatementNature nature);
    void refuse(std::uint64_t line, std::string text);
    void refuse_cluster(std::uint64_t line);
    void on_header(std::uint64_t line);
    void note_behind_end(std::uint64_t line);
    void require_whole(ScriptReport const &report) const;
    void require_allowed() const;
    void require_one_dump(bool is_ours) const;
    void leave_out_uncounted();
    [[nodiscard]] std::string schema_of(std::string const &schema) const;

    std::string name_;
    ScriptPolicy policy_;
    ScriptScanner scanner_;
    ScriptSplitter splitter_;
    TextHash hash_;
    ScriptFacts facts_;
    std::string front_; // the first bytes, for what is no script at all
    bool has_header_ = false;
    bool ended_ = false;                 // the line that says so was read
    std::uint64_t behind_end_line_ = 0;  // the first of what stands behind it
    std::vector<std::uint64_t> headers_; // the lines of the first of them
    bool content_before_connect_ = false;
    std::string connect_target_;
    std::string search_path_;
    std::map<std::pair<std::string, std::string>, std::size_t> tables_; // in facts_.tables
    std::set<std::pair<std::string, std::string>> uncounted_;
    std::size_t table_ = 0;
    std::vector<Refusal> refusals_;
    std::uint64_t cluster_line_ = 0; // the first that only pg_dumpall writes
};

} // namespace pgkeep
