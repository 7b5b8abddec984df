#include "restore/in_place.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/change_marks.hpp"
#include "pg/clean_database.hpp"
#include "pg/existing_objects.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/sqlstate.hpp"
#include "restore/existing_rows.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kListed = 10;
constexpr int kOutcomeAttempts = 50;
constexpr std::chrono::milliseconds kOutcomePause{200};

std::set<std::string> extension_names(Manifest const &manifest) {
    std::set<std::string> names;
    for (auto const &extension : manifest.extensions) {
        names.insert(extension.name);
    }
    return names;
}

// The first ones, joined by commas.
std::string listed(std::vector<std::string> const &objects) {
    std::string text;
    for (std::size_t i = 0; i < std::min(objects.size(), kListed); ++i) {
        text += (i == 0 ? "" : ", ") + objects[i];
    }
    return text + (objects.size() > kListed
                       ? " and " + std::to_string(objects.size() - kListed) + " more"
                       : "");
}

class InPlace {
public:
    InPlace(Sessions const &sessions, std::string database, Content &content,
            InPlaceOptions const &options, StepDone const &done, Progress &progress,
            std::stop_token token)
        : sessions_(sessions),
          database_(std::move(database)),
          content_(content),
          options_(options),
          done_(done),
          progress_(progress),
          token_(std::move(token)),
          connection_(sessions.inside(database_, "in place", token_)) {}

    InPlaceResult run() {
        try {
            begin();
            take_snapshot();
            fill();
            prove_it();
            if (options_.announce) {
                options_.announce(number_);
            }
        } catch (Error const &error) {
            undo(error);
        } catch (...) {
            roll_back();
            throw;
        }
        commit();
        return std::move(result_);
    }

private:
    void begin() {
        // A COMMIT that was answered must be on the disk, whatever the load may do before it.
        connection_.execute("RESET synchronous_commit;"
                            "SELECT pg_catalog.set_config('synchronous_commit', 'on', false)"
                            " WHERE pg_catalog.current_setting('synchronous_commit') = 'off'");
        // While we are silent (the safety snapshot, a block that is read) the server cannot see
        // that our machine is gone, and would keep everybody waiting for our locks for two hours.
        connection_.execute("SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10;"
                            "SET tcp_keepalives_count = 6");
        connection_.execute("BEGIN");
        set_lock_timeout();
        auto const &encoding = content_.manifest().database.encoding;
        if (!encoding.empty()) {
            connection_.execute("SET LOCAL client_encoding = " + quote_literal(encoding));
        }
        backend_ = connection_.backend_pid();
        number_ = transaction_number(connection_);
    }

    // The script of a schema switches it off.
    void set_lock_timeout() {
        connection_.execute("SET LOCAL lock_timeout = " +
                            std::to_string(options_.lock_timeout.count()));
    }

    void take_snapshot() {
        Manifest const &manifest = content_.manifest();
        if (!options_.clean && !options_.part.schema) {
            rows_.emplace(connection_, manifest, options_.part.existing_rows);
        }
        if (!options_.snapshot) {
            return;
        }
        if (options_.clean) {
            shut_out_writers();
        } else if (rows_) {
            rows_->shut_out_writers();
        }
        options_.snapshot();
    }

    void fill() {
        Manifest const &manifest = content_.manifest();
        if (options_.clean) {
            clean();
        }
        if (rows_) {
            rows_->before(options_.check, progress_);
        }
        invalid_before_ = find_invalid_objects(connection_);
        make_sequences_transactional(connection_, manifest.sequences);
        step(RestoreStep::created);
        content_.fill_in_transaction(connection_, progress_,
                                     [this](RestoreStep done) { step(done); });
        if (rows_) {
            rows_->after();
        }
    }

    void clean() {
        progress_.phase("clean", 0);
        lock_tables(connection_, list_lockable(connection_), "ACCESS EXCLUSIVE");
        auto const plan = removals();
        require_nothing_new(plan);
        clean_database(connection_, plan);
        std::vector<SchemaAndName> names;
        for (auto const &table : content_.manifest().tables) {
            names.emplace_back(table.schema, table.name);
        }
        for (auto const &[name, relation] : find_relations(connection_, names)) {
            empty_configuration_table(connection_, relation.oid);
        }
    }

    [[nodiscard]] CleanPlan removals() {
        return plan_clean(connection_, extension_names(content_.manifest()));
    }

    // A table that came while we waited for the others is locked as well, and one that comes later
    // is seen by the marks.
    void shut_out_writers() {
        std::vector<SchemaAndName> tables;
        do {
            tables = list_lockable(connection_);
            lock_tables(connection_, tables, kAgainstWriters);
            known_ = what_there_is(removals());
            marks_ = read_definition_marks(connection_);
        } while (list_lockable(connection_) != tables);
    }

    // Names for messages; the plan's do not say what is in a schema that goes as a whole.
    [[nodiscard]] std::set<std::string> what_there_is(CleanPlan const &plan) {
        std::set<std::string> objects;
        for (auto const &removal : plan.removals) {
            objects.insert(removal.object);
        }
        for (auto &name : list_definitions(connection_)) {
            objects.insert(std::move(name));
        }
        return objects;
    }

