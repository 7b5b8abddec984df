#include "base/error.hpp"
#include "model/bounded_json.hpp"
#include "model/manifest.hpp"
#include "model/manifest_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace pgkeep {

namespace {

using nlohmann::json;

// Above this a line is an attack or damage: no object of ours comes near it (1,600 columns of 63
// bytes).
constexpr std::size_t kLongestLine = 4 << 20;

struct Format {
    int major = 0;
    int minor = 0;
};

Format format_of(json const &line) {
    Format format;
    std::string const text = bytes_field(line, "format");
    char const *const end = text.data() + text.size();
    auto const major = std::from_chars(text.data(), end, format.major);
    bool const whole = major.ec == std::errc{} && major.ptr != end && *major.ptr == '.';
    if (!whole || std::from_chars(major.ptr + 1, end, format.minor).ec != std::errc{}) {
        throw Error{ErrorKind::damaged, "field \"format\" is not a version"};
    }
    return format;
}

bool has_newer_minor(json const &line) {
    return format_of(line).minor > kManifestMinor;
}

void check_format(json const &line) {
    Format const format = format_of(line);
    if (format.major != kManifestMajor) {
        throw Error{ErrorKind::version,
                    fmt::format("the manifest has format {}.{}, this program reads {}.x",
                                format.major, format.minor, kManifestMajor),
                    "Use a newer pgkeep, or restore with: gunzip -c ARCHIVE | psql -X -v "
                    "ON_ERROR_STOP=1 -d NEW_DATABASE"};
    }
}

void read_archive(json const &line, Manifest &manifest) {
    check_format(line);
    Origin &origin = manifest.origin;
    auto const kind = parse_archive_kind(bytes_field(line, "kind"));
    auto const time = parse_iso(bytes_field(line, "snapshot_time"));
    if (!kind || !time) {
        throw Error{ErrorKind::damaged, "field \"kind\" or \"snapshot_time\" has no meaning"};
    }
    origin.kind = *kind;
    origin.snapshot_time = *time;
    origin.database = bytes_field(line, "database");
    origin.system_identifier = bytes_field(line, "system_identifier");
    origin.server_version = bytes_field(line, "server_version");
    origin.server_version_num =
        static_cast<int>(count_field(line, "server_version_num", 100'000'000));
    origin.pg_dump_version = bytes_field(line, "pg_dump_version");
    origin.pgkeep_version = bytes_field(line, "pgkeep_version");
    origin.filters = list_field(line, "filters");
}

void read_database(json const &line, Manifest &manifest) {
    DatabaseProperties &database = manifest.database;
    database.owner = bytes_field(line, "owner");
    database.encoding = bytes_field(line, "encoding");
    std::string const provider = bytes_field(line, "locale_provider");
    if (provider.size() != 1) {
        throw Error{ErrorKind::damaged, "field \"locale_provider\" is not one letter"};
    }
    database.locale_provider = provider[0];
    database.collate = bytes_field(line, "collate");
    database.ctype = bytes_field(line, "ctype");
    database.locale = bytes_field(line, "locale");
    database.icu_rules = bytes_field(line, "icu_rules");
    database.collation_version = bytes_field(line, "collation_version");
    database.tablespace = bytes_field(line, "tablespace");
    database.connection_limit = int_field(line, "connection_limit", -2);
    database.is_template = bool_field(line, "is_template");
    if (!field(line, "comment").is_null()) {
        database.comment = bytes_field(line, "comment");
    }
    if (!field(line, "acl").is_null()) {
        database.acl = list_field(line, "acl");
    }
    for (json const &setting : field(line, "settings")) {
        database.settings.push_back({bytes_field(setting, "role"), bytes_field(setting, "name"),
                                     bytes_field(setting, "value")});
    }
}

void read_roles(json const &line, Manifest &manifest) {
    manifest.roles = list_field(line, "names");
}

void read_extension(json const &line, Manifest &manifest) {
    manifest.extensions.push_back(
        {bytes_field(line, "name"), bytes_field(line, "version"), bytes_field(line, "schema")});
}

void read_table(json const &line, Manifest &manifest) {
    TableEntry table;
    table.number = static_cast<std::uint32_t>(count_field(line, "number", 0xffffffffU));
    if (table.number != manifest.tables.size() + 1) {
        throw Error{ErrorKind::damaged, fmt::format("table number {} comes after {}", table.number,
                                                    manifest.tables.size())};
    }
    table.schema = bytes_field(line, "schema");
    table.name = bytes_field(line, "name");
    table.columns = list_field(line, "columns");
    table.has_data = bool_field(line, "data");
    table.condition = line.contains("condition") ? bytes_field(line, "condition") : "";
    table.partitioned = line.contains("partitioned") && bool_field(line, "partitioned");
    table.partial = line.contains("partial") && bool_field(line, "partial");
    table.proof = proof_of(line);
    manifest.tables.push_back(std::move(table));
}

void read_sequence(json const &line, Manifest &manifest) {
    manifest.sequences.push_back({bytes_field(line, "schema"), bytes_field(line, "name"),
                                  int_field(line, "last_value"), bool_field(line, "is_called")});
}

void read_large_objects(json const &line, Manifest &manifest) {
    manifest.large_objects = {count_field(line, "count"), proof_of(line),
                              line.contains("definitions") ? count_field(line, "definitions") : 0};
}

void read_objects(json const &line, Manifest &manifest) {
    json const &counts = field(line, "counts");
    if (!counts.is_object()) {
        throw Error{ErrorKind::damaged, "field \"counts\" is not an object"};
    }
    for (auto const &[kind, count] : counts.items()) {
        manifest.object_counts[kind] = count_field(counts, kind.c_str());
    }
}

struct LineType {
    std::string_view name;
    void (*read)(json const &line, Manifest &manifest);
    bool once;
};

constexpr std::array kLineTypes{
    LineType{"archive", read_archive, true},
    LineType{"database", read_database, true},
    LineType{"roles", read_roles, true},
    LineType{"extension", read_extension, false},
    LineType{"table", read_table, false},
    LineType{"sequence", read_sequence, false},
    LineType{"large_objects", read_large_objects, true},
    LineType{"objects", read_objects, true},
};

class ManifestReader {
public:
    void add(std::string_view text) {
        ++lines_;
        if (ended_) {
            throw Error{ErrorKind::damaged, "there are lines behind the end line"};
        }
        if (text.size() > kLongestLine) {
            throw Error{ErrorKind::damaged, fmt::format("the line has {} bytes", text.size())};
        }
        json const line = parse_bounded_json(text, kLongestLine);
        if (!line.is_object()) {
            throw Error{ErrorKind::damaged, "the line is not a JSON object"};
        }
        read(bytes_field(line, "type"), line);
    }

