// The manifest: what an archive says about itself, as lines of SQL comments at the end of its text.
//
// Each line is `-- pgkeep: ` and one JSON object, so a damaged line costs one object. The manifest
// is logical: it knows nothing of members and offsets and survives recompression. Format:
// docs/archive-format.md, "Manifest".
//
// All names are bytes in the encoding that the server gave them in. In JSON a name that is valid
// UTF-8 is a string, any other is {"hex": "…"}.
//
// Untrusted when read: parse_manifest() checks types and ranges, but not that the content is true.
//
// Thread-safety: values and pure functions.

#pragma once

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "model/archive_name.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

inline constexpr std::string_view kManifestPrefix = "-- pgkeep: ";

// The version of the lines, in the first of them. A later minor version may add types of lines and
// fields; a later major version may change their meaning.
inline constexpr int kManifestMajor = 1;
inline constexpr int kManifestMinor = 0;

// Where and when the content was read, and by which programs.
struct Origin {
    ArchiveKind kind = ArchiveKind::backup;
    std::string database;
    Time snapshot_time{};
    std::string system_identifier; // pg_control's; empty when the server does not let us read it
    std::string server_version;    // `15.14 (Debian …)`
    int server_version_num = 0;    // `150014`
    std::string pg_dump_version;   // `15.14`
    std::string pgkeep_version;
    std::vector<std::string> filters; // the options that left something out, such as `--table=a.*`
    bool operator==(Origin const &) const = default;
};

// A row of pg_db_role_setting: `ALTER DATABASE … SET` (role empty) or `ALTER ROLE … IN DATABASE …
// SET`.
struct DatabaseSetting {
    std::string role;
    std::string name;
    std::string value;
    bool operator==(DatabaseSetting const &) const = default;
};

// What belongs to the database itself and to no object in it.
struct DatabaseProperties {
    std::string owner;
    std::string encoding;       // `UTF8`
    char locale_provider = 'c'; // pg_database.datlocprovider: c libc, i ICU, b builtin
    std::string collate;
    std::string ctype;
    std::string locale;    // of ICU and builtin; else empty
    std::string icu_rules; // 16 and later; else empty
    std::string collation_version;
    std::string tablespace;
    std::int64_t connection_limit = -1;
    bool is_template = false;
    std::optional<std::string> comment;
    std::optional<std::vector<std::string>> acl; // aclitem texts; none: the default ACL
    std::vector<DatabaseSetting> settings;
    bool operator==(DatabaseProperties const &) const = default;
};

struct Extension {
    std::string name;
    std::string version;
    std::string schema;
    bool operator==(Extension const &) const = default;
};

// A relation that carries data, and the proof of its content.
struct TableEntry {
    std::uint32_t number = 0; // 1, 2, 3 … in this archive; blocks refer to it
    std::string schema;
    std::string name;
    std::vector<std::string> columns; // in the order of the COPY lines; no generated columns
    bool has_data = true;             // false: left out by --exclude-table-data
    std::string condition;            // an extension's filter (`WHERE …`), else empty
    bool partitioned = false;         // stands for the rows of all of its partitions
    bool partial = false;             // without the rows of some of its partitions, on request
    RowDigest proof;
    bool operator==(TableEntry const &) const = default;
};

struct SequenceEntry {
    std::string schema;
    std::string name;
    std::int64_t last_value = 0;
    bool is_called = false;
    bool operator==(SequenceEntry const &) const = default;
};

// Large objects as a whole. The proof is over the lines of their `lo_put` statements.
struct LargeObjectsEntry {
    std::uint64_t count = 0;
    RowDigest proof;
    // Statements that define them, in blocks of their own; 0: what there is is in the schema
    // archive.
    std::uint64_t definitions = 0;
    bool operator==(LargeObjectsEntry const &) const = default;
};

struct Manifest {
    Origin origin;
    DatabaseProperties database;
    std::vector<std::string> roles; // that objects of the database belong to or grant to
    std::vector<Extension> extensions;
    std::vector<TableEntry> tables; // by number
    std::vector<SequenceEntry> sequences;
    LargeObjectsEntry large_objects;
    std::map<std::string, std::uint64_t>
        object_counts; // by pg_restore's word for the kind: `TABLE`, `INDEX` …
    bool operator==(Manifest const &) const = default;

    [[nodiscard]] std::uint64_t total_rows() const noexcept;
};

// All lines, each with its newline.
[[nodiscard]] std::string format_manifest(Manifest const &manifest);

// `text` is the manifest's part of the archive's text; lines that do not begin with the prefix are
// passed over. Throws Error{damaged} that names the first wrong line, and Error{version} for a
// format that is too new.
[[nodiscard]] Manifest parse_manifest(std::string_view text);

} // namespace pgkeep
