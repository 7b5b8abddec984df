#include "restore/archive_content.hpp"

#include "base/error.hpp"
#include "base/folder.hpp"
#include "base/units.hpp"
#include "model/archive_name.hpp"
#include "model/sql_text.hpp"
#include "pg/extension_versions.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/in_place.hpp"
#include "restore/index_memory.hpp"
#include "restore/large_object_definitions.hpp"
#include "restore/part_check.hpp"
#include "restore/section_runner.hpp"
#include "restore/select.hpp"
#include "restore/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pgkeep {
namespace {

// The number in front of `15.14 (Debian …)`, 0 when there is none.
int major_of(std::string const &version) {
    int major = 0;
    for (char const c : version) {
        if (c < '0' || c > '9' || major > 1000) {
            break;
        }
        major = major * 10 + (c - '0');
    }
    return major;
}

std::string bare_version(int server_version) {
    return std::to_string(server_version / 10000) + "." + std::to_string(server_version % 10000);
}

// What was searched for by its time goes by its name.
void check_name(std::string const &path, Origin const &origin, bool chosen_by_time,
                Obstacles &obstacles) {
    std::vector<std::string> wrong;
    auto const name = parse_archive_name(name_of(path));
    if (name && origin.kind != ArchiveKind::globals && name->database != origin.database) {
        wrong.push_back("the archive is of database \"" + printable(origin.database) +
                        "\", and its name says \"" + printable(name->database) + "\"");
    }
    if (!origin.filters.empty()) {
        std::string text =
            "the archive is a part of database \"" + printable(origin.database) + "\", made with";
        for (std::string const &filter : origin.filters) {
            text += " " + printable(filter);
        }
        wrong.push_back(std::move(text));
    }
    for (std::string &text : wrong) {
        if (chosen_by_time) {
            obstacles.add(ErrorKind::failed, std::move(text),
                          "If that is meant, name the file with --backup-file; pgkeep-restore "
                          "--list shows which there are.");
        } else {
            obstacles.warnings.push_back(std::move(text));
        }
    }
}

void check_version(Obstacles &obstacles, int server, int archived) {
    if (server / 10000 < archived / 10000) {
        obstacles.add(ErrorKind::version,
                      "the server is PostgreSQL " + bare_version(server) +
                          ", older than the archive's " + bare_version(archived),
                      "Restore into a server of version " + std::to_string(archived / 10000) +
                          " or newer; older ones do not understand all of the schema.");
    }
}

void warn_of_other_versions(Connection &connection, std::vector<Extension> const &extensions,
                            Obstacles &obstacles) {
    for (auto const &other : list_other_versions(connection, extensions)) {
        if (!other.offered) {
            obstacles.warnings.push_back(
                "extension \"" + printable(other.wanted.name) + "\" will have version " +
                printable(other.default_version) + "; the archive's " +
                printable(other.wanted.version) + " is not offered by this server");
        }
    }
}

// The oldest pg_restore that is as new as the server and as the pg_dump that wrote the schema
// archive.
ProgramSet find_pg_restore(Obstacles &obstacles, Origin const &origin, int server_version,
                           std::string const &bindir) {
    int const server = server_version / 10000;
    try {
        return choose_programs(bindir, "pg_restore",
                               std::max(server, major_of(origin.pg_dump_version)));
    } catch (Error const &error) {
        obstacles.add(error);
        return {};
    }
}

// A foreign key is checked by one join of both tables. A hash table of keys that the processor's
// cache does not hold is slow; reading two indexes side by side takes a sixth of the time (pages
// are all-visible after the load, so the tables are not read). The planner sees that when hash
// tables get little memory and pages cost it more than rows. Where there is no index on the
// referencing side, it still takes a hash join, which is then no slower than one in memory.
constexpr std::string_view kForeignKeySettings =
    "-c maintenance_work_mem=8MB -c seq_page_cost=4 -c random_page_cost=4";

std::string index_memory(Connection &connection, WorkPlace const &place) {
    auto const server_setting =
        connection
            .query_row("SELECT "
                       "pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'"
                       "))")
            .unsigned_integer(0, 0);
    return maintenance_work_mem(memory_of_server_machine(place.sessions.settings()), place.jobs,
                                server_setting);
}

// What the archive says of the schema `public` is a difference.
void prepare_public(Connection &connection, RestoreOptions const &options, Origin const &origin) {
    if (options.part.is_whole() && !options.no_privileges) {
        expect_public_of(connection, major_of(origin.pg_dump_version));
    }
}

} // namespace

ArchiveContent::ArchiveContent(ByteSource const &source, RestoreOptions const &options,
                               std::stop_token token, Progress &progress)
    : options_(options),
      token_(std::move(token)),
      progress_(progress),
      path_(source.name()),
      archive_((require_archive(source), source)) {
    if (options.part.is_whole()) {
        require_sound(source, options.jobs, token_, progress);
    } else {
        require_readable(source, token_, progress);
    }
    whole_ = archive_.manifest();
    part_ = whole_;
    selection_ = select_all(whole_);
}

std::string ArchiveContent::description() const {
    return fmt::format("restore the archive of \"{}\", taken at {} UTC ({} local time) from "
                       "PostgreSQL {}",
                       printable(whole_.origin.database), format_utc(whole_.origin.snapshot_time),
                       format_local(whole_.origin.snapshot_time),
                       printable(whole_.origin.server_version));
}

std::optional<DatabaseProperties> ArchiveContent::properties() const {
    return whole_.database;
}