    Manifest finish() {
        if (!ended_ || !seen_[0] || !seen_[1]) {
            throw Error{ErrorKind::damaged, "the manifest is not complete"};
        }
        return std::move(manifest_);
    }

    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }

private:
    void read(std::string const &type, json const &line) {
        if (type == "end") {
            ended_ = true;
            if (count_field(line, "lines") != lines_) {
                throw Error{ErrorKind::damaged, "lines of the manifest are missing"};
            }
            return;
        }
        for (std::size_t i = 0; i < kLineTypes.size(); ++i) {
            if (kLineTypes[i].name == type) {
                if (kLineTypes[i].once && std::exchange(seen_[i], true)) {
                    throw Error{ErrorKind::damaged, "a second line of type \"" + type + "\""};
                }
                kLineTypes[i].read(line, manifest_);
                newer_minor_ = newer_minor_ || (type == "archive" && has_newer_minor(line));
                return;
            }
        }
        // A later minor version may add lines, whose meaning is not needed to read this archive.
        if (!newer_minor_) {
            throw Error{ErrorKind::damaged, "the line has an unknown type"};
        }
    }

    Manifest manifest_;
    std::array<bool, kLineTypes.size()> seen_{};
    std::uint64_t lines_ = 0;
    bool ended_ = false;
    bool newer_minor_ = false;
};

} // namespace

Manifest parse_manifest(std::string_view text) {
    ManifestReader reader;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        std::string_view const line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with(kManifestPrefix)) {
            continue;
        }
        try {
            reader.add(line.substr(kManifestPrefix.size()));
        } catch (Error const &error) {
            throw error.within(fmt::format("manifest line {}", reader.lines()));
        } catch (json::exception const &error) {
            throw Error{ErrorKind::damaged,
                        fmt::format("manifest line {}: {}", reader.lines(), error.what())};
        }
    }
    return reader.finish();
}

} // namespace pgkeep
