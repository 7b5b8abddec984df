// What a ScriptScanner makes of statements, comment lines and psql commands.

#include "archive/copy_block.hpp"
#include "archive/copy_statement.hpp"
#include "archive/lexical.hpp"
#include "archive/reader.hpp"
#include "archive/script_scanner_state.hpp"
#include "base/units.hpp"
#include "model/manifest.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace pgkeep {

namespace {

// Bounds for scripts that were made to exhaust memory; an honest one does not come near.
constexpr std::size_t kMaxSetvals = std::size_t{1} << 28;
constexpr std::size_t kMaxTables = 1'000'000;
constexpr std::size_t kMaxStatements = std::size_t{1} << 27; // bytes of different COPY statements
constexpr std::size_t kMaxCommands = 1000;

constexpr std::string_view kClusterBegin = "-- PostgreSQL database cluster dump";

// `word` and the rest of `text` behind the blanks that follow it.
std::pair<std::string_view, std::string_view> split_word(std::string_view text) {
    std::size_t const end = std::min(text.find_first_of(" \t"), text.size());
    std::size_t const rest = std::min(text.find_first_not_of(" \t", end), text.size());
    return {text.substr(0, end), text.substr(rest)};
}

std::string_view trimmed_end(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

// The value of `SET standard_conforming_strings = …`, if it is that.
std::optional<bool> conforming_strings(std::string_view statement) {
    std::string text;
    for (char const c : statement.substr(0, std::min<std::size_t>(statement.size(), 80))) {
        text += lower_ascii(c);
    }
    std::size_t const name = text.find("standard_conforming_strings");
    if (!text.starts_with("set") || name == std::string::npos) {
        return std::nullopt;
    }
    return text.find("off", name) == std::string::npos &&
           text.find("false", name) == std::string::npos;
}

} // namespace

void ScriptScanner::State::on_statement() {
    report_.says_complete = false;
    if (lexer_.too_long()) {
        return problem(lexer_.event_line(),
                       "a COPY or SELECT statement longer than any server accepts");
    }
    std::string_view const text = lexer_.text();
    if (text.empty()) {
        return;
    }
    if (auto name = copy_target(text)) {
        begin_copy(std::move(*name), text);
        mode_ = Mode::copy_statement_line;
    } else if (auto const conforming = conforming_strings(text)) {
        lexer_.set_backslash_escapes(!*conforming);
    } else {
        on_call(text);
    }
}

void ScriptScanner::State::on_call(std::string_view text) {
    if (is_large_object_line(text)) {
        report_.large_objects.add_row(text);
    } else if (text.starts_with("SELECT pg_catalog.setval(") &&
               setval_bytes_ + text.size() <= kMaxSetvals) {
        setval_bytes_ += text.size();
        report_.setvals.emplace_back(text);
    }
}

void ScriptScanner::State::on_comment() {
    std::string_view const text = lexer_.text();
    if (text.starts_with(kManifestPrefix)) {
        on_manifest_line(text);
    } else if (text == kClusterComplete || (text == kDumpComplete && !cluster_)) {
        report_.says_complete = true;
    } else if (text == kClusterBegin) {
        cluster_ = true;
    } else if (lexer_.too_long()) {
        problem(lexer_.event_line(), "a comment longer than any that a dump has");
    }
}

// One that is too large is forgotten: parsed, it would take more memory than its text.
void ScriptScanner::State::on_manifest_line(std::string_view text) {
    if (manifest_too_large_) {
        return;
    }
    std::string &manifest = report_.manifest;
    std::size_t const size = manifest.size() + text.size() + 1;
    if (size > kMaxManifest) {
        problem(lexer_.event_line(), "the manifest is larger than " + format_size(kMaxManifest));
        manifest_too_large_ = true;
        std::string{}.swap(manifest);
        return;
    }
    if (size > manifest.capacity()) {
        manifest.reserve(std::bit_ceil(size)); // so that growing ends at the bound, and not above
    }
    manifest += text;
    manifest += '\n';
}

void ScriptScanner::State::on_command() {
    auto const [name, arguments] = split_word(trimmed_end(lexer_.text()));
    if (name == "restrict") {
        on_restrict(arguments);
    } else if (name == "unrestrict") {
        on_unrestrict(arguments);
    } else if (name == ".") {
        report_.says_complete = false;
        problem(lexer_.event_line(), "`\\.` outside of COPY data");
    } else {
        on_other_command(name, arguments);
    }
}

void ScriptScanner::State::on_restrict(std::string_view key) {
    report_.says_complete = false;
    if (!restrict_key_.empty()) {
        return problem(lexer_.event_line(), "\\restrict inside \\restrict");
    }
    restrict_key_ = key;
    restrict_line_ = lexer_.event_line();
}

void ScriptScanner::State::on_unrestrict(std::string_view key) {
    if (key != restrict_key_ || key.empty()) {
        return problem(lexer_.event_line(), "\\unrestrict without a \\restrict of the same key");
    }
    restrict_key_.clear();
}

void ScriptScanner::State::on_other_command(std::string_view name, std::string_view arguments) {
    report_.says_complete = false;
    if (!restrict_key_.empty()) {
        problem(lexer_.event_line(),
                fmt::format("\\{} inside \\restrict, where psql refuses it", printable(name)));
    }
    if (report_.meta_commands.size() < kMaxCommands) {
        report_.meta_commands.push_back(
            fmt::format("line {}: \\{}", lexer_.event_line(), printable(name)));
    }
    if (name == "connect" || name == "c") {
        table_of_statement_.clear();
    } else if (name == "copy") {
        std::string const statement = "COPY " + std::string{arguments};
        if (auto target = copy_target(statement)) {
            begin_copy(std::move(*target), statement);
            copy_.emplace(false);
            mode_ = Mode::copy_data;
        }
    }
}

void ScriptScanner::State::begin_copy(std::string name, std::string_view statement) {
    copy_line_ = lexer_.event_line();
    statement_line_end_ = 0;
    auto const known = table_of_statement_.find(statement);
    if (known != table_of_statement_.end()) {
        table_ = known->second;
        return;
    }
    if (!report_.tables.empty() && (report_.tables.size() == kMaxTables ||
                                    statement.size() > kMaxStatements - statement_bytes_)) {
        table_ = report_.tables.size() - 1;
        return problem(copy_line_, "more different COPY statements than can be told apart");
    }
    table_ = report_.tables.size();
    statement_bytes_ += std::min(statement.size(), kMaxStatements - statement_bytes_);
    table_of_statement_.emplace(statement, table_);
    report_.tables.push_back({std::move(name), std::string{statement}, {}});
}

} // namespace pgkeep
