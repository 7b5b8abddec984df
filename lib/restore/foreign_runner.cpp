#include "restore/foreign_runner.hpp"

#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/script_session.hpp"
#include "restore/foreign_script.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

// INSERTs that go to the server together: enough to make round trips cheap, and little to repeat
// when one of them fails.
constexpr std::size_t kBatchBytes = 256 << 10;
constexpr std::size_t kShownStatement = 60;

class ScriptRun final : public ScriptParts {
public:
    ScriptRun(std::string name, ScriptFacts const &facts, ScriptOptions const &options,
              Connection &connection)
        : name_(std::move(name)),
          facts_(facts),
          options_(options),
          policy_(options),
          connection_(connection),
          splitter_(*this),
          unknown_settings_(unknown_settings(connection, facts.settings)),
          connected_(!facts.connects) {
        begin_script_session(connection_);
    }

    void add(std::string_view piece) {
        connection_.throw_if_stopped();
        splitter_.add(piece);
    }

    void finish() {
        splitter_.finish();
        flush();
        if (copy_ || hash_.value() != facts_.hash) {
            throw_changed();
        }
    }

private:
    struct Batched {
        std::string text;
        std::uint64_t line;
    };

    void statement(std::string_view text, std::uint64_t line) override;
    void comment(std::string_view /*text*/) override {}
    void command(std::string_view text, std::uint64_t line, bool alone) override;
    void copy_begin(std::string_view statement, std::uint64_t line) override;
    void copy_data(std::string_view data) override;
    void copy_end(std::uint64_t rows) override;

    void run(std::string const &text, std::uint64_t line);
    void insert(std::string_view text, std::uint64_t line);
    void flush();
    void repeat_one_by_one(std::vector<Batched> const &batch, PgError const &error);
    void check_session(std::uint64_t line) const;
    [[nodiscard]] bool knows_setting(std::string_view text, StatementNature nature) const;
    [[noreturn]] void fail(PgError const &error, std::string const &place,
                           std::string_view text) const;
    [[noreturn]] void throw_changed() const;

    std::string name_;
    ScriptFacts const &facts_;
    ScriptOptions options_;
    ScriptPolicy policy_;
    Connection &connection_;
    ScriptSplitter splitter_;
    TextHash hash_;
    std::set<std::string> unknown_settings_;
    bool connected_; // behind \connect, or without one

    std::vector<Batched> batch_;
    std::size_t batch_bytes_ = 0;
    std::optional<CopyIn> copy_;
    std::string copy_statement_;
    std::uint64_t copy_line_ = 0;
};

std::string line_of(std::uint64_t line) {
    return fmt::format("line {}", line);
}

void ScriptRun::throw_changed() const {
    throw Error{ErrorKind::damaged, name_ + " was changed while it was being restored",
                "Nothing of it is kept. Restore again once nobody writes to it."};
}

void ScriptRun::fail(PgError const &error, std::string const &place, std::string_view text) const {
    throw PgError{error.kind(),
                  fmt::format("{} of {}: {}{}: {}", place, name_,
                              printable(text.substr(0, kShownStatement)),
                              text.size() > kShownStatement ? " …" : "", error.server_text()),
                  error.hint(), error.sqlstate(), error.server_text()};
}

void ScriptRun::run(std::string const &text, std::uint64_t line) {
    try {
        static_cast<void>(connection_.execute(text));
    } catch (PgError const &error) {
        fail(error, line_of(line), text);
    }
    check_session(line);
}

// What the reader of the script and the server have to agree on.
void ScriptRun::check_session(std::uint64_t line) const {
    bool const server_escapes = connection_.parameter("standard_conforming_strings") == "off";
    if (server_escapes != splitter_.backslash_escapes()) {
        throw Error{ErrorKind::failed,
                    fmt::format("line {} of {}: standard_conforming_strings is changed in a way "
                                "that cannot be followed",
                                line, name_),
                    "Use `SET standard_conforming_strings = on;` in the script."};
    }
    if (options_.in_transaction && !connection_.in_transaction()) {
        throw Error{ErrorKind::failed,
                    fmt::format("line {} of {} ended the transaction of this restore", line, name_),
                    "Restore the script into a database of its own with --into."};
    }
}

bool ScriptRun::knows_setting(std::string_view text, StatementNature nature) const {
    if (unknown_settings_.empty() || nature != StatementNature::setting) {
        return true;
    }
    auto const needs = needs_of_statement(text, nature, splitter_.backslash_escapes());
    return !needs.setting || !unknown_settings_.contains(*needs.setting);
}

