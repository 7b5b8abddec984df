#include "restore/swap.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/database_properties.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/restore_swap.hpp"
#include "pg/sqlstate.hpp"
#include "restore/session_ender.hpp"
#include "restore/swap_doubt.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace pgkeep {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kAttempts = 5;
// What another attempt may not meet again: sessions that stayed, a lock that was held, a deadlock,
// a row of pg_database that somebody else changed (the server has no code of its own for that), and
// a name that was gone, about which the next attempt knows more.
constexpr auto kMayPass =
    std::to_array<std::string_view>({"55006", "55P03", "40P01", "XX000", "3D000"});

class Swap {
public:
    Swap(Sessions const &sessions, SwapPlan const &plan, SwapHooks const &hooks,
         std::stop_token const &token)
        : sessions_(sessions),
          plan_(plan),
          hooks_(hooks),
          token_(token),
          steady_(sessions.steady(kSwapLabel, token)),
          connection_(steady_->get()) {
        if (plan_.outgoing) {
            oids_.push_back(plan_.outgoing->oid);
            result_.old_name = plan_.outgoing->new_name;
        }
        oids_.push_back(plan_.incoming_oid);
    }

    SwapResult run() {
        auto const start = std::chrono::steady_clock::now();
        while (!attempt()) {
            if (result_.attempts == kAttempts) {
                throw in_the_way();
            }
            pause_for(hooks_.pause, token_);
            throw_if_cancelled(token_);
        }
        result_.duration =
            std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
        result_.ended_sessions = static_cast<unsigned>(ended_.size());
        see_to_rights();
        see_to_comments();
        log(LogLevel::info, "swapped the databases in {}", format_duration(result_.duration));
        return std::move(result_);
    }

private:
    // False when something is in the way that may pass.
    bool attempt() {
        ++result_.attempts;
        try {
            if (look_for_the_unmovable()) {
                return false;
            }
            transact();
            return true;
        } catch (PgError const &error) {
            roll_back();
            if (!connection_.usable()) {
                require_committed(sessions_, plan_, pid_, error);
                return true;
            }
            explain(error);
            return false;
        } catch (Error const &) {
            roll_back();
            throw;
        }
    }

    void transact() {
        auto const steady_helper = sessions_.steady("swap helper", token_);
        Connection &helper = steady_helper->get();
        silence_warnings(helper);
        pid_ = begin_swap(connection_, hooks_.lock_timeout);
        require_same_names();
        rename(helper);
        require_swapped();
        if (hooks_.before_commit) {
            hooks_.before_commit(connection_);
        }
        connection_.execute("COMMIT");
        if (hooks_.after_commit) {
            hooks_.after_commit(connection_);
        }
    }

    // Nobody comes in any more when this returns. After the commit there may be clients in the new
    // database, which the ender must not meet.
    void rename(Connection &helper) {
        SessionEnder const ender{helper, oids_, ended_};
        if (plan_.outgoing) {
            rename_in_transaction(connection_, plan_.target, plan_.outgoing->new_name);
        }
        take_over();
        comment();
        rename_in_transaction(connection_, plan_.incoming_name, plan_.target);
    }

    // The renamed database is locked: nobody changes any more what belongs to it, such as a right
    // that was revoked while the other one was loaded.
    void take_over() {
        result_.refused.clear();
        rights_ = plan_.rights;
        comment_ = plan_.comment;
        mark_ = plan_.outgoing ? plan_.outgoing->mark : std::string{};
        if (plan_.outgoing && plan_.seen) {
            auto const now = read_database_properties(connection_, plan_.outgoing->oid);
            if (now != *plan_.seen) {
                log(LogLevel::info, "the properties of the database changed meanwhile");
                add_refused(
                    renew_database_settings(connection_, plan_.incoming_name, *plan_.seen, now));
                rights_ = now;
                comment_ = now.comment;
                mark_ = plan_.outgoing->plain_mark + (comment_ ? "\n" + *comment_ : "");
            }
            add_refused(
                copy_database_labels(connection_, plan_.outgoing->oid, plan_.incoming_name));
        }
        // Last: with the owner, the right to change the rest may go.
        rights_refused_ = rights_
                              ? apply_database_rights(connection_, plan_.incoming_name, *rights_)
                              : std::vector<std::string>{};
    }

    void add_refused(std::vector<std::string> const &sentences) {
        result_.refused.insert(result_.refused.end(), sentences.begin(), sentences.end());
    }