void ArchiveContent::look_ahead(Connection &connection, bool into_existing, Obstacles &obstacles) {
    check_name(path_, whole_.origin, options_.chosen_by_time, obstacles);
    check_version(obstacles, connection.server_version(), whole_.origin.server_version_num);
    bool const whole = options_.part.is_whole();
    if (whole && !(options_.no_owner && options_.no_privileges)) {
        obstacles.add_all(ErrorKind::not_found, missing_roles(connection, whole_.roles));
    }
    if (whole) {
        obstacles.add_all(ErrorKind::not_found, missing_extensions(connection, whole_.extensions));
        warn_of_other_versions(connection, whole_.extensions, obstacles);
    }
    programs_ =
        find_pg_restore(obstacles, whole_.origin, connection.server_version(), options_.bindir);
    if (programs_.bindir.empty()) {
        return;
    }
    schema_.emplace(programs_, archive_.schema_archive(), options_, token_);
    if (programs_.major > connection.server_version() / 10000) {
        schema_->for_older_server();
    }
    try {
        (void)schema_->list();
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::version) {
            throw;
        }
        obstacles.add(error);
        return;
    }
    select(into_existing);
    if (!options_.no_tablespaces) {
        obstacles.add_all(ErrorKind::not_found,
                          missing_tablespaces(connection, schema_->tablespaces()));
    }
}

void ArchiveContent::select(bool into_existing) {
    if (options_.part.is_whole()) {
        return;
    }
    selection_ = find_selection(options_.part, whole_, *schema_, into_existing);
    schema_->select(selection_.toc);
    part_ = selected_part(whole_, selection_);
    require_sound_part(archive_, whole_, selection_, options_.jobs, token_, progress_);
}

void ArchiveContent::fill(WorkPlace const &place, Progress &progress, StepDone const &done) {
    ConnectionSettings const &settings = place.sessions.settings();
    progress.phase("pre-data", 0);
    restore_pre_data(place);
    make_large_objects(place, archive_, whole_, selection_, options_);
    done(RestoreStep::pre_data);

    auto const built = load_data(place, archive_, whole_, selection_, early_work(place), progress);
    Connection connection = place.connect("restore");
    set_sequences(connection, part_.sequences);
    done(RestoreStep::loaded);

    progress.phase("post-data", 0);
    schema_->restore_post_data(settings, place.database, place.jobs,
                               index_memory(connection, place), built);
    done(RestoreStep::post_data);
}

EarlyWork ArchiveContent::early_work(WorkPlace const &place) const {
    return {plan_early_objects(schema_->list(), whole_, selection_),
            [this, &place](EarlyObject const &object, Worker const &worker) {
                std::string const options =
                    object.foreign_key
                        ? std::string{kForeignKeySettings}
                        : "-c maintenance_work_mem=" + index_memory(worker.connection, place);
                std::vector<int> ids{object.dump_id};
                ids.insert(ids.end(), object.remarks.begin(), object.remarks.end());
                schema_->restore_objects(place.sessions.settings(), place.database, ids, options,
                                         worker.token);
            }};
}

// Extensions get the archive's version where the server offers it.
void ArchiveContent::restore_pre_data(WorkPlace const &place) {
    ConnectionSettings const &settings = place.sessions.settings();
    std::vector<Extension> special;
    Connection connection = place.connect("extensions");
    for (auto const &other : list_other_versions(connection, whole_.extensions)) {
        if (other.offered && options_.part.is_whole()) {
            special.push_back(other.wanted);
        }
    }
    prepare_public(connection, options_, whole_.origin);
    if (special.empty()) {
        schema_->restore_pre_data(settings, place.database);
        return;
    }
    schema_->restore_pre_data(settings, place.database, [&] {
        for (auto const &extension : special) {
            create_extension(connection, extension);
        }
    });
}

// Schemas and extensions that are in the database already are not created again.
void ArchiveContent::leave_out_what_exists(Connection &connection) {
    auto const toc = schema_->list();
    auto const exist = entries_that_exist(connection, toc, whole_.roles, options_.part.is_whole());
    std::set<int> wanted;
    for (TocEntry const &entry : toc) {
        bool const selected = !selection_.toc || selection_.toc->contains(entry.dump_id);
        if (selected && !exist.contains(entry.dump_id)) {
            wanted.insert(entry.dump_id);
        }
    }
    schema_->select(wanted);
}

void ArchiveContent::fill_in_transaction(Connection &connection, Progress &progress,
                                         StepDone const &done) {
    leave_out_what_exists(connection);
    auto const run = [&](std::string const &section) {
        std::string script;
        schema_->write_script(section, [&](std::string_view piece) { script += piece; });
        run_section(connection, script);
    };
    progress.phase("pre-data", 0);
    prepare_public(connection, options_, whole_.origin);
    run("pre-data");
    make_large_objects_in_transaction(connection, archive_, whole_, selection_, options_, token_);
    done(RestoreStep::pre_data);

    load_data_in_transaction(connection, archive_, whole_, selection_, progress, token_);
    set_sequences(connection, part_.sequences);
    done(RestoreStep::loaded);

    progress.phase("post-data", 0);
    run("post-data");
    done(RestoreStep::post_data);
}

std::vector<DatabaseTask> ArchiveContent::more_checks(DifferenceList &list) const {
    return check_large_objects(archive_, whole_, selection_, options_, list);
}

std::optional<ObjectCounting>
ArchiveContent::object_counting(int server_version, std::vector<std::string> &warnings) const {
    if (!options_.part.is_whole()) {
        return std::nullopt;
    }
    std::string why_not;
    auto counting = plan_object_counting(whole_, options_, server_version, why_not);
    if (!why_not.empty()) {
        warnings.push_back(why_not);
    }
    return counting;
}

} // namespace pgkeep