void ScriptRun::statement(std::string_view text, std::uint64_t line) {
    hash_.add(text);
    auto const nature = judge_statement(text, splitter_.backslash_escapes()).nature;
    if (nature == StatementNature::forbidden || nature == StatementNature::cluster) {
        throw_changed();
    }
    bool const runs = policy_.runs(nature) && knows_setting(text, nature);
    if (!connected_ || !runs) {
        return;
    }
    if (nature == StatementNature::insert) {
        return insert(text, line);
    }
    flush();
    if (nature == StatementNature::drop_public) {
        run("DROP SCHEMA IF EXISTS public;", line);
    } else if (nature == StatementNature::create_public) {
        run("CREATE SCHEMA IF NOT EXISTS public;", line);
    } else {
        run(std::string{text}, line);
    }
}

void ScriptRun::insert(std::string_view text, std::uint64_t line) {
    batch_.push_back({std::string{text}, line});
    batch_bytes_ += text.size();
    if (batch_bytes_ >= kBatchBytes) {
        flush();
    }
}

void ScriptRun::flush() {
    if (batch_.empty()) {
        return;
    }
    std::vector<Batched> const batch = std::exchange(batch_, {});
    std::string all;
    all.reserve(std::exchange(batch_bytes_, 0) + batch.size());
    for (Batched const &one : batch) {
        all += one.text;
        all += '\n';
    }
    try {
        static_cast<void>(connection_.execute(all));
    } catch (PgError const &error) {
        repeat_one_by_one(batch, error);
    }
    check_session(batch.back().line);
}

// Finds the line that fails, where that does no harm: the statements of a batch are one
// transaction, so nothing of it was kept.
void ScriptRun::repeat_one_by_one(std::vector<Batched> const &batch, PgError const &error) {
    if (batch.size() > 1 && !connection_.in_transaction() && connection_.usable()) {
        for (Batched const &one : batch) {
            run(one.text, one.line);
        }
    }
    std::string const place = batch.size() == 1
                                  ? line_of(batch.front().line)
                                  : fmt::format("one of the INSERTs in lines {} to {}",
                                                batch.front().line, batch.back().line);
    fail(error, place, batch.front().text);
}

void ScriptRun::command(std::string_view text, std::uint64_t /*line*/, bool alone) {
    bool const connects = text == "c" || text.starts_with("c ") || text.starts_with("connect");
    if (!alone) {
        throw_changed();
    }
    if (connects) {
        flush();
        connected_ = true;
        begin_script_session(connection_);
    }
}

void ScriptRun::copy_begin(std::string_view statement, std::uint64_t line) {
    hash_.add(statement);
    flush();
    policy_.created();
    if (!connected_) {
        throw_changed();
    }
    copy_statement_ = statement;
    copy_line_ = line;
    try {
        copy_.emplace(connection_, copy_statement_);
    } catch (PgError const &error) {
        fail(error, line_of(line), copy_statement_);
    }
}

void ScriptRun::copy_data(std::string_view data) {
    hash_.add(data);
    try {
        copy_->put(data);
    } catch (PgError const &error) {
        fail(error, line_of(copy_line_), copy_statement_);
    }
}

void ScriptRun::copy_end(std::uint64_t rows) {
    std::uint64_t taken = 0;
    try {
        taken = copy_->finish();
    } catch (PgError const &error) {
        fail(error, line_of(copy_line_), copy_statement_);
    }
    copy_.reset();
    if (taken != rows) {
        throw Error{ErrorKind::differs,
                    fmt::format("line {} of {}: {} has {} rows, of which the server took {}",
                                copy_line_, name_,
                                printable(copy_statement_.substr(0, kShownStatement)), rows, taken),
                    "A trigger or rule of the table may have dropped rows."};
    }
    check_session(copy_line_);
}

} // namespace

void run_script(ForeignText const &text, ScriptFacts const &facts, ScriptOptions const &options,
                std::string const &role, Connection &connection, std::stop_token const &token,
                Progress &progress) {
    progress.phase("script", facts.bytes);
    ScriptRun run{printable(text.path()), facts, options, connection};
    text.stream(token, [&](std::string_view piece) {
        run.add(piece);
        progress.advance(piece.size());
    });
    run.finish();
    end_script_session(connection, role);
}

} // namespace pgkeep
