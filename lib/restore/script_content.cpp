#include "restore/script_content.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/script_session.hpp"
#include "restore/foreign_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace pgkeep {

namespace {

ForeignFormat require_foreign(std::string const &path) {
    auto const format = foreign_format(path);
    if (!format) {
        throw Error{ErrorKind::failed,
                    printable(path) + " is an archive of pgkeep, or part of one"};
    }
    return *format;
}

// `9.6.24` is 90624, `15.14 (Debian …)` is 150014; 0 when it is no version.
int version_number(std::string_view text) {
    int parts[3] = {0, 0, 0};
    char const *at = text.data();
    char const *const end = at + text.size();
    for (int &part : parts) {
        auto const [next, error] = std::from_chars(at, end, part);
        if (error != std::errc{} || part > 9999) {
            part = 0;
            break;
        }
        at = next;
        if (at == end || *at != '.') {
            break;
        }
        ++at;
    }
    return parts[0] >= 10 ? parts[0] * 10000 + parts[1]
                          : parts[0] * 10000 + parts[1] * 100 + parts[2];
}

std::string_view bare(std::string_view version) {
    return version.substr(0, version.find(' '));
}

std::vector<std::string> as_list(std::set<std::string> const &names) {
    return {names.begin(), names.end()};
}

std::string statements(std::uint64_t count) {
    return format_count(count, "statement");
}

} // namespace

ScriptContent::ScriptContent(std::string const &path, RestoreOptions const &options,
                             std::stop_token token, Progress &progress)
    : options_(options),
      token_(std::move(token)),
      text_(path, require_foreign(path), options.bindir) {
    if (!options_.part.is_whole()) {
        throw Error{ErrorKind::usage,
                    printable(path) + " was not written by pgkeep: parts of it cannot be chosen",
                    "Restore all of it into a database of its own with --into."};
    }
    survey(progress);
    make_manifest();
}

ScriptOptions ScriptContent::script_options(bool in_transaction) const {
    return {options_.no_owner, options_.no_privileges, options_.no_tablespaces, in_transaction};
}

void ScriptContent::survey(Progress &progress) {
    progress.phase("verify", text_.source_size());
    ScriptSurvey survey{printable(text_.path()), script_options(false)};
    text_.stream(
        token_, [&](std::string_view piece) { survey.add(piece); },
        [&](std::uint64_t bytes) { progress.advance(bytes); });
    facts_ = survey.finish();
}

std::optional<DatabaseProperties> ScriptContent::properties() const {
    return facts_.manifest.empty() ? std::nullopt : std::optional{manifest_.database};
}

// What the text holds and what the manifest in it says must agree before anything is restored.
void ScriptContent::take_own_manifest() {
    manifest_ = parse_manifest(facts_.manifest);
    std::map<std::pair<std::string, std::string>, std::uint64_t> rows;
    for (TableEntry const &table : facts_.tables) {
        rows[{table.schema, table.name}] = table.proof.rows;
    }
    for (TableEntry const &table : manifest_.tables) {
        std::uint64_t const found = rows[{table.schema, table.name}];
        if (found != table.proof.rows) {
            throw Error{ErrorKind::damaged,
                        fmt::format("{} was changed: {} has {} rows, and its manifest says {}",
                                    printable(text_.path()),
                                    printable_name(table.schema, table.name), format_count(found),
                                    format_count(table.proof.rows)),
                        "Restore the archive as pgkeep wrote it."};
        }
    }
}

void ScriptContent::make_manifest() {
    if (!facts_.manifest.empty()) {
        return take_own_manifest();
    }
    manifest_.origin.server_version = facts_.server_version;
    manifest_.origin.server_version_num = version_number(facts_.server_version);
    manifest_.origin.pg_dump_version = facts_.pg_dump_version;
    manifest_.roles = as_list(facts_.roles);
    for (std::string const &name : facts_.extensions) {
        manifest_.extensions.push_back({name, {}, {}});
    }
    manifest_.tables = facts_.tables;
    manifest_.large_objects.count = facts_.large_objects;
}

