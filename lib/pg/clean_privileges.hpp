// The part of pg/clean_database.hpp that concerns privileges which outlive the objects: those of
// schemas that stay, default privileges, and those of the system's own objects.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/clean_database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgkeep {

struct StayingSchema {
    std::uint32_t oid = 0;
    std::string name;
    std::string owner;
    bool permitted = false; // this role may change it
};

// What makes the default privileges for all schemas, and for those of `schemas`, those of a new
// database.
[[nodiscard]] std::vector<Removal>
reset_default_privileges(Connection &connection, std::vector<StayingSchema> const &schemas);

// What gives each schema the privileges of a new one, and `public` the owner, privileges and
// comment that initdb gave it: dumps say only what differs from that. Creates `public` where it is
// missing. `public_is_fixed` is set when it would have to change and may not.
[[nodiscard]] std::vector<Removal>
reset_schema_privileges(Connection &connection, std::vector<StayingSchema> const &schemas,
                        bool &public_is_fixed);

// What gives the system's own relations, columns and functions the privileges that initdb gave
// them, as far as this role may: dumps say what differs.
[[nodiscard]] std::vector<Removal> reset_system_privileges(Connection &connection);

} // namespace pgkeep
