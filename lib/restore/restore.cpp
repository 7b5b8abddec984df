#include "restore/restore.hpp"

#include "archive/reader.hpp"
#include "base/cancel.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/database_properties.hpp"
#include "pg/restore_catalog.hpp"
#include "restore/hooks.hpp"
#include "restore/index_memory.hpp"
#include "restore/load.hpp"
#include "restore/plan.hpp"
#include "restore/preflight.hpp"
#include "restore/proof.hpp"
#include "restore/sessions.hpp"
#include "restore/source.hpp"
#include "restore/staging.hpp"

#include <utility>

namespace pgkeep {
namespace {

class Stopwatch {
public:
    [[nodiscard]] std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - start_);
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The archive's properties, as far as the options want them.
DatabaseProperties wanted_properties(DatabaseProperties properties, RestoreOptions const &options) {
    if (options.no_owner) {
        properties.owner.clear();
    }
    if (options.no_privileges) {
        properties.acl.reset();
    }
    if (options.no_tablespaces) {
        properties.tablespace.clear();
    }
    return properties;
}

class Restore {
public:
    Restore(ByteSource const &source, RestoreOptions const &options, std::stop_token token,
            Progress &progress, RestoreHooks const &hooks)
        : options_(options),
          token_(std::move(token)),
          progress_(progress),
          hooks_(hooks),
          archive_((require_archive(source), source)),
          manifest_(archive_.manifest()),
          properties_(wanted_properties(manifest_.database, options)) {}

    RestoreReport run() {
        report_.target = options_.target;
        Sessions const sessions{options_, token_};
        Preflight const preflight = look_ahead(sessions);
        if (!options_.dry_run) {
            restore_by_staging(sessions, *preflight.schema);
        }
        report_.manifest = std::move(manifest_);
        return std::move(report_);
    }

private:
    Preflight look_ahead(Sessions const &sessions) {
        Connection connection = sessions.maintenance("preflight", token_);
        Preflight preflight =
            require_preflight(connection, manifest_, archive_.schema_archive(), options_, token_);
        report_.warnings = preflight.warnings;
        report_.plan = describe_plan(manifest_, options_, staging_name(options_.target, utc_now()),
                                     preflight.programs.version);
        done(RestoreStep::preflight, "");
        return preflight;
    }

    // Whatever happens before publish() returns, the staging database goes, and the error says so
    // if it could not.
    void restore_by_staging(Sessions const &sessions, Schema const &schema) {
        throw_if_cancelled(token_);
        Staging staging{sessions, options_.target, utc_now()};
        try {
            fill(staging, sessions, schema);
            throw_if_cancelled(token_);
            staging.publish();
        } catch (Error const &error) {
            std::string const left = staging.drop();
            if (left.empty()) {
                throw;
            }
            throw Error{error.kind(), std::string{error.what()} + "; " + left, error.hint()};
        }
    }

    void fill(Staging &staging, Sessions const &sessions, Schema const &schema) {
        WorkPlace const place{sessions, staging.name(), options_.jobs, token_};
        Stopwatch const loading;
        staging.create(properties_);
        done(RestoreStep::created, staging.name());

        progress_.phase("pre-data", 0);
        schema.restore_pre_data(sessions.settings(), staging.name());
        done(RestoreStep::pre_data, staging.name());

        load_data(place, archive_, manifest_, progress_);
        Connection connection = sessions.inside(staging.name(), "restore", token_);
        set_sequences(connection, manifest_.sequences);
        done(RestoreStep::loaded, staging.name());

        progress_.phase("post-data", 0);
        schema.restore_post_data(sessions.settings(), staging.name(), options_.jobs,
                                 index_memory(connection, sessions));
        done(RestoreStep::post_data, staging.name());
        report_.load_duration = loading.elapsed();

        check(place);
        done(RestoreStep::proven, staging.name());

        auto const refused = apply_database_properties(connection, staging.name(), properties_);
        warn(refused);
        done(RestoreStep::properties, staging.name());
    }

    void check(WorkPlace const &place) {
        Stopwatch const watch;
        std::string why_not;
        auto const counting =
            plan_object_counting(manifest_, options_, place.sessions.server_version(), why_not);
        if (!why_not.empty() && options_.check != RestoreCheck::none) {
            report_.warnings.push_back(why_not);
        }
        Proof proof = prove(place, manifest_, options_.check, counting, progress_);
        require_proof(proof);
        warn(proof.warnings);
        report_.found = std::move(proof.found);
        report_.proven = options_.check == RestoreCheck::content;
        report_.proof_duration = watch.elapsed();
    }

    [[nodiscard]] std::string index_memory(Connection &connection, Sessions const &sessions) const {
        auto const server_setting =
            connection
                .query_row(
                    "SELECT "
                    "pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))")
                .unsigned_integer(0, 0);
        return maintenance_work_mem(memory_of_server_machine(sessions.settings()), options_.jobs,
                                    server_setting);
    }

    void warn(std::vector<std::string> const &warnings) {
        report_.warnings.insert(report_.warnings.end(), warnings.begin(), warnings.end());
    }

    void done(RestoreStep step, std::string const &staging) {
        throw_if_cancelled(token_);
        if (hooks_.after) {
            hooks_.after(step, staging);
        }
    }

    RestoreOptions const &options_;
    std::stop_token token_;
    Progress &progress_;
    RestoreHooks const &hooks_;
    ArchiveReader archive_;
    Manifest manifest_;
    DatabaseProperties properties_;
    RestoreReport report_;
};

} // namespace

RestoreReport restore_archive_with_hooks(ByteSource const &archive, RestoreOptions const &options,
                                         std::stop_token const &token, Progress &progress,
                                         RestoreHooks const &hooks) {
    Stopwatch const watch;
    require_usable_name(options.target);
    require_archive(archive);
    require_sound(archive, options.jobs, token, progress);
    RestoreReport report = Restore{archive, options, token, progress, hooks}.run();
    report.duration = watch.elapsed();
    return report;
}

RestoreReport restore_archive(ByteSource const &archive, RestoreOptions const &options,
                              std::stop_token const &token, Progress &progress) {
    return restore_archive_with_hooks(archive, options, token, progress, {});
}

} // namespace pgkeep