std::string ScriptContent::description() const {
    bool const script = text_.format() != ForeignFormat::pg_custom &&
                        text_.format() != ForeignFormat::pg_tar &&
                        text_.format() != ForeignFormat::pg_directory;
    std::string const &path = text_.path();
    std::size_t const slash = path.find_last_of('/', path.find_last_not_of('/'));
    std::string text = fmt::format("restore the {} {}", script ? "script" : "archive of pg_dump",
                                   printable(path.substr(slash + 1)));
    if (!facts_.pg_dump_version.empty() && !facts_.server_version.empty()) {
        text += fmt::format(" (pg_dump {} of a server {})", bare(facts_.pg_dump_version),
                            bare(facts_.server_version));
    }
    std::uint64_t const rows = manifest_.total_rows();
    return text + fmt::format(", {} with {}", format_count(manifest_.tables.size(), "table"),
                              format_count(rows, "row"));
}

void ScriptContent::look_ahead(Connection &connection, bool /*into_existing*/,
                               Obstacles &obstacles) {
    obstacles.add_all(ErrorKind::not_found, missing_roles(connection, as_list(facts_.roles)));
    obstacles.add_all(ErrorKind::not_found, missing_extensions(connection, manifest_.extensions));
    obstacles.add_all(ErrorKind::not_found,
                      missing_tablespaces(connection, as_list(facts_.tablespaces)));
    warn(connection, obstacles);
}

void ScriptContent::warn(Connection &connection, Obstacles &obstacles) const {
    auto &warnings = obstacles.warnings;
    int const server = connection.server_version();
    if (manifest_.origin.server_version_num / 10000 > server / 10000) {
        warnings.push_back(fmt::format(
            "the dump is of a server {}, newer than this one ({}.{}), which may not understand all "
            "of it",
            bare(facts_.server_version), server / 10000, server % 10000));
    }
    if (facts_.skipped.database > 0) {
        warnings.push_back(fmt::format("{} about the database itself (pg_dump -C) left out",
                                       statements(facts_.skipped.database)));
    }
    if (facts_.skipped.clean > 0) {
        warnings.push_back(
            fmt::format("{} that drop what the dump replaces (pg_dump --clean) left out: the "
                        "database is empty",
                        statements(facts_.skipped.clean)));
    }
    for (std::string const &name : unknown_settings(connection, facts_.settings)) {
        warnings.push_back(fmt::format("the server does not have the setting {}, which the script "
                                       "sets; it is left out",
                                       printable(name)));
    }
    if (facts_.inserts > 0) {
        warnings.push_back(
            fmt::format("the rows of {} are not counted again: only those of COPY are",
                        format_count(facts_.inserts, "INSERT")));
    }
    warnings.insert(warnings.end(), facts_.warnings.begin(), facts_.warnings.end());
}

void ScriptContent::fill(WorkPlace const &place, Progress &progress, StepDone const &done) {
    Connection connection = place.sessions.inside(place.database, "script", place.token);
    run_script(text_, facts_, script_options(false), options_.role, connection, place.token,
               progress);
    done(RestoreStep::pre_data);
    done(RestoreStep::loaded);
    done(RestoreStep::post_data);
}

void ScriptContent::fill_in_transaction(Connection &connection, Progress &progress,
                                        StepDone const &done) {
    run_script(text_, facts_, script_options(true), options_.role, connection, token_, progress);
    done(RestoreStep::pre_data);
    done(RestoreStep::loaded);
    done(RestoreStep::post_data);
}

std::optional<ObjectCounting>
ScriptContent::object_counting(int server_version, std::vector<std::string> &warnings) const {
    std::string why_not = "the dump does not say how many objects it has: they are not counted";
    std::optional<ObjectCounting> counting;
    if (!facts_.manifest.empty()) {
        counting = plan_object_counting(manifest_, options_, server_version, why_not);
    }
    if (!counting) {
        warnings.push_back(why_not);
    }
    return counting;
}

} // namespace pgkeep
