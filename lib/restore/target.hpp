// What stands under the target's name before a restore, and what forbids that it is replaced.
//
// Not for the archive's side (preflight.hpp) nor for the moment of the swap (swap.hpp), which looks
// again.
//
// Thread-safety: one thread.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/obstacle.hpp"
#include "restore/sessions.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace pgkeep {

struct Target {
    std::string name;
    std::uint32_t oid = 0;
    DatabaseProperties properties;
    std::string system_identifier; // empty without the right to ask
    std::uint64_t size = 0;        // 0 without the right to ask
    unsigned sessions = 0;         // of others, now
    DatabaseProperties outside{};  // `properties` as a session outside reads them
};

// Looks from outside, and connects to it once. No value: there is no such database. Throws
// Error{failed} with what to do when it lets nobody in.
[[nodiscard]] std::optional<Target> find_target(Sessions const &sessions, std::string const &name,
                                                std::stop_token const &token);

// Adds all that forbids that `target` is replaced: prepared transactions in it, logical replication
// slots and subscriptions of it, that it is a template, that the role does not own it. Warns of
// sessions that the role may not end.
void add_replacing_obstacles(Sessions const &sessions, Target const &target, Obstacles &obstacles,
                             std::stop_token const &token);

// Says to other restores that `name` is taken in hand, as long as the returned connection lives.
// Throws Error{locked} that says who did so before.
[[nodiscard]] Connection claim_target(Sessions const &sessions, std::string const &name,
                                      std::stop_token const &token = {});

} // namespace pgkeep
