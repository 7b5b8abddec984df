#include "restore/staging.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "pg/restore_catalog.hpp"

#include <exception>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kLongestName = 63; // NAMEDATALEN - 1

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

} // namespace

std::string staging_name(std::string const &target, Time time) {
    std::string const suffix = "__restore_" + format_stamp(time);
    std::size_t kept = std::min(target.size(), kLongestName - suffix.size());
    while (kept > 0 && kept < target.size() && continues_character(target[kept])) {
        --kept;
    }
    return target.substr(0, kept) + suffix;
}

Staging::Staging(Sessions const &sessions, std::string target, Time now)
    : sessions_(sessions), target_(std::move(target)), keeper_(sessions.maintenance("staging")) {
    // A second restore of the same name in the same second takes the next one.
    for (name_ = staging_name(target_, now); find_database(*keeper_, name_);
         name_ = staging_name(target_, now)) {
        now += std::chrono::seconds{1};
    }
}

Staging::~Staging() {
    if (std::string const left = drop(); !left.empty()) {
        log(LogLevel::error, "{}", left);
    }
}

void Staging::create(DatabaseProperties const &properties) {
    claim_staging_name(*keeper_, name_);
    exists_ = true;
    create_staging_database(*keeper_, name_, properties,
                            std::string{kStagingMark} + " of a restore to \"" + printable(target_) +
                                "\", not complete");
    oid_ = find_database(*keeper_, name_);
    log(LogLevel::info, "created staging database \"{}\"", printable(name_));
}

void Staging::publish() {
    Connection connection = sessions_.maintenance("rename");
    try {
        rename_database(connection, name_, target_);
    } catch (PgError const &) {
        // The answer may have got lost, and not the rename.
        if (connection.usable() || !was_renamed()) {
            throw;
        }
    }
    exists_ = false;
    keeper_.reset();
    log(LogLevel::info, "renamed \"{}\" to \"{}\"", printable(name_), printable(target_));
}

bool Staging::was_renamed() const {
    try {
        Connection connection = sessions_.for_clean_up();
        return oid_ && database_name(connection, *oid_) == target_;
    } catch (Error const &error) {
        throw Error{ErrorKind::connection,
                    "the connection was lost while \"" + printable(name_) + "\" was renamed to \"" +
                        printable(target_) +
                        "\", and the server cannot be asked what became of it (" + error.what() +
                        ")",
                    "The database is complete and proven under whichever of the two names it has."};
    }
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
    Connection connection = sessions_.for_clean_up();
    try {
        drop_database(connection, name_);
    } catch (PgError const &) {
        if (!connection.usable()) {
            throw;
        }
        // Subscriptions forbid the drop, and can be removed only from inside.
        Connection inside = sessions_.inside(name_, "clean-up", {});
        drop_subscriptions(inside);
        drop_database(connection, name_);
    }
}

} // namespace pgkeep
