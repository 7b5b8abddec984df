#include "archive/check.hpp"
#include "archive/writer.hpp"
#include "backup/backup.hpp"
#include "backup/script.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "pg/backup_catalog.hpp"
#include "proc/child.hpp"
#include "proc/programs.hpp"
#include "repository/evidence.hpp"
#include "repository/lock.hpp"

#include <array>

namespace pgkeep {

namespace {

bool says_complete(std::string_view text) {
    constexpr std::string_view kClosing = "-- PostgreSQL database cluster dump complete";
    return text.substr(text.size() - std::min<std::size_t>(text.size(), 512)).find(kClosing) !=
           std::string_view::npos;
}

std::string dump_globals(ProgramSet const &programs, Connection const &connection,
                         bool with_passwords, std::stop_token const &token) {
    std::string text;
    ChildCommand dump;
    dump.argv = {programs.path("pg_dumpall"), "--globals-only", "--no-password",
                 // Its own choice, `postgres` or `template1`, may not accept connections.
                 "--database=" + connection.effective_settings().get("dbname")};
    if (!with_passwords) {
        dump.argv.emplace_back("--no-role-passwords");
    }
    dump.environment = connection.effective_settings().environment();
    dump.unset = connection.effective_settings().environment_to_unset();
    dump.on_stdout = [&](std::string_view piece) { text += piece; };
    require_success(dump, run_child(dump, token));
    if (!says_complete(text)) {
        throw Error{ErrorKind::failed,
                    "pg_dumpall ended without saying that its output is complete"};
    }
    return text;
}

Manifest describe(Connection &connection, ProgramSet const &programs) {
    Manifest manifest;
    Origin &origin = manifest.origin;
    origin.kind = ArchiveKind::globals;
    origin.database = connection.effective_settings().get("dbname");
    origin.snapshot_time = utc_now();
    origin.system_identifier = read_system_identifier(connection);
    origin.server_version = connection.parameter("server_version");
    origin.server_version_num = connection.server_version();
    origin.pg_dump_version = programs.version;
    origin.pgkeep_version = pgkeep_version();
    manifest.database = read_database_properties(connection);
    return manifest;
}

bool is_superuser(Connection const &connection) {
    return connection.parameter("is_superuser") == "on";
}

CheckReport require_sound(std::string const &path, std::stop_token const &token) {
    FileSource const file{path};
    NoProgress progress;
    auto report = check_archive(file, CheckLevel::checksum, 1, token, progress);
    if (!report.passed()) {
        throw Error{ErrorKind::damaged, "the globals do not read back as they were written: " +
                                            report.findings.front().text()};
    }
    return report;
}

std::string record(GlobalsReport const &report, Manifest const &manifest,
                   CheckReport const &checked) {
    Evidence evidence;
    evidence.time = utc_now();
    evidence.level = evidence_level::kChecksum;
    evidence.passed = true;
    evidence.version = pgkeep_version();
    evidence.system_identifier = manifest.origin.system_identifier;
    try {
        record_evidence(report.archive, checked.size, checked.footer.value(), evidence);
    } catch (Error const &error) {
        return error.what();
    }
    return {};
}

std::string publish(PublishedFile &file, std::string const &folder, Time time) {
    for (ArchiveName name{{}, time, ArchiveKind::globals};; name.time += std::chrono::seconds{1}) {
        try {
            file.commit(format_archive_name(name));
            return folder + "/" + format_archive_name(name);
        } catch (Error const &error) {
            if (error.kind() != ErrorKind::exists) {
                throw;
            }
        }
    }
}

} // namespace

GlobalsReport backup_globals(BackupOptions const &options, Repository const &repository,
                             std::stop_token const &token,
                             std::function<void(GlobalsReport const &)> const &follow_up) {
    ConnectPolicy policy = options.policy;
    policy.label = "globals";
    Connection connection{options.connection, policy, token};
    ProgramSet const programs =
        choose_programs(options.bindir, "pg_dumpall", connection.server_version() / 10000);
    GlobalsReport report;
    bool const with_passwords = is_superuser(connection);
    if (!with_passwords) {
        report.warnings.emplace_back(
            "globals were saved without role passwords, which only a superuser may read");
    }
    std::string const text = dump_globals(programs, connection, with_passwords, token);

    make_private_folder(repository.folder());
    RunLock const lock{repository.folder(), "backup of globals"};
    for (std::string const &name : repository.sweep({})) {
        log(LogLevel::info, "removed {}, which an interrupted run left behind", name);
    }
    PublishedFile file{repository.folder(), "globals"};
    file.give_to_owner_of_folder();
    ArchiveWriter writer{file, options.level};
    writer.text(format::BlockKind::other, text);
    Manifest const manifest = describe(connection, programs);
    writer.finish(manifest, {}, kClusterDumpEnding);
    file.sync();
    CheckReport const checked = require_sound(file.temporary_path(), token);
    report.size = file.size();
    report.archive = publish(file, repository.folder(), manifest.origin.snapshot_time);
    report.unrecorded = record(report, manifest, checked);
    if (follow_up) {
        follow_up(report);
    }
    return report;
}

} // namespace pgkeep
