// Archives for tests of the repository: small, whole, and made by the real writer.

#pragma once

#include "archive/writer.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "support/faults.hpp"

#include <string>
#include <vector>

namespace pgkeep {

// The bytes of an archive of `database` without tables.
inline std::string small_archive(std::string const &database, Time time, ArchiveKind kind,
                                 std::vector<std::string> const &filters = {},
                                 std::string const &cluster = {}) {
    MemorySink sink;
    ArchiveWriter writer{sink, 6};
    Manifest manifest;
    manifest.origin.database = database;
    manifest.origin.kind = kind;
    manifest.origin.snapshot_time = time;
    manifest.origin.filters = filters;
    manifest.origin.system_identifier = cluster;
    writer.text(format::BlockKind::head, "-- head\n");
    static_cast<void>(writer.finish(manifest, {}, "-- PostgreSQL database dump complete\n"));
    return std::string{as_text(sink.bytes())};
}

inline Time at(std::string const &stamp) {
    return parse_stamp(stamp).value();
}

// Puts one where a backup would, and returns its path.
inline std::string plant_archive(std::string const &repository, std::string const &database,
                                 std::string const &stamp, ArchiveKind kind = ArchiveKind::backup,
                                 std::string const &cluster = {}) {
    std::string const folder =
        kind == ArchiveKind::globals ? repository : repository + "/" + encode_file_name(database);
    make_private_folder(folder);
    std::string const path = folder + "/" + format_archive_name({database, at(stamp), kind});
    write_whole_file(path, small_archive(database, at(stamp), kind, {}, cluster));
    return path;
}

} // namespace pgkeep