    // A connection that is lost here is no longer usable(), and the server rolls back by itself.
    void roll_back() noexcept {
        try {
            if (connection_.usable() && connection_.in_transaction()) {
                connection_.execute("ROLLBACK");
            }
        } catch (std::exception const &error) {
            log(LogLevel::debug, "rolling back the swap: {}", error.what());
        }
    }

    void require_same_names() {
        if (plan_.outgoing && database_name(connection_, plan_.outgoing->oid) != plan_.target) {
            throw target_changed();
        }
        if (database_name(connection_, plan_.incoming_oid) != plan_.incoming_name) {
            throw Error{ErrorKind::failed,
                        "database " + quoted_name(plan_.incoming_name) +
                            " was renamed or dropped meanwhile, so " + nothing_changed(plan_),
                        "Somebody else works on this server; agree with them and start again."};
        }
    }

    [[nodiscard]] Error target_changed() {
        auto const name_now = database_name(connection_, plan_.outgoing->oid);
        std::string const what_happened =
            find_database(connection_, plan_.target) ? "was replaced by another database meanwhile"
            : name_now ? "was renamed to " + quoted_name(*name_now) + " meanwhile"
                       : std::string{"was dropped meanwhile"};
        return {ErrorKind::exists,
                "database " + quoted_name(plan_.target) + " " + what_happened +
                    ", so nothing was put in its place",
                "Somebody else works on this server; agree with them and start again."};
    }

    // What was renamed is locked until the commit, so now it is certain that it was the right one.
    void require_swapped() {
        bool const right = database_name(connection_, plan_.incoming_oid) == plan_.target &&
                           (!plan_.outgoing || database_name(connection_, plan_.outgoing->oid) ==
                                                   plan_.outgoing->new_name);
        if (!right) {
            throw Error{ErrorKind::exists,
                        "the names of the databases changed in the moment of the swap, so " +
                            nothing_changed(plan_),
                        "Somebody else works on this server; agree with them and start again."};
        }
    }

    void comment() {
        comment_given_ = comment_on_database(connection_, plan_.incoming_name, comment_);
        if (!comment_given_) {
            // At least it must not go on saying that it is incomplete.
            require_comment(plan_.incoming_name, std::nullopt);
        }
        mark_is_plain_ =
            plan_.outgoing && !comment_on_database(connection_, plan_.outgoing->new_name, mark_);
        if (mark_is_plain_) {
            require_comment(plan_.outgoing->new_name, plan_.outgoing->plain_mark);
        }
    }

    void require_comment(std::string const &database, std::optional<std::string> const &comment) {
        if (!comment_on_database(connection_, database, comment)) {
            throw Error{ErrorKind::failed,
                        "the comment of database " + quoted_name(database) +
                            " cannot be changed, so " + nothing_changed(plan_),
                        "The server's log says why."};
        }
    }

    // Sessions that may not be ended and prepared transactions: as long as there is one the rename
    // cannot succeed, and nobody else needs to be disturbed. Nor with what came since preflight and
    // cannot follow the new content: slots and subscriptions, which also forbid to drop the old
    // one.
    bool look_for_the_unmovable() {
        obstacles_.clear();
        rights_missing_ = false;
        for (auto const &session : list_sessions(connection_, oids_)) {
            if (!session.may_end) {
                obstacles_.push_back(describe_session(session) +
                                     " is connected, and this role may not end it");
                rights_missing_ = true;
            }
        }
        for (auto const oid : oids_) {
            for (auto const &gid : list_prepared_transactions(connection_, oid)) {
                obstacles_.push_back("transaction " + quoted_name(gid) + " is prepared in it");
            }
        }
        if (plan_.outgoing) {
            look_for_replication(plan_.outgoing->oid);
        }
        return !obstacles_.empty();
    }

    void look_for_replication(std::uint32_t oid) {
        for (auto const &slot : list_replication_slots(connection_, oid)) {
            obstacles_.push_back("it has the logical replication slot " + quoted_name(slot));
        }
        for (auto const &subscription : list_subscriptions(connection_, oid)) {
            obstacles_.push_back("it has the subscription " + quoted_name(subscription));
        }
    }

    // Keeps what is in the way for the last attempt, or throws what no other attempt would change.
    void explain(PgError const &error) {
        if (error.sqlstate() == sqlstate::kDuplicateDatabase) {
            bool const old_name_taken =
                plan_.outgoing && find_database(connection_, plan_.outgoing->new_name);
            throw Error{
                ErrorKind::exists,
                "database " +
                    quoted_name(old_name_taken ? plan_.outgoing->new_name : plan_.target) +
                    " exists, so " + nothing_changed(plan_),
                "Somebody created it meanwhile; start again, or choose another name with --into."};
        }
        if (std::ranges::find(kMayPass, error.sqlstate()) == kMayPass.end()) {
            throw PgError{error.kind(), nothing_changed(plan_) + ": " + error.what(), error.hint(),
                          error.sqlstate(), error.server_text()};
        }
        if (!look_for_the_unmovable()) {
            for (auto const &holder : list_lock_holders(connection_, oids_)) {
                obstacles_.push_back(describe_session(holder) + " holds a lock on it");
            }
            for (auto const &session : list_sessions(connection_, oids_)) {
                obstacles_.push_back(describe_session(session) + " does not go or comes back");
            }
        }
        obstacles_.push_back("the server says: " + error.server_text());
    }

