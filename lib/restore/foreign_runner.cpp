#include "restore/foreign_runner.hpp"

#include "model/sql_text.hpp"
#include "pg/copy.hpp"
#include "pg/pipeline.hpp"
#include "pg/script_session.hpp"
#include "restore/foreign_script.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

// INSERTs that go to the server together: enough to make round trips and commits cheap, and little
// memory.
constexpr std::size_t kBatchBytes = 256 << 10;
constexpr std::size_t kShownStatement = 60;

constexpr std::string_view kStatementHint =
    "Make the statement fit this server in the script (`pg_restore -f FILE` writes that of an "
    "archive of pg_dump), and restore that.";

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
    void statement(std::string_view text, std::uint64_t line) override;
    void comment(std::string_view /*text*/) override {}
    void command(std::string_view text, std::uint64_t line, bool alone) override;
    void copy_begin(std::string_view statement, std::uint64_t line) override;
    void copy_data(std::string_view data) override;
    void copy_end(std::uint64_t rows) override;

    void run(std::string const &text, std::uint64_t line);
    void insert(std::string_view text, std::uint64_t line);
    void flush();
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
    bool connected_;       // behind \connect, or without one
    bool escapes_ = false; // ScriptSplitter::backslash_escapes() of what ran so far

    std::vector<std::string> batch_;         // INSERTs
    std::vector<std::uint64_t> batch_lines_; // of each
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
                  error.hint().empty() ? std::string{kStatementHint} : error.hint(),
                  error.sqlstate(), error.server_text()};
}

// By the extended protocol, so that the server refuses a text in which it sees more statements than
// we do.
void ScriptRun::run(std::string const &text, std::uint64_t line) {
    try {
        static_cast<void>(connection_.query(text));
    } catch (PgError const &error) {
        fail(error, line_of(line), text);
    }
    check_session(line);
}

// What the reader of the script and the server have to agree on.
void ScriptRun::check_session(std::uint64_t line) const {
    bool const server_escapes = connection_.parameter("standard_conforming_strings") == "off";
    if (server_escapes != escapes_) {
        throw Error{ErrorKind::failed,
                    fmt::format("line {} of {}: standard_conforming_strings is changed in a way "
                                "that cannot be followed",
                                line, name_),
                    "Use `SET standard_conforming_strings = on;` in the script."};
    }
    if (std::string const encoding = treacherous_encoding(connection_); !encoding.empty()) {
        throw Error{ErrorKind::failed,
                    fmt::format("line {} of {} sets the encoding {}, in which quotes cannot be "
                                "told from parts of characters",
                                line, name_, encoding),
                    "Convert the script to UTF-8, and say so in it."};
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
    escapes_ = splitter_.backslash_escapes();
    if (nature == StatementNature::drop_public) {
        run("DROP SCHEMA IF EXISTS public;", line);
    } else if (nature == StatementNature::create_public) {
        run("CREATE SCHEMA IF NOT EXISTS public;", line);
    } else {
        run(std::string{text}, line);
    }
}

void ScriptRun::insert(std::string_view text, std::uint64_t line) {
    batch_.emplace_back(text);
    batch_lines_.push_back(line);
    batch_bytes_ += text.size();
    if (batch_bytes_ >= kBatchBytes) {
        flush();
    }
}

void ScriptRun::flush() {
    if (batch_.empty()) {
        return;
    }
    auto const batch = std::exchange(batch_, {});
    auto const lines = std::exchange(batch_lines_, {});
    batch_bytes_ = 0;
    std::size_t done = 0;
    try {
        run_pipelined(connection_, batch, done);
    } catch (PgError const &error) {
        bool const known = done < batch.size();
        fail(error,
             known ? line_of(lines[done])
                   : fmt::format("the end of lines {} to {}", lines.front(), lines.back()),
             known ? batch[done] : batch.back());
    }
    check_session(lines.back());
}

void ScriptRun::command(std::string_view text, std::uint64_t /*line*/, bool alone) {
    bool const connects = text == "c" || text.starts_with("c ") || text.starts_with("connect");
    if (!alone) {
        throw_changed();
    }
    if (connects) {
        flush();
        connected_ = true;
        escapes_ = false;
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
        copy_.emplace(connection_, copy_statement_, CopyProtocol::extended);
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
