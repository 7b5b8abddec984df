#include "restore/staging.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"
#include "pg/restore_swap.hpp"
#include "pg/sqlstate.hpp"
#include "restore/kept.hpp"

#include <exception>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kLongestName = 63; // NAMEDATALEN - 1
constexpr std::chrono::seconds kClearOut{10};
constexpr std::chrono::milliseconds kLookAgain{50};

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string with_suffix(std::string const &target, std::string const &suffix) {
    std::size_t kept = std::min(target.size(), kLongestName - suffix.size());
    while (kept > 0 && kept < target.size() && continues_character(target[kept])) {
        --kept;
    }
    return target.substr(0, kept) + suffix;
}

} // namespace

std::string staging_name(std::string const &target, Time time) {
    return with_suffix(target, "__restore_" + format_stamp(time));
}

std::string old_name_for(std::string const &target, Time time) {
    return with_suffix(target, "__before_" + format_stamp(time));
}

// What is half-done when the token fires is dropped by another connection: this one may hang on a
// dead network.
Staging::Staging(Sessions const &sessions, std::string target, Time now,
                 std::stop_token const &token)
    : sessions_(sessions),
      target_(std::move(target)),
      keeper_(sessions.maintenance("staging", token)) {
    // A second restore of the same name in the same second takes the next one; so does one of
    // another database whose long name begins like it.
    name_ = staging_name(target_, now);
    while (find_database(*keeper_, name_) || !claim_staging_name(*keeper_, name_)) {
        now += std::chrono::seconds{1};
        name_ = staging_name(target_, now);
    }
}

Staging::~Staging() {
    if (std::string const left = drop(); !left.empty()) {
        log(LogLevel::error, "{}", left);
    }
}

void Staging::create(DatabaseProperties const &properties) {
    exists_ = true;
    try {
        create_staging_database(*keeper_, name_, properties, mark());
    } catch (PgError const &error) {
        // Somebody else took the name in this moment: theirs is not to be dropped.
        exists_ = exists_ && error.sqlstate() != sqlstate::kDuplicateDatabase;
        throw;
    }
    oid_ = find_database(*keeper_, name_);
    log(LogLevel::info, "created staging database \"{}\"", printable(name_));
}

DatabaseProperties Staging::marked(DatabaseProperties properties) const {
    properties.comment = mark();
    return properties;
}

std::string Staging::mark() const {
    return std::string{kStagingMark} + " of a restore to \"" + printable(target_) +
           "\", not complete";
}

void Staging::clear_out(std::stop_token const &token) {
    auto const deadline = std::chrono::steady_clock::now() + kClearOut;
    silence_warnings(*keeper_);
    // Those of the load have said goodbye, and their server processes may take a moment more.
    for (auto inside = list_sessions(*keeper_, {oid_.value()}); !inside.empty();
         inside = list_sessions(*keeper_, {*oid_})) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error{ErrorKind::failed,
                        describe_session(inside.front()) + " is in the staging database " +
                            quoted_name(name_) + " and does not go, so nothing can be proven of it",
                        "Have this session closed, and start again."};
        }
        static_cast<void>(terminate_sessions(*keeper_, {*oid_}));
        pause_for(kLookAgain, token);
        throw_if_cancelled(token);
    }
}

SwapResult Staging::publish(DatabaseProperties const &properties) {
    return take_name({target_, std::nullopt, oid_.value(), name_, properties.comment, properties},
                     {}, {});
}

SwapResult Staging::replace(Target const &target, std::string const &old_name, bool keep,
                            SwapHooks const &hooks, std::stop_token const &token) {
    return take_name({target.name, make_way(target, old_name, keep), oid_.value(), name_,
                      target.properties.comment, target.properties, target.outside},
                     hooks, token);
}

SwapResult Staging::take_name(SwapPlan const &plan, SwapHooks const &hooks,
                              std::stop_token const &token) {
    SwapResult result = swap_databases(sessions_, plan, hooks, token);
    exists_ = false;
    keeper_.reset();
    return result;
}

std::string Staging::drop() noexcept {
    if (!std::exchange(exists_, false)) {
        return {};
    }
    try {
        keeper_.reset();
        drop_now();
        log(LogLevel::info, "dropped staging database \"{}\"", printable(name_));
        return {};
    } catch (std::exception const &error) {
        return "the staging database \"" + printable(name_) + "\" may be left on the server (" +
               error.what() + "); remove it with: DROP DATABASE IF EXISTS " +
               printable(quote_identifier(name_)) + ";";
    }
}

void Staging::drop_now() const {
    sessions_.clean_up([this](Connection &connection) {
        // After a swap of which it was not known whether it was done, it may have its final name.
        if (oid_ && database_name(connection, *oid_) != name_) {
            return;
        }
        try {
            drop_database(connection, name_);
        } catch (PgError const &) {
            if (!connection.usable()) {
                throw;
            }
            // Subscriptions forbid the drop, and can be removed only from inside.
            drop_subscriptions(sessions_.for_clean_up_inside(name_)->get());
            drop_database(connection, name_);
        }
    });
}

} // namespace pgkeep
