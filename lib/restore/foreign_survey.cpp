#include "restore/foreign_survey.hpp"

#include "archive/copy_statement.hpp"
#include "archive/sql_tokens.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pgkeep {

namespace {

constexpr std::size_t kFront = 5;
constexpr std::size_t kMaxRefusals = 100;
constexpr std::size_t kShownRefusals = 5;
constexpr std::size_t kShownStatement = 60;
// An archive of ours has that of pg_dump, and in front of the indexes that of pg_restore.
constexpr std::size_t kHeadersOfOurs = 2;
constexpr std::string_view kHeader = "-- PostgreSQL database dump";
constexpr std::string_view kClusterHeader = "-- PostgreSQL database cluster dump";
constexpr std::string_view kServerLine = "-- Dumped from database version ";
constexpr std::string_view kDumperLine = "-- Dumped by pg_dump version ";

// What pg_dump sets at the top, and what a server that does not have it can do without.
constexpr std::array<std::string_view, 11> kDispensableSettings{
    "statement_timeout",    "lock_timeout",         "idle_in_transaction_session_timeout",
    "idle_session_timeout", "transaction_timeout",  "default_table_access_method",
    "default_with_oids",    "row_security",         "check_function_bodies",
    "client_min_messages",  "escape_string_warning"};

bool is_dispensable(std::string const &setting) {
    return std::find(kDispensableSettings.begin(), kDispensableSettings.end(), setting) !=
           kDispensableSettings.end();
}

std::string first_words(std::string_view text) {
    return printable(text.substr(0, kShownStatement)) + (text.size() > kShownStatement ? " …" : "");
}

// pg_dump makes each with a call of its own.
std::uint64_t count_large_objects(std::string_view statement) {
    if (!is_keyword_token(SqlTokens{statement}.next(), "select")) {
        return 0;
    }
    constexpr std::string_view kCreate = "pg_catalog.lo_create(";
    std::uint64_t count = 0;
    for (std::size_t at = statement.find(kCreate); at != std::string_view::npos;
         at = statement.find(kCreate, at + 1)) {
        ++count;
    }
    return count;
}

} // namespace

ScriptSurvey::ScriptSurvey(std::string name, ScriptOptions const &options)
    : name_(std::move(name)), policy_(options), splitter_(*this) {
}

void ScriptSurvey::add(std::string_view piece) {
    if (front_.size() < kFront) {
        front_ += piece.substr(0, kFront - front_.size());
        if (front_ == "PGDMP") {
            throw Error{ErrorKind::usage,
                        name_ + " holds an archive of pg_dump -Fc that was compressed once more",
                        "Decompress it, and restore the result."};
        }
    }
    facts_.bytes += piece.size();
    scanner_.add(piece);
    try {
        splitter_.add(piece);
    } catch (Error const &error) {
        throw error.within(name_);
    }
}

void ScriptSurvey::refuse(std::uint64_t line, std::string text) {
    if (refusals_.size() < kMaxRefusals) {
        refusals_.push_back({line, std::move(text)});
    }
}

void ScriptSurvey::refuse_cluster(std::uint64_t line) {
    if (cluster_line_ == 0) {
        cluster_line_ = line;
    }
}

void ScriptSurvey::on_header(std::uint64_t line) {
    has_header_ = true;
    if (headers_.size() <= kHeadersOfOurs) {
        headers_.push_back(line);
    }
    if (ended_) {
        note_behind_end(line);
    }
}

void ScriptSurvey::note_behind_end(std::uint64_t line) {
    if (behind_end_line_ == 0) {
        behind_end_line_ = line;
    }
}

void ScriptSurvey::statement(std::string_view text, std::uint64_t line) {
    hash_.add(text);
    if (ended_) {
        note_behind_end(line);
    }
    bool const escapes = splitter_.backslash_escapes();
    StatementJudgement const judgement = judge_statement(text, escapes);
    StatementNature const nature = judgement.nature;
    if (nature == StatementNature::forbidden) {
        refuse(line, fmt::format("{}, which {}", first_words(text), judgement.why));
    } else if (nature == StatementNature::cluster) {
        refuse_cluster(line);
    }
    facts_.inserts += nature == StatementNature::insert ? 1 : 0;
    if (nature == StatementNature::other) {
        facts_.large_objects += count_large_objects(text);
    }
    content_before_connect_ = content_before_connect_ || (nature != StatementNature::setting &&
                                                          nature != StatementNature::database);
    if (policy_.runs(nature)) {
        note(needs_of_statement(text, nature, escapes), nature);
    }
}