    [[nodiscard]] Error in_the_way() const {
        std::string text;
        for (auto const &obstacle : obstacles_) {
            text += (text.empty() ? ": " : "; ") + obstacle;
        }
        return {rights_missing_ ? ErrorKind::privilege : ErrorKind::failed,
                nothing_changed(plan_) + ", because it stayed in use through " +
                    std::to_string(kAttempts) + " attempts" + text,
                rights_missing_
                    ? "Have these sessions closed, or let a superuser run the restore; GRANT "
                      "pg_signal_backend is enough for sessions of ordinary roles."
                    : "Close these sessions, finish these transactions (COMMIT PREPARED or "
                      "ROLLBACK PREPARED), drop these slots and subscriptions, and start again."};
    }

    // As comment_from_inside(): the name of a role may be text in the new database only.
    void see_to_rights() {
        if (!rights_refused_.empty()) {
            try {
                auto const inside = sessions_.for_clean_up_inside(plan_.target);
                inside->get().execute("BEGIN");
                auto refused = apply_database_rights(inside->get(), plan_.target, *rights_);
                inside->get().execute("COMMIT");
                rights_refused_ = std::move(refused);
            } catch (std::exception const &error) {
                log(LogLevel::debug, "rights: {}", error.what());
            }
        }
        add_refused(rights_refused_);
    }

    void see_to_comments() {
        if (!comment_given_ && !comment_from_inside()) {
            result_.warnings.push_back("the comment of database " + quoted_name(plan_.target) +
                                       " could not be given to its successor");
        }
        if (mark_is_plain_) {
            result_.warnings.push_back("the comment of the old database, now " +
                                       quoted_name(plan_.outgoing->new_name) +
                                       ", could not be kept beside its mark");
        }
    }

    // The maintenance database has another encoding than the comment; the new database itself may
    // have the right one.
    [[nodiscard]] bool comment_from_inside() const noexcept {
        try {
            auto const inside = sessions_.for_clean_up_inside(plan_.target);
            return comment_on_database(inside->get(), plan_.target, comment_);
        } catch (std::exception const &error) {
            log(LogLevel::debug, "comment: {}", error.what());
            return false;
        }
    }

    Sessions const &sessions_;
    SwapPlan const &plan_;
    SwapHooks const &hooks_;
    std::stop_token token_;
    std::unique_ptr<SteadyConnection> steady_;
    Connection &connection_;
    DatabaseOids oids_;
    std::string pid_; // of the transaction's server process
    std::set<std::string> ended_;
    std::vector<std::string> obstacles_; // of the last attempt
    bool rights_missing_ = false;
    std::optional<DatabaseProperties> rights_; // that the incoming one gets
    std::vector<std::string> rights_refused_;
    std::optional<std::string> comment_; // that it gets
    std::string mark_;                   // that the outgoing one gets
    bool comment_given_ = true;
    bool mark_is_plain_ = false;
    SwapResult result_;
};

} // namespace

SwapResult swap_databases(Sessions const &sessions, SwapPlan const &plan, SwapHooks const &hooks,
                          std::stop_token const &token) {
    return Swap{sessions, plan, hooks, token}.run();
}

std::string drop_replaced(Sessions const &sessions, std::string const &old_name,
                          std::uint32_t oid) {
    try {
        std::optional<std::string> name;
        sessions.clean_up([&](Connection &connection) {
            name = database_name(connection, oid);
            if (name == old_name) {
                drop_database(connection, old_name);
                log(LogLevel::info, "dropped the replaced database {}", quoted_name(old_name));
            }
        });
        return name && *name != old_name ? "the replaced database is called " + quoted_name(*name) +
                                               " by now and was not dropped"
                                         : std::string{};
    } catch (std::exception const &error) {
        return "the replaced database " + quoted_name(old_name) + " is left on the server (" +
               error.what() + "); remove it with: DROP DATABASE IF EXISTS " +
               printable(quote_identifier(old_name)) + ";";
    }
}

} // namespace pgkeep