    // The locks keep rows as the snapshot has them, and cannot keep anybody from creating things.
    void require_nothing_new(CleanPlan const &plan) {
        if (!marks_) {
            return;
        }
        DefinitionMarks const now = read_definition_marks(connection_);
        if (now == *marks_) {
            return;
        }
        std::vector<std::string> created;
        for (auto const &object : what_there_is(plan)) {
            if (!known_.contains(object)) {
                created.push_back(object);
            }
        }
        std::string const what = !created.empty() ? "new in the database: " + listed(created)
                                 : now.objects != marks_->objects
                                     ? std::string{"definitions or large objects were changed"}
                                     : std::string{"sequences moved"};
        throw Error{ErrorKind::failed,
                    "others changed the database after its safety snapshot was begun, and that is "
                    "not in it: " +
                        what,
                    "Stop the application, and restore again."};
    }

    void step(RestoreStep step) {
        throw_if_cancelled(token_);
        done_(step);
        if (step != RestoreStep::proven) {
            set_lock_timeout();
        }
    }

    void prove_it() {
        Manifest const &expected = rows_ ? rows_->expected() : content_.manifest();
        result_.proof = prove_in_transaction(
            connection_, expected, options_.check, progress_,
            options_.clean ? ProofScope::database : ProofScope::part,
            [this](DifferenceList &list) { return content_.more_checks(list); });
        std::erase_if(result_.proof.invalid, [this](std::string const &sentence) {
            return std::find(invalid_before_.begin(), invalid_before_.end(), sentence) !=
                   invalid_before_.end();
        });
        require_proof(result_.proof, ""); // undo() says what holds
        step(RestoreStep::proven);
    }

    void roll_back() noexcept {
        try {
            if (connection_.usable() && !token_.stop_requested()) {
                connection_.execute("ROLLBACK");
            }
        } catch (std::exception const &error) { // the server does it when we are gone
            log(LogLevel::debug, "rolling back: {}", error.what());
        }
    }

    [[noreturn]] void undo(Error const &error) {
        roll_back();
        std::string text = error.what();
        std::string hint = error.hint();
        auto const *pg = dynamic_cast<PgError const *>(&error);
        if (pg != nullptr && pg->sqlstate() == sqlstate::kLockNotAvailable) {
            text = "others use the database, and a lock was not to be had in time: " +
                   blockers(pg->server_text());
            hint = "End these sessions, or wait until they are done, and restore again.";
        } else if (pg != nullptr && pg->sqlstate() == sqlstate::kInsufficientPrivilege &&
                   hint.empty()) {
            hint = "Restore as a role that may do this, or with --no-owner and --no-privileges.";
        }
        throw Error{error.kind(), text,
                    hint + (hint.empty() ? "" : " ") +
                        "Everything was rolled back: the database is as it was."};
    }

    // Who holds what now; the one that was waited for is most likely still among them.
    [[nodiscard]] std::string blockers(std::string const &otherwise) const {
        try {
            Connection connection = sessions_.inside(database_, "lock holders", token_);
            std::string text;
            for (auto const &holder : list_lock_holders(connection)) {
                text += (text.empty() ? "" : "; ") + holder;
            }
            return text.empty() ? otherwise : text;
        } catch (Error const &) {
            return otherwise;
        }
    }

    void commit() {
        try {
            connection_.execute("COMMIT");
        } catch (Error const &error) {
            settle(error);
        }
    }

    // The answer to COMMIT did not come, or it was no: the server knows which of the two states
    // holds.
    void settle(Error const &error) {
        switch (ask_for_outcome()) {
        case Outcome::committed:
            result_.warnings.push_back(std::string{"the connection was lost while the restore was "
                                                   "committed; the server says that it was: "} +
                                       error.what());
            return;
        case Outcome::aborted:
            undo(error);
        default:
            throw Error{error.kind(),
                        "it is not known whether the restore into \"" + printable(database_) +
                            "\" was committed: " + error.what(),
                        "It was either done whole or not at all. Ask the server, when it answers "
                        "again: SELECT pg_catalog.txid_status(" +
                            number_ + ");"};
        }
    }

    // The server process may still be at it, and would be for ever if it did not notice that we are
    // gone: it is ended half-way through the time.
    [[nodiscard]] Outcome ask_for_outcome() const {
        Outcome outcome = Outcome::unknown;
        try {
            auto const steady = sessions_.to_end_our_own();
            Connection &connection = steady->get();
            for (int attempt = 0; attempt < kOutcomeAttempts; ++attempt) {
                outcome = transaction_outcome(connection, number_);
                if (outcome != Outcome::in_progress) {
                    return outcome;
                }
                if (attempt == kOutcomeAttempts / 2) {
                    end_backend(connection, backend_, number_);
                }
                std::this_thread::sleep_for(kOutcomePause);
            }
        } catch (Error const &error) {
            log(LogLevel::debug, "asking for the outcome: {}", error.what());
        }
        return outcome;
    }

    Sessions const &sessions_;
    std::string database_;
    Content &content_;
    InPlaceOptions const &options_;
    StepDone const &done_;
    Progress &progress_;
    std::stop_token token_;
    Connection connection_;
    int backend_ = 0;
    std::string number_; // of the transaction
    std::optional<ExistingRowsLoad> rows_;
    std::set<std::string> known_;          // what there was to remove before the snapshot
    std::optional<DefinitionMarks> marks_; // of then
    std::vector<std::string> invalid_before_;
    InPlaceResult result_;
};

} // namespace

InPlaceResult restore_in_transaction(Sessions const &sessions, std::string const &database,
                                     Content &content, InPlaceOptions const &options,
                                     StepDone const &done, Progress &progress,
                                     std::stop_token const &token) {
    return InPlace{sessions, database, content, options, done, progress, token}.run();
}

} // namespace pgkeep