void ScriptSurvey::note(StatementNeeds needs, StatementNature nature) {
    for (std::string &role : needs.roles) {
        if (nature == StatementNature::owner) {
            facts_.owners.insert(role);
        }
        facts_.roles.insert(std::move(role));
    }
    if (needs.extension) {
        facts_.extensions.insert(*needs.extension);
    }
    if (needs.tablespace && !needs.tablespace->empty()) {
        facts_.tablespaces.insert(*needs.tablespace);
    }
    if (needs.setting && is_dispensable(*needs.setting)) {
        facts_.settings.insert(*needs.setting);
    }
    if (needs.search_path) {
        bool const names_schema = *needs.search_path != "$user" && *needs.search_path != "default";
        search_path_ = names_schema ? *needs.search_path : std::string{};
    }
    if (needs.uncounted_table && !needs.uncounted_table->empty()) {
        auto const &name = *needs.uncounted_table;
        uncounted_.emplace(schema_of(name.size() > 1 ? name[name.size() - 2] : std::string{}),
                           name.back());
    }
}

std::string ScriptSurvey::schema_of(std::string const &schema) const {
    return schema.empty() ? search_path_ : schema;
}

void ScriptSurvey::comment(std::string_view text) {
    if (text == kHeader) {
        on_header(splitter_.line());
    } else if (text == kDumpComplete) {
        ended_ = true;
    } else if (text == kClusterHeader) {
        has_header_ = true;
        refuse_cluster(splitter_.line());
    } else if (text.starts_with(kServerLine) && facts_.server_version.empty()) {
        facts_.server_version = printable(text.substr(kServerLine.size()));
    } else if (text.starts_with(kDumperLine) && facts_.pg_dump_version.empty()) {
        facts_.pg_dump_version = printable(text.substr(kDumperLine.size()));
    }
}

void ScriptSurvey::command(std::string_view text, std::uint64_t line, bool alone) {
    std::size_t const end = std::min(text.find_first_of(" \t"), text.size());
    std::string_view const name = text.substr(0, end);
    bool const connects = name == "connect" || name == "c";
    if (alone && connects) {
        return on_connect(text.substr(end), line);
    }
    bool const harmless = name == "restrict" || name == "unrestrict" || name == ".";
    if (!alone || !harmless) {
        refuse(line, fmt::format("the psql command \\{}", first_words(text)));
    }
}

// pg_dump -C connects to its database once or twice, and fills it only then.
void ScriptSurvey::on_connect(std::string_view target, std::uint64_t line) {
    bool const another = facts_.connects ? target != connect_target_ : content_before_connect_;
    if (another) {
        refuse_cluster(line);
    }
    facts_.connects = true;
    connect_target_ = target;
    search_path_.clear();
}

void ScriptSurvey::copy_begin(std::string_view statement, std::uint64_t line) {
    hash_.add(statement);
    if (ended_) {
        note_behind_end(line);
    }
    std::string const why = judge_copy(statement);
    if (!why.empty()) {
        refuse(line, fmt::format("{}, which {}", first_words(statement), why));
    }
    content_before_connect_ = true;
    policy_.created();
    CopyTarget target = copy_target_of(statement);
    target.schema = schema_of(target.schema);
    std::pair key{target.schema, target.name};
    auto const [place, is_new] = tables_.emplace(std::move(key), facts_.tables.size());
    table_ = place->second;
    if (is_new) {
        TableEntry entry;
        entry.number = static_cast<std::uint32_t>(facts_.tables.size() + 1);
        entry.schema = std::move(target.schema);
        entry.name = std::move(target.name);
        entry.columns = std::move(target.columns);
        facts_.tables.push_back(std::move(entry));
    }
}

void ScriptSurvey::copy_data(std::string_view data) {
    hash_.add(data);
    facts_.tables[table_].proof.bytes += data.size();
}

