// Connections of the live tests of lib/pg to the scratch server.

#pragma once

#include "pg/connection.hpp"
#include "support/errors.hpp"
#include "support/scratch.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

[[nodiscard]] inline ConnectPolicy test_policy(std::string label = "test") {
    ConnectPolicy policy;
    policy.label = std::move(label);
    policy.retries = 0;
    policy.retry_delay = std::chrono::milliseconds{1};
    return policy;
}

[[nodiscard]] inline Connection open_test(std::string const &database,
                                          std::stop_token const &token = {}) {
    return Connection{scratch_connection(database), test_policy(), token};
}

[[nodiscard]] inline std::uint32_t oid_of(Connection &connection, std::string const &quoted_name) {
    return static_cast<std::uint32_t>(
        connection.query_row("SELECT $1::pg_catalog.regclass::pg_catalog.oid", {quoted_name})
            .unsigned_integer(0, 0));
}

// The oids of everything in pg_class that is not the system's.
[[nodiscard]] inline std::vector<std::uint32_t> all_relations(Connection &connection) {
    auto const result = connection.query("SELECT oid FROM pg_catalog.pg_class WHERE oid >= 16384");
    std::vector<std::uint32_t> oids;
    for (int row = 0; row < result.rows(); ++row) {
        oids.push_back(static_cast<std::uint32_t>(result.unsigned_integer(row, 0)));
    }
    return oids;
}

[[nodiscard]] inline Connection connect_as(std::string const &database, std::string const &role) {
    auto settings = scratch_connection(database);
    settings.keywords["user"] = role;
    return Connection{settings, test_policy(), {}};
}

// The PgError that `work` throws; a test failure when it throws none.
template <typename Work>
[[nodiscard]] PgError pg_error_of(Work work) {
    try {
        work();
    } catch (PgError const &error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return PgError{ErrorKind::failed, "", "", ""};
}

} // namespace pgkeep
