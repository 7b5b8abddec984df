#include "model/manifest.hpp"

#include "base/error.hpp"
#include "model/manifest_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace pgkeep {

namespace {

using nlohmann::json;

json to_json(Origin const &origin) {
    return {{"type", "archive"},
            {"format", fmt::format("{}.{}", kManifestMajor, kManifestMinor)},
            {"kind", to_string(origin.kind)},
            {"database", bytes_to_json(origin.database)},
            {"snapshot_time", format_iso(origin.snapshot_time)},
            {"system_identifier", origin.system_identifier},
            {"server_version", bytes_to_json(origin.server_version)},
            {"server_version_num", origin.server_version_num},
            {"pg_dump_version", bytes_to_json(origin.pg_dump_version)},
            {"pgkeep_version", origin.pgkeep_version},
            {"filters", list_to_json(origin.filters)}};
}

json to_json(DatabaseProperties const &database) {
    json settings = json::array();
    for (DatabaseSetting const &setting : database.settings) {
        settings.push_back({{"role", bytes_to_json(setting.role)},
                            {"name", bytes_to_json(setting.name)},
                            {"value", bytes_to_json(setting.value)}});
    }
    return {{"type", "database"},
            {"owner", bytes_to_json(database.owner)},
            {"encoding", database.encoding},
            {"locale_provider", std::string(1, database.locale_provider)},
            {"collate", bytes_to_json(database.collate)},
            {"ctype", bytes_to_json(database.ctype)},
            {"locale", bytes_to_json(database.locale)},
            {"icu_rules", bytes_to_json(database.icu_rules)},
            {"collation_version", bytes_to_json(database.collation_version)},
            {"tablespace", bytes_to_json(database.tablespace)},
            {"connection_limit", database.connection_limit},
            {"is_template", database.is_template},
            {"comment", database.comment ? bytes_to_json(*database.comment) : json{}},
            {"acl", database.acl ? list_to_json(*database.acl) : json{}},
            {"settings", std::move(settings)}};
}

json to_json(TableEntry const &table) {
    json line{{"type", "table"},
              {"number", table.number},
              {"schema", bytes_to_json(table.schema)},
              {"name", bytes_to_json(table.name)},
              {"columns", list_to_json(table.columns)},
              {"data", table.has_data}};
    if (!table.condition.empty()) {
        line["condition"] = bytes_to_json(table.condition);
    }
    if (table.partitioned) {
        line["partitioned"] = true;
    }
    if (table.partial) {
        line["partial"] = true;
    }
    add_proof(line, table.proof);
    return line;
}

json to_json(SequenceEntry const &sequence) {
    return {{"type", "sequence"},
            {"schema", bytes_to_json(sequence.schema)},
            {"name", bytes_to_json(sequence.name)},
            {"last_value", sequence.last_value},
            {"is_called", sequence.is_called}};
}

json to_json(Extension const &extension) {
    return {{"type", "extension"},
            {"name", bytes_to_json(extension.name)},
            {"version", bytes_to_json(extension.version)},
            {"schema", bytes_to_json(extension.schema)}};
}

json to_json(LargeObjectsEntry const &large_objects) {
    json line{{"type", "large_objects"}, {"count", large_objects.count}};
    add_proof(line, large_objects.proof);
    if (large_objects.definitions != 0) {
        line["definitions"] = large_objects.definitions;
    }
    return line;
}

class LineWriter {
public:
    void add(json const &line) {
        // Escaped to ASCII, so that the line is the same in every encoding that the script may
        // have.
        text_ += fmt::format("{}{}\n", kManifestPrefix, line.dump(-1, ' ', true));
        ++lines_;
    }

    std::string finish() {
        add({{"type", "end"}, {"lines", lines_ + 1}});
        return std::move(text_);
    }

private:
    std::string text_;
    std::uint64_t lines_ = 0;
};

} // namespace

std::uint64_t Manifest::total_rows() const noexcept {
    std::uint64_t rows = 0;
    for (TableEntry const &table : tables) {
        rows += table.proof.rows;
    }
    return rows;
}

std::string format_manifest(Manifest const &manifest) {
    LineWriter writer;
    writer.add(to_json(manifest.origin));
    writer.add(to_json(manifest.database));
    writer.add({{"type", "roles"}, {"names", list_to_json(manifest.roles)}});
    for (Extension const &extension : manifest.extensions) {
        writer.add(to_json(extension));
    }
    for (TableEntry const &table : manifest.tables) {
        writer.add(to_json(table));
    }
    for (SequenceEntry const &sequence : manifest.sequences) {
        writer.add(to_json(sequence));
    }
    writer.add(to_json(manifest.large_objects));
    writer.add({{"type", "objects"}, {"counts", manifest.object_counts}});
    return writer.finish();
}

} // namespace pgkeep
