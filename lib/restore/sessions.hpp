// The connections of one restore: all to the same server, all acting as the same role.
//
// The first one finds out which server answers and asks for a password if need be; all later ones,
// and the child processes, use what it found.
//
// Thread-safety: const functions may be called from several threads.

#pragma once

#include "pg/connection.hpp"
#include "pg/steady_connection.hpp"
#include "restore/restore.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace pgkeep {

class Sessions {
public:
    // Connects once, to the database `postgres` or, where that is missing or the target,
    // `template1`.
    Sessions(RestoreOptions const &options, std::stop_token const &token);

    // A connection outside all databases that are restored.
    [[nodiscard]] Connection maintenance(std::string const &label,
                                         std::stop_token const &token = {}) const;
    // The same for what must not be left half-done: `token` counts until it is connected.
    [[nodiscard]] std::unique_ptr<SteadyConnection> steady(std::string const &label,
                                                           std::stop_token const &token = {}) const;
    // The same for cleaning up after a failure: tries for some seconds, enough for a server that
    // restarts after a crash, and not so long that an operator who pressed Ctrl-C would think that
    // nothing happens. It waits no more than a minute for a lock.
    [[nodiscard]] std::unique_ptr<SteadyConnection> for_clean_up() const;
    // The same inside `database`.
    [[nodiscard]] std::unique_ptr<SteadyConnection>
    for_clean_up_inside(std::string const &database) const;
    // One for cleaning up that acts as the role that logged in: no other may end sessions of ours.
    [[nodiscard]] std::unique_ptr<SteadyConnection> to_end_our_own() const;
    // Calls `work` with one for cleaning up, and once more with a new one when the first was lost.
    void clean_up(std::function<void(Connection &connection)> const &work) const;
    // A connection inside `database`, with settings for loading.
    [[nodiscard]] Connection inside(std::string const &database, std::string const &label,
                                    std::stop_token const &token) const;

    [[nodiscard]] ConnectionSettings const &settings() const noexcept { return settings_; }
    [[nodiscard]] int server_version() const noexcept { return server_version_; }

private:
    [[nodiscard]] Connection open(ConnectionSettings const &settings, ConnectPolicy policy,
                                  std::string const &label, std::stop_token const &token) const;
    [[nodiscard]] std::unique_ptr<SteadyConnection> open_steady(ConnectionSettings const &settings,
                                                                ConnectPolicy const &policy,
                                                                std::stop_token const &token,
                                                                SteadyTimes const &times) const;
    void act_as_role(Connection &connection) const;

    ConnectPolicy policy_;
    std::string role_;
    ConnectionSettings settings_; // with the maintenance database as dbname
    int server_version_ = 0;
};

} // namespace pgkeep
