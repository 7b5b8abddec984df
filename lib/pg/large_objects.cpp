#include "pg/large_objects.hpp"

#include "base/error.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

std::string oid_array(std::span<std::uint32_t const> oids) {
    std::string array = "{";
    for (std::uint32_t const oid : oids) {
        array += (array.size() > 1 ? "," : "") + std::to_string(oid);
    }
    return array + "}";
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (char const c : bytes) {
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
}

} // namespace

void read_large_objects(
    Connection &connection, std::span<std::uint32_t const> oids, std::size_t chunk,
    std::function<void(std::uint32_t oid, std::uint64_t offset, ByteView data)> const &part) {
    // All objects that are still not at their end, one part of each a round: most objects need one
    // round trip together.
    std::vector<std::uint32_t> open{oids.begin(), oids.end()};
    for (std::uint64_t offset = 0; !open.empty(); offset += chunk) {
        std::vector<std::uint32_t> longer;
        connection.stream(
            "SELECT o.oid, pg_catalog.lo_get(o.oid, $2::pg_catalog.int8, $3::pg_catalog.int4) "
            "FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS o(oid)",
            {oid_array(open), std::to_string(offset), std::to_string(chunk)},
            [&](Result const &row) {
                std::uint32_t const oid = big_endian(row.text(0, 0));
                std::string_view const data = row.text(0, 1);
                if (!data.empty()) {
                    part(oid, offset, as_bytes(data));
                }
                if (data.size() == chunk) {
                    longer.push_back(oid);
                }
            });
        open = std::move(longer);
    }
}

} // namespace pgkeep
