// Reading large objects: their content in pieces, for backup and proof, and what they are beside
// it.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace pgkeep {

// Calls `part` with the content of each object, `chunk` bytes at a time (the last part is shorter);
// an empty object has no part. Parts of one object come in order, but those of several may be
// mixed. A hole of a sparse object reads as zeros.
void read_large_objects(
    Connection &connection, std::span<std::uint32_t const> oids, std::size_t chunk,
    std::function<void(std::uint32_t oid, std::uint64_t offset, ByteView data)> const &part);

// The statements (large_object_definition.hpp) that create these objects, empty, with owner,
// rights, comment and security labels as the transaction's snapshot sees them: as pg_dump writes
// them.
[[nodiscard]] std::vector<std::string> define_large_objects(Connection &connection,
                                                            std::span<std::uint32_t const> oids);

} // namespace pgkeep
