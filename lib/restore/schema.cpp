#include "restore/schema.hpp"

#include "backup/schema_text.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

// Calls `line` with each line of text that comes in pieces.
class LineSplitter {
public:
    explicit LineSplitter(std::function<void(std::string_view)> line) : line_(std::move(line)) {}

    void add(std::string_view piece) {
        pending_ += piece;
        std::size_t begin = 0;
        for (std::size_t end; (end = pending_.find('\n', begin)) != std::string::npos;
             begin = end + 1) {
            line_(std::string_view{pending_}.substr(begin, end - begin));
        }
        pending_.erase(0, begin);
    }

private:
    std::function<void(std::string_view)> line_;
    std::string pending_;
};

std::string unquoted_identifier(std::string_view text) {
    if (!text.starts_with('"')) {
        return std::string{text};
    }
    std::string name;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        name += text[i];
        i += text[i] == '"' ? 1 : 0; // doubled
    }
    return name;
}

} // namespace

std::string dbname_argument(std::string const &name) {
    std::string value = "dbname='";
    for (char const c : name) {
        value += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
    return value + "'";
}

std::string tablespace_of_line(std::string_view line) {
    constexpr std::string_view kSet = "SET default_tablespace = ";
    if (!line.starts_with(kSet) || !line.ends_with(';')) {
        return {};
    }
    line.remove_prefix(kSet.size());
    line.remove_suffix(1);
    return line == "''" ? std::string{} : unquoted_identifier(line);
}

Schema::Schema(ProgramSet programs, ByteView schema_archive, RestoreOptions const &options,
               std::stop_token token)
    : programs_(std::move(programs)),
      file_("pgkeep-schema"),
      options_(options),
      token_(std::move(token)) {
    file_.assign(as_text(schema_archive));
}

ChildCommand Schema::command(std::vector<std::string> arguments) const {
    ChildCommand command;
    command.argv = {programs_.path("pg_restore")};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.argv.push_back(file_.path());
    command.inherit = {file_.fd()};
    return command;
}

void Schema::select(std::optional<std::set<int>> const &dump_ids) {
    selected_ = dump_ids;
    list_.reset();
    if (dump_ids) {
        list_.emplace(use_list([&](TocEntry const &e) { return dump_ids->contains(e.dump_id); }));
    }
}

// Only the numbers: what stands behind them in pg_restore's own list is a comment.
MemoryFile Schema::use_list(std::function<bool(TocEntry const &)> const &wanted) const {
    std::string lines;
    for (TocEntry const &entry : list()) {
        if (wanted(entry)) {
            lines += std::to_string(entry.dump_id) + ";\n";
        }
    }
    MemoryFile file{"pgkeep-list"};
    file.assign(lines);
    return file;
}

ChildCommand Schema::selecting_command(std::vector<std::string> arguments,
                                       std::optional<MemoryFile> const &list) const {
    if (list) {
        arguments.push_back("--use-list=" + list->path());
    }
    ChildCommand selecting = command(std::move(arguments));
    if (list) {
        selecting.inherit.push_back(list->fd());
    }
    return selecting;
}

std::vector<TocEntry> Schema::run_list(std::vector<std::string> arguments) const {
    arguments.emplace_back("--list");
    std::string listing;
    ChildCommand list = command(std::move(arguments));
    list.on_stdout = [&](std::string_view piece) { listing += piece; };
    ChildResult const result = run_child(list, token_);
    if (!result.succeeded()) {
        if (result.term_signal != 0) {
            require_success(list, result);
        }
        throw Error{ErrorKind::version,
                    "pg_restore " + programs_.version +
                        " cannot read the archive's schema: " + result.stderr_tail,
                    "Install the PostgreSQL client programs of the version that the archive was "
                    "made with, or newer."};
    }
    return parse_toc(listing);
}

std::vector<TocEntry> const &Schema::list() const {
    if (!toc_) {
        toc_ = run_list({"--verbose"});
    }
    return *toc_;
}

// Not --verbose, with which pg_restore lists all objects whatever was asked for.
std::vector<TocEntry> Schema::list_inside(std::string const &schema,
                                          std::vector<std::string> const &tables) const {
    std::vector<std::string> arguments{"--schema=" + schema};
    for (std::string const &table : tables) {
        arguments.push_back("--table=" + table);
    }
    return run_list(std::move(arguments));
}

std::vector<std::string> Schema::tablespaces() const {
    std::set<std::string> names;
    LineSplitter lines{[&](std::string_view line) {
        if (auto name = tablespace_of_line(line); !name.empty()) {
            names.insert(std::move(name));
        }
    }};
    ChildCommand script =
        selecting_command({"--section=pre-data", "--section=post-data", "--file=-"}, list_);
    script.on_stdout = [&](std::string_view piece) { lines.add(piece); };
    require_success(script, run_child(script, token_));
    return {names.begin(), names.end()};
}

void Schema::for_older_server() {
    by_psql_ = true;
}

void Schema::write_script(std::string const &section,
                          std::function<void(std::string_view)> const &sink) const {
    run_script(section, list_, sink);
}

std::string Schema::script_of(std::string const &section, std::set<int> const &dump_ids) const {
    std::string script;
    auto const wanted = [&](TocEntry const &entry) { return dump_ids.contains(entry.dump_id); };
    run_script(section, use_list(wanted), [&](std::string_view piece) { script += piece; });
    return script;
}

void Schema::run_script(std::string const &section, std::optional<MemoryFile> const &list,
                        std::function<void(std::string_view)> const &sink) const {
    std::vector<std::string> arguments = flags();
    arguments.insert(arguments.end(), {"--section=" + section, "--file=-"});
    SchemaTextFilter filter{RestrictLine::drop, sink};
    ChildCommand script = selecting_command(std::move(arguments), list);
    script.on_stdout = [&](std::string_view piece) { filter.add(piece); };
    require_success(script, run_child(script, token_));
    filter.finish();
}

std::vector<std::string> Schema::flags() const {
    std::vector<std::string> flags;
    for (auto const &[wanted, flag] : {std::pair{options_.no_owner, "--no-owner"},
                                       std::pair{options_.no_privileges, "--no-privileges"},
                                       std::pair{options_.no_tablespaces, "--no-tablespaces"}}) {
        if (wanted) {
            flags.emplace_back(flag);
        }
    }
    if (!options_.role.empty()) {
        flags.push_back("--role=" + options_.role);
    }
    return flags;
}

void Schema::restore_pre_data(ConnectionSettings const &settings, std::string const &name) const {
    restore({settings, name}, {"--section=pre-data"}, list_, token_);
}

void Schema::restore_pre_data(ConnectionSettings const &settings, std::string const &name,
                              std::function<void()> const &between) const {
    for (bool const schemas : {true, false}) {
        std::optional<MemoryFile> const list = use_list([&](TocEntry const &entry) {
            return is_selected(entry.dump_id) && (entry.kind == "SCHEMA") == schemas;
        });
        restore({settings, name}, {"--section=pre-data"}, list, token_);
        if (schemas) {
            between();
        }
    }
}

void Schema::restore_post_data(ConnectionSettings const &settings, std::string const &name,
                               unsigned jobs, std::string const &maintenance_work_mem,
                               std::set<int> const &done) const {
    std::optional<MemoryFile> left;
    if (!done.empty()) {
        left = use_list([&](TocEntry const &entry) {
            return is_selected(entry.dump_id) && !done.contains(entry.dump_id);
        });
    }
    std::vector<std::string> arguments{"--section=post-data"};
    if (!by_psql_) { // a script is one session
        arguments.push_back("--jobs=" + std::to_string(std::max(jobs, 1U)));
    }
    restore({settings, name, "-c maintenance_work_mem=" + maintenance_work_mem},
            std::move(arguments), done.empty() ? list_ : left, token_);
}

void Schema::restore_objects(ConnectionSettings const &settings, std::string const &name,
                             std::vector<int> const &dump_ids, std::string const &server_options,
                             std::stop_token const &token) const {
    std::string lines;
    for (int const id : dump_ids) {
        lines += std::to_string(id) + ";\n";
    }
    MemoryFile list{"pgkeep-list"};
    list.assign(lines);
    restore({settings, name, server_options}, {"--section=post-data"}, std::move(list), token);
}

bool Schema::is_selected(int dump_id) const {
    return !selected_ || selected_->contains(dump_id);
}

void Schema::restore(Target const &target, std::vector<std::string> arguments,
                     std::optional<MemoryFile> const &list, std::stop_token const &token) const {
    if (selected_ && selected_->empty()) {
        return;
    }
    std::vector<std::string> const chosen = flags();
    arguments.insert(arguments.end(), chosen.begin(), chosen.end());
    if (by_psql_) {
        restore_by_psql(target, std::move(arguments), list, token);
        return;
    }
    arguments.insert(arguments.end(), {"--exit-on-error", "--no-password",
                                       "--dbname=" + dbname_argument(target.name)});
    run_inside(target, selecting_command(std::move(arguments), list), token);
}

// The script keeps `\restrict`: after it psql takes no commands, whatever an object is called.
void Schema::restore_by_psql(Target const &target, std::vector<std::string> arguments,
                             std::optional<MemoryFile> const &list,
                             std::stop_token const &token) const {
    std::string text;
    SchemaTextFilter filter{RestrictLine::keep, [&](std::string_view piece) { text += piece; }};
    arguments.emplace_back("--file=-");
    ChildCommand script = selecting_command(std::move(arguments), list);
    script.on_stdout = [&](std::string_view piece) { filter.add(piece); };
    require_success(script, run_child(script, token));
    filter.finish();

    MemoryFile file{"pgkeep-script"};
    file.assign(text);
    ChildCommand psql;
    psql.argv = {programs_.path("psql"),
                 "--no-psqlrc",
                 "--quiet",
                 "--set=ON_ERROR_STOP=1",
                 "--no-password",
                 "--file=" + file.path(),
                 "--output=/dev/null",
                 "--dbname=" + dbname_argument(target.name)};
    psql.inherit = {file.fd()};
    run_inside(target, std::move(psql), token);
}

void Schema::run_inside(Target const &target, ChildCommand program,
                        std::stop_token const &token) const {
    program.environment = target.settings.environment();
    program.unset = target.settings.environment_to_unset();
    // Each statement commits on its own: waiting for the disk each time would cost more than the
    // statements. A role may be read-only by default.
    if (!target.settings.through_pooler) {
        std::string &server = program.environment["PGOPTIONS"];
        server += std::string{server.empty() ? "" : " "} +
                  "-c synchronous_commit=off -c default_transaction_read_only=off " +
                  target.server_options;
    }
    program.on_stderr_line = [](std::string_view line) {
        log(LogLevel::info, "pg_restore: {}", line);
    };
    require_success(program, run_child(program, token));
}

} // namespace pgkeep
