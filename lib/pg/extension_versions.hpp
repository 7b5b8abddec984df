// Extensions at the version that an archive has, where the server offers it.
//
// `CREATE EXTENSION` as pg_dump writes it takes the server's default version. Functions of another
// version may have other signatures or give other results, so a copy gets the original's version if
// it can.
//
// Thread-safety: as the Connection.

#pragma once

#include "model/manifest.hpp"
#include "pg/connection.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// An extension that would get another version than the archive's.
struct OtherVersion {
    Extension wanted;            // name, version and schema of the archive
    std::string default_version; // what CREATE EXTENSION would make
    bool offered = false;        // the wanted version can be made
};
// Those of `extensions` whose version is not the server's default; missing ones are left out.
[[nodiscard]] std::vector<OtherVersion>
list_other_versions(Connection &connection, std::vector<Extension> const &extensions);

// In its schema, which exists, with that version, unless the extension exists already.
void create_extension(Connection &connection, Extension const &extension);

} // namespace pgkeep
