// The connections of one restore: all to the same server, all acting as the same role.
//
// The first one finds out which server answers and asks for a password if need be; all later ones,
// and the child processes, use what it found.
//
// Thread-safety: const functions may be called from several threads.

#pragma once

#include "pg/connection.hpp"
#include "restore/restore.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

class Sessions {
public:
    // Connects once, to the database `postgres` or, where that is missing or the target,
    // `template1`.
    Sessions(RestoreOptions const &options, std::stop_token const &token);

    // A connection outside all databases that are restored. Without a token for what must not be
    // left half-done.
    [[nodiscard]] Connection maintenance(std::string const &label,
                                         std::stop_token const &token = {}) const;
    // The same for cleaning up after a failure: tries for some seconds, enough for a server that
    // restarts after a crash, and not so long that an operator who pressed Ctrl-C would think that
    // nothing happens.
    [[nodiscard]] Connection for_clean_up() const;
    // A connection inside `database`, with settings for loading.
    [[nodiscard]] Connection inside(std::string const &database, std::string const &label,
                                    std::stop_token const &token) const;

    [[nodiscard]] ConnectionSettings const &settings() const noexcept { return settings_; }
    [[nodiscard]] int server_version() const noexcept { return server_version_; }

private:
    [[nodiscard]] Connection open(ConnectionSettings const &settings, ConnectPolicy policy,
                                  std::string const &label, std::stop_token const &token) const;

    ConnectPolicy policy_;
    std::string role_;
    ConnectionSettings settings_; // with the maintenance database as dbname
    int server_version_ = 0;
};

} // namespace pgkeep