void ScriptSurvey::copy_end(std::uint64_t rows) {
    facts_.tables[table_].proof.rows += rows;
}

void ScriptSurvey::leave_out_uncounted() {
    std::size_t nameless = 0;
    std::size_t const all = facts_.tables.size();
    std::erase_if(facts_.tables, [&](TableEntry const &table) {
        nameless += table.schema.empty() ? 1 : 0;
        return table.schema.empty() || uncounted_.contains({table.schema, table.name});
    });
    std::size_t const spread = all - facts_.tables.size() - nameless;
    if (nameless > 0) {
        facts_.warnings.push_back(
            fmt::format("the script does not say the schema of {} of its tables: their rows were "
                        "counted while loading, and are not counted again",
                        nameless));
    }
    if (spread > 0) {
        facts_.warnings.push_back(
            fmt::format("the rows of {} that are partitioned, foreign or also filled by INSERT "
                        "were counted while loading, and are not counted again",
                        format_count(spread, "table")));
    }
    std::uint32_t number = 0;
    for (TableEntry &table : facts_.tables) {
        table.number = ++number;
    }
}

void ScriptSurvey::require_whole(ScriptReport const &report) const {
    if (report.problems.empty()) {
        return;
    }
    if (!has_header_ && !report.says_complete) {
        throw Error{ErrorKind::damaged,
                    fmt::format("{} is no dump of pg_dump, or is damaged: {}", name_,
                                report.problems.front()),
                    fmt::format("If another program wrote it and you know that it is whole, "
                                "append the line `{}` to it.",
                                kDumpComplete)};
    }
    throw Error{ErrorKind::damaged,
                fmt::format("{} is damaged: {}{}", name_, report.problems.front(),
                            report.problems.size() == 1
                                ? std::string{}
                                : fmt::format(" (and {} more)", report.problems.size() - 1)),
                "Nothing was changed. Restore another one, or make a new dump."};
}

void ScriptSurvey::require_allowed() const {
    if (refusals_.empty()) {
        return;
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(refusals_.size(), kShownRefusals); ++i) {
        list +=
            fmt::format("{}line {}: {}", i == 0 ? "" : "; ", refusals_[i].line, refusals_[i].text);
    }
    if (refusals_.size() > kShownRefusals) {
        list += fmt::format("; and {} more", refusals_.size() - kShownRefusals);
    }
    throw Error{ErrorKind::failed,
                fmt::format("{} has in it what is never run from a script: {}", name_, list),
                "Nothing was changed. Take it out of the script, or, if you trust the script, run "
                "it yourself with `psql -X -v ON_ERROR_STOP=1 -f` in an empty database."};
}

void ScriptSurvey::require_one_dump(bool is_ours) const {
    std::size_t const headers = is_ours ? kHeadersOfOurs : 1;
    std::uint64_t const line = headers_.size() > headers ? headers_[headers] : behind_end_line_;
    if (line != 0) {
        throw Error{ErrorKind::usage,
                    fmt::format("{} holds more than one dump: another one, or something else, "
                                "begins at line {}",
                                name_, line),
                    "Nothing was changed. Cut the file in front of that line, and restore each "
                    "on its own."};
    }
}

ScriptFacts ScriptSurvey::finish() {
    try {
        splitter_.finish();
    } catch (Error const &error) {
        throw error.within(name_);
    }
    // A text that is cut may look like anything, so that comes first.
    ScriptReport const report = scanner_.finish();
    require_whole(report);
    require_allowed();
    if (cluster_line_ != 0) {
        throw Error{ErrorKind::usage,
                    fmt::format("{} is about more than one database (line {}), as pg_dumpall "
                                "writes it",
                                name_, cluster_line_),
                    "Run it into a fresh cluster with `psql -X -f FILE postgres`, or take a dump "
                    "of the one database with pg_dump."};
    }
    require_one_dump(!report.manifest.empty());
    if (report.manifest.empty()) {
        leave_out_uncounted();
    }
    facts_.skipped = policy_.skipped();
    facts_.hash = hash_.value();
    facts_.manifest = report.manifest;
    return std::move(facts_);
}

} // namespace pgkeep
