#include "verify/drill.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "pg/drill_database.hpp"
#include "restore/hooks.hpp"
#include "verify/amcheck.hpp"
#include "verify/drill_outcome.hpp"
#include "verify/drill_server.hpp"
#include "verify/drill_subject.hpp"
#include "verify/schema_agreement.hpp"

#include <fmt/format.h>

#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace pgkeep {
namespace {

constexpr char const *kDatabase = "drill";

// One drill, in the order of its events. Each step returns false when the drill ends with it.
class Drill {
public:
    Drill(std::string const &path, DrillOptions const &options, unsigned jobs,
          std::vector<Assertion> const &assertions, std::stop_token token, Progress &progress)
        : path_(path),
          options_(options),
          jobs_(jobs),
          assertions_(assertions),
          token_(std::move(token)),
          progress_(progress) {}

    DrillReport run() {
        (void)(look() && start() && restore() && amcheck() && assert_all());
        return std::move(report_);
    }

private:
    // Runs `work`, and turns its failure into what it says about the archive or this machine.
    bool attempt(std::function<void()> const &work,
                 std::function<void(Error const &)> const &failed) {
        try {
            work();
            return true;
        } catch (Error const &error) {
            throw_if_cancelled(token_);
            if (error.kind() == ErrorKind::cancelled) {
                throw;
            }
            failed(error);
            return false;
        }
    }

    void add(std::vector<Finding> findings) {
        std::move(findings.begin(), findings.end(), std::back_inserter(report_.findings));
    }
    void note(std::string const &text) {
        if (!text.empty()) {
            report_.notes.push_back(text);
        }
    }

    bool look() {
        return attempt(
            [&] {
                subject_ = look_at_subject(path_, options_.bindir, token_);
                if (subject_.manifest) {
                    compare();
                }
            },
            [&](Error const &error) { did_not_start(error, "archive"); });
    }

    // What the schema archive is without the text's agreement, the restore will show.
    void compare() {
        FileSource const source{path_};
        ArchiveReader const archive{source};
        attempt(
            [&] {
                auto agreement =
                    compare_schemas(archive, *subject_.manifest, options_.bindir, token_);
                add(std::move(agreement.findings));
                note(agreement.note);
            },
            [&](Error const &error) {
                add({{std::nullopt, "schema", error.what()}});
            });
    }

    bool start() {
        progress_.phase("server", 0);
        return attempt(
            [&] {
                require_usable_environment();
                server_ = start_drill_server(subject_, options_, token_);
                settings_ = drill_connection(*server_);
                Connection connection = connect("postgres");
                int const major = connection.server_version() / 10000;
                if (subject_.server_major != 0 && major != subject_.server_major) {
                    note(fmt::format("the drill ran in PostgreSQL {}: {}, which the archive came "
                                     "from, is not installed",
                                     major, subject_.server_major));
                }
                if (subject_.manifest) {
                    create_drill_roles(connection, roles_of(*subject_.manifest));
                }
            },
            [&](Error const &error) { report_.untried = no_server(error); });
    }

    [[nodiscard]] std::string no_server(Error const &error) const {
        if (error.kind() == ErrorKind::version) {
            return fmt::format("a drill needs a server of version {} or newer, and none is "
                               "installed. Install the package postgresql-{}, or name the folder "
                               "of its programs with --bindir.",
                               subject_.server_major, subject_.server_major);
        }
        auto const why = why_untried(error, {});
        return why ? *why : *why_not_started(Error{ErrorKind::failed, error.what(), error.hint()});
    }

    bool restore() {
        std::optional<RestoreStep> done;
        RestoreHooks const hooks{[&](RestoreStep step, std::string const &) { done = step; }};
        return attempt(
            [&] {
                RestoreReport const restored =
                    restore_file_with_hooks(path_, restore_options(), token_, progress_, hooks);
                report_.notes.insert(report_.notes.end(), restored.warnings.begin(),
                                     restored.warnings.end());
            },
            [&](Error const &error) {
                std::string const step = name_of_step(done, !subject_.manifest);
                done ? failed(error, step) : did_not_start(error, step);
            });
    }

    [[nodiscard]] RestoreOptions restore_options() const {
        RestoreOptions restore;
        restore.connection = settings_;
        restore.policy.retries = 0;
        restore.bindir = options_.bindir;
        restore.jobs = jobs_;
        restore.target = kDatabase;
        restore.no_tablespaces = true;
        // Which roles a dump of others needs is not known before.
        restore.no_owner = !subject_.manifest;
        restore.no_privileges = !subject_.manifest;
        return restore;
    }

    bool amcheck() {
        if (!options_.amcheck) {
            return true;
        }
        progress_.phase("amcheck", 0);
        return attempt(
            [&] {
                auto checked = run_amcheck(server_->bindir(), settings_.with_database(kDatabase),
                                           jobs_, token_);
                add(std::move(checked.findings));
                note(checked.note);
            },
            [&](Error const &error) { failed(error, "amcheck"); });
    }

    bool assert_all() {
        if (assertions_.empty()) {
            return true;
        }
        progress_.phase("assertions", 0);
        return attempt(
            [&] {
                Connection connection = connect(kDatabase);
                add(check_assertions(connection, assertions_));
            },
            [&](Error const &error) { failed(error, "assertions"); });
    }

    [[nodiscard]] Connection connect(std::string const &database) const {
        ConnectPolicy policy;
        policy.label = "drill";
        policy.retries = 0;
        return Connection{settings_.with_database(database), policy, token_};
    }

    void did_not_start(Error const &error, std::string const &object) {
        if (auto const why = why_not_started(error)) {
            report_.untried = *why;
        } else {
            add(findings_of(error, object, {}));
        }
    }

    void failed(Error const &error, std::string const &object) {
        std::string const log_text = server_->log_text();
        ServerState const state{.last_error = last_server_error(log_text),
                                .disk_is_full = disk_is_full(*server_),
                                .was_shut_down = was_shut_down(log_text),
                                .roles_are_known = subject_.manifest.has_value()};
        if (auto const why = why_untried(error, state)) {
            report_.untried = *why;
        } else {
            add(findings_of(error, object, state));
        }
    }

    std::string const &path_;
    DrillOptions const &options_;
    unsigned jobs_;
    std::vector<Assertion> const &assertions_;
    std::stop_token token_;
    Progress &progress_;
    DrillSubject subject_;
    std::unique_ptr<ScratchServer> server_;
    ConnectionSettings settings_;
    DrillReport report_;
};

} // namespace

DrillReport run_drill(std::string const &path, DrillOptions const &options, unsigned jobs,
                      std::vector<Assertion> const &assertions, std::stop_token const &token,
                      Progress &progress) {
    return Drill{path, options, jobs, assertions, token, progress}.run();
}

} // namespace pgkeep
