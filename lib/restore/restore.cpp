#include "restore/restore.hpp"

#include "base/cancel.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/database_properties.hpp"
#include "pg/restore_catalog.hpp"
#include "repository/replacements.hpp"
#include "restore/archive_content.hpp"
#include "restore/hooks.hpp"
#include "restore/in_place.hpp"
#include "restore/kept.hpp"
#include "restore/late_changes.hpp"
#include "restore/plan.hpp"
#include "restore/preflight.hpp"
#include "restore/proof.hpp"
#include "restore/safety.hpp"
#include "restore/script_content.hpp"
#include "restore/sessions.hpp"
#include "restore/staging.hpp"
#include "restore/swap.hpp"
#include "restore/target.hpp"

#include <memory>
#include <numeric>
#include <optional>
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

// The content's properties, as far as the options want them.
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

std::uint64_t text_size(Manifest const &manifest) {
    return std::accumulate(
        manifest.tables.begin(), manifest.tables.end(), manifest.large_objects.proof.bytes,
        [](std::uint64_t sum, TableEntry const &table) { return sum + table.proof.bytes; });
}

RestoreWay way_of(std::optional<Target> const &target, RestoreOptions const &options) {
    if (!target) {
        return RestoreWay::create;
    }
    bool const inside = options.existing == ExistingDatabase::in_place || !options.part.is_whole();
    return inside ? RestoreWay::inside : RestoreWay::replace;
}

// One restore, in the order of its events.
class Restore {
public:
    Restore(Content &content, RestoreOptions const &options, std::stop_token token,
            Progress &progress, RestoreHooks const &hooks)
        : content_(content),
          options_(options),
          token_(std::move(token)),
          progress_(progress),
          hooks_(hooks),
          check_(std::max(options.check, content.deepest_check())), // none is the last
          sessions_(options, token_) {}

    RestoreReport run() {
        if (!options_.dry_run) {
            claim_.emplace(claim_target(sessions_, options_.target, token_));
        }
        report_.target = options_.target;
        report_.check = check_;
        look_ahead();
        report_.manifest = content_.manifest();
        if (options_.dry_run) {
            return std::move(report_);
        }
        if (target_ && options_.confirm) {
            options_.confirm(report_.plan);
        }
        if (way_ == RestoreWay::inside) {
            restore_inside();
        } else {
            take_snapshot();
            restore_by_staging();
        }
        return std::move(report_);
    }

private:
    void look_ahead() {
        target_ = find_target(sessions_, options_.target, token_);
        way_ = way_of(target_, options_);
        properties_ =
            way_ == RestoreWay::create
                ? wanted_properties(content_.properties().value_or(DatabaseProperties{}), options_)
                : target_->properties;
        Connection connection = sessions_.maintenance("preflight", token_);
        refuse_standby(connection);
        Obstacles obstacles;
        add_target_obstacles(target_, options_, obstacles);
        add_cluster_obstacles(target_, content_.manifest(), options_, obstacles);
        content_.look_ahead(connection, way_ == RestoreWay::inside, obstacles);
        add_way_obstacles(connection, obstacles);
        add_room_obstacles(connection, text_size(content_.manifest()), obstacles);
        warn_of_left_overs(connection, options_.target, obstacles);
        if (!obstacles.list.empty()) {
            throw combined_error(obstacles.list);
        }
        warn(obstacles.warnings);
        if (target_ && options_.part.is_whole() && content_.manifest().tables.empty()) {
            report_.warnings.push_back("the archive holds the rows of no table");
        }
        describe();
        done(RestoreStep::preflight);
    }

    void add_way_obstacles(Connection &connection, Obstacles &obstacles) {
        if (way_ == RestoreWay::inside) {
            Connection inside = sessions_.inside(options_.target, "preflight", token_);
            if (options_.part.is_whole()) {
                add_in_place_obstacles(inside, content_.manifest(), obstacles);
            } else {
                add_part_obstacles(inside, content_.manifest(), options_.part, obstacles);
            }
            return;
        }
        add_creating_obstacles(connection, properties_, obstacles);
        if (way_ == RestoreWay::replace) {
            add_replacing_obstacles(sessions_, *target_, obstacles, token_);
            Connection inside = sessions_.inside(options_.target, "preflight", token_);
            add_encoding_obstacle(inside, content_.manifest().database.encoding, true, obstacles);
        }
    }

