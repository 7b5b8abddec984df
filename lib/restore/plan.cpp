#include "restore/plan.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace pgkeep {
namespace {

std::uint64_t data_bytes(Manifest const &manifest) {
    return std::accumulate(
        manifest.tables.begin(), manifest.tables.end(), manifest.large_objects.proof.bytes,
        [](std::uint64_t sum, TableEntry const &table) { return sum + table.proof.bytes; });
}

std::string describe_proof(RestoreCheck check) {
    switch (check) {
    case RestoreCheck::content:
        return "analyze, and compare the rows and the content of every table with the archive";
    case RestoreCheck::counts:
        return "analyze, and compare the number of rows of every table with the archive";
    case RestoreCheck::none:
        break;
    }
    return "analyze; nothing is compared (--check=none)";
}

} // namespace

std::vector<std::string> describe_plan(Manifest const &manifest, RestoreOptions const &options,
                                       std::string const &staging, std::string const &pg_restore) {
    DatabaseProperties const &database = manifest.database;
    unsigned const jobs = std::max(options.jobs, 1U);
    return {
        fmt::format("restore the archive of \"{}\", taken at {} from PostgreSQL {}",
                    printable(manifest.origin.database), format_utc(manifest.origin.snapshot_time),
                    printable(manifest.origin.server_version)),
        fmt::format("create the staging database \"{}\" (encoding {}, locale {})",
                    printable(staging), printable(database.encoding),
                    printable(database.locale.empty() ? database.collate : database.locale)),
        fmt::format("create types, tables and functions with pg_restore {}", pg_restore),
        fmt::format("load {} rows of {} tables, {} of text, and {} large objects with {} workers",
                    format_count(manifest.total_rows()), format_count(manifest.tables.size()),
                    format_size(data_bytes(manifest)), format_count(manifest.large_objects.count),
                    jobs),
        fmt::format("set {} sequences", format_count(manifest.sequences.size())),
        fmt::format("create indexes, constraints and triggers with {} jobs", jobs),
        describe_proof(options.check),
        fmt::format("rename \"{}\" to \"{}\"", printable(staging), printable(options.target)),
    };
}

} // namespace pgkeep