    void describe() {
        Time const now = utc_now();
        report_.plan = describe_plan(
            {way_, content_.description(), content_.manifest(), staging_name(options_.target, now),
             old_name_for(options_.target, now), target_, properties_, check_},
            options_);
    }

    void take_snapshot() {
        if (way_ == RestoreWay::replace) {
            Connection inside = sessions_.inside(options_.target, "preflight", token_);
            marks_before_ = read_change_marks(inside);
        }
        if (target_ && options_.safety_snapshot) {
            report_.safety_snapshot = take_safety_snapshot(sessions_, options_, token_, progress_);
            done(RestoreStep::safety);
        }
    }

    // What --undo must know, before anything is replaced.
    void announce(std::uint32_t old_database, std::string const &transaction) {
        std::string const &snapshot = report_.safety_snapshot;
        replacement_ = {utc_now(), target_->system_identifier,
                        snapshot.substr(snapshot.rfind('/') + 1), old_database, transaction};
        try {
            announce_replacement(options_.repository, options_.target, replacement_);
        } catch (Error const &error) {
            if (options_.safety_snapshot) {
                throw error.within("--undo could not know of this restore");
            }
            no_way_back(error);
        }
    }

    // The restore has succeeded: what goes wrong here does not undo it.
    void record() {
        try {
            record_replacement(options_.repository, options_.target, replacement_);
        } catch (Error const &error) {
            no_way_back(error);
        }
    }

    void no_way_back(Error const &error) {
        report_.attention = true;
        report_.warnings.push_back(std::string{"--undo may not know of this restore: "} +
                                   error.what());
    }

    void restore_inside() {
        Stopwatch watch;
        InPlaceOptions in_place{options_.part.is_whole(), options_.part, check_};
        in_place.snapshot = [&] {
            take_snapshot();
            watch = {};
        };
        in_place.announce = [this](std::string const &transaction) { announce(0, transaction); };
        auto result = restore_in_transaction(
            sessions_, options_.target, content_, in_place,
            [this](RestoreStep step) { done(step, options_.target); }, progress_, token_);
        record();
        report_.load_duration = watch.elapsed();
        take(std::move(result.proof));
        warn(result.warnings);
    }

    // Whatever happens before the name changes hands, the staging database goes, and the error
    // says so if it could not.
    void restore_by_staging() {
        throw_if_cancelled(token_);
        Staging staging{sessions_, options_.target, utc_now(), token_};
        try {
            fill(staging);
            throw_if_cancelled(token_);
            publish(staging);
        } catch (Error const &error) {
            std::string const left = staging.drop();
            if (left.empty() && !error.hint().empty()) {
                throw;
            }
            throw Error{error.kind(), std::string{error.what()} + (left.empty() ? "" : "; " + left),
                        error.hint().empty() ? "Nothing else was changed on the server."
                                             : error.hint()};
        }
        if (way_ == RestoreWay::replace) {
            put_away_old();
        }
    }

    void fill(Staging &staging) {
        staging_ = staging.name();
        WorkPlace const place{sessions_, staging.name(), options_.jobs, token_,
                              content_.manifest().database.encoding};
        Stopwatch const loading;
        staging.create(properties_);
        done(RestoreStep::created, staging.name());
        content_.fill(place, progress_, [this](RestoreStep step) { done(step, staging_); });
        report_.load_duration = loading.elapsed();

        staging.clear_out(token_);
        Stopwatch const proving;
        auto const counting =
            check_ == RestoreCheck::none
                ? std::nullopt
                : content_.object_counting(sessions_.server_version(), report_.warnings);
        Proof proof = prove(place, content_.manifest(), check_, counting, progress_,
                            [this](DifferenceList &list) { return content_.more_checks(list); });
        require_proof(proof);
        take(std::move(proof));
        report_.proof_duration = proving.elapsed();
        done(RestoreStep::proven, staging.name());

        Connection connection = sessions_.inside(staging.name(), "restore", token_);
        if (options_.part.data) {
            warn(find_lagging_sequences(connection));
        }
        draw_attention(
            apply_database_properties(connection, staging.name(), staging.marked(properties_)));
        done(RestoreStep::properties, staging.name());
    }

    void publish(Staging &staging) {
        if (way_ == RestoreWay::replace) {
            announce(target_->oid, {});
        }
        SwapResult const swap =
            way_ == RestoreWay::create
                ? staging.publish(properties_)
                : staging.replace(*target_, free_old_name(*claim_, options_.target, utc_now()),
                                  options_.keep_old, {}, token_);
        if (way_ == RestoreWay::replace) {
            report_.swap_duration = swap.duration;
        }
        report_.old_database = swap.old_name;
        warn(swap.warnings);
        draw_attention(swap.refused);
    }

    // What the target had is at least in the old database.
    void draw_attention(std::vector<std::string> const &refused) {
        report_.attention = report_.attention || (target_ && !refused.empty());
        warn(refused);
    }

    void put_away_old() {
        record();
        done(RestoreStep::swapped, options_.target);
        look_for_late_changes();
        if (options_.keep_old) {
            return;
        }
        if (report_.attention) {
            report_.warnings.push_back("so the old database was not dropped: it is \"" +
                                       printable(report_.old_database) + "\"");
            return;
        }
        if (auto const left = drop_replaced(sessions_, report_.old_database, target_->oid);
            left.empty()) {
            report_.old_database.clear();
        } else {
            draw_attention({left});
        }
    }

    void look_for_late_changes() {
        if (!marks_before_) {
            return;
        }
        std::string found;
        try {
            auto const old = sessions_.for_clean_up_inside(report_.old_database);
            found = find_late_changes(*marks_before_, old->get(), options_.target);
        } catch (Error const &error) {
            found = unknown_late_changes(options_.target, error.what());
        }
        if (!found.empty()) {
            draw_attention({std::move(found)});
        }
    }

    void take(Proof proof) {
        warn(proof.warnings);
        report_.found = std::move(proof.found);
        report_.proven = check_ == RestoreCheck::content;
    }

    void warn(std::vector<std::string> const &warnings) {
        report_.warnings.insert(report_.warnings.end(), warnings.begin(), warnings.end());
    }

    // A signal after the swap comes too late to change anything.
    void done(RestoreStep step, std::string const &database = {}) {
        if (step != RestoreStep::swapped) {
            throw_if_cancelled(token_);
        }
        if (hooks_.after) {
            hooks_.after(step, database);
        }
    }

    Content &content_;
    RestoreOptions const &options_;
    std::stop_token token_;
    Progress &progress_;
    RestoreHooks const &hooks_;
    RestoreCheck check_;
    Sessions sessions_;
    std::optional<Connection> claim_; // keeps other restores away from the target
    std::optional<Target> target_;
    RestoreWay way_ = RestoreWay::create;
    DatabaseProperties properties_; // of the new database
    std::string staging_;
    Replacement replacement_;                 // as it was announced
    std::optional<ChangeMarks> marks_before_; // of the target, before the snapshot
    RestoreReport report_;
};

} // namespace

RestoreReport restore_file_with_hooks(std::string const &path, RestoreOptions const &options,
                                      std::stop_token const &token, Progress &progress,
                                      RestoreHooks const &hooks) {
    Stopwatch const watch;
    require_usable_name(options.target);
    std::optional<FileSource> source;
    std::unique_ptr<Content> content;
    if (is_foreign(path)) {
        content = std::make_unique<ScriptContent>(path, options, token, progress);
    } else {
        source.emplace(path);
        content = std::make_unique<ArchiveContent>(*source, options, token, progress);
    }
    RestoreReport report = Restore{*content, options, token, progress, hooks}.run();
    report.archive = path;
    report.duration = watch.elapsed();
    return report;
}

RestoreReport restore_file(std::string const &path, RestoreOptions const &options,
                           std::stop_token const &token, Progress &progress) {
    return restore_file_with_hooks(path, options, token, progress, {});
}

} // namespace pgkeep
