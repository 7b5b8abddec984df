#include "restore/object_counts.hpp"

#include "model/sql_text.hpp"
#include "proc/child.hpp"
#include "proc/toc.hpp"
#include "restore/schema.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::array<std::string_view, 5> kFilters{
    "--schema=", "--exclude-schema=", "--table=", "--exclude-table=", "--exclude-table-data="};

std::set<std::string> kinds_changed_by(RestoreOptions const &options) {
    std::set<std::string> kinds;
    if (options.no_owner || options.no_privileges || !options.role.empty()) {
        kinds.insert({"ACL", "DEFAULT ACL"});
    }
    if (options.no_owner || !options.role.empty()) {
        kinds.insert("SCHEMA"); // `public` is listed when its owner is not the usual one
    }
    return kinds;
}

} // namespace

std::optional<std::vector<std::string>> safe_filters(std::vector<std::string> const &options) {
    for (auto const &option : options) {
        bool const known =
            std::any_of(kFilters.begin(), kFilters.end(),
                        [&](std::string_view filter) { return option.starts_with(filter); });
        if (!known) {
            return std::nullopt;
        }
    }
    return options;
}

std::optional<ObjectCounting> plan_object_counting(Manifest const &manifest,
                                                   RestoreOptions const &options,
                                                   int server_version, std::string &why_not) {
    if (manifest.origin.server_version_num / 10000 != server_version / 10000) {
        why_not = "the numbers of objects were not compared: the server's major version is not the "
                  "archive's";
        return std::nullopt;
    }
    auto programs = find_same_program(options.bindir, "pg_dump", manifest.origin.pg_dump_version);
    if (!programs) {
        why_not = "the numbers of objects were not compared: pg_dump " +
                  printable(manifest.origin.pg_dump_version) +
                  ", which made the archive, is not installed";
        return std::nullopt;
    }
    auto filters = safe_filters(manifest.origin.filters);
    if (!filters) {
        why_not = "the numbers of objects were not compared: the archive was made with a filter "
                  "that is not known";
        return std::nullopt;
    }
    return ObjectCounting{std::move(*programs), std::move(*filters), options.role,
                          kinds_changed_by(options), manifest.large_objects.definitions == 0};
}

ObjectCounts without_kinds(ObjectCounts counts, std::set<std::string> const &ignored_kinds) {
    std::erase_if(counts, [&](auto const &entry) { return ignored_kinds.contains(entry.first); });
    return counts;
}

ObjectCounts count_objects(ObjectCounting const &counting, ConnectionSettings const &settings,
                           std::stop_token const &token) {
    MemoryFile const file{"pgkeep-count"};
    ChildCommand dump;
    dump.argv = {counting.programs.path("pg_dump"),
                 "--format=custom",
                 "--compress=0",
                 "--section=pre-data",
                 "--section=post-data",
                 "--no-password"};
    if (!counting.large_objects) {
        dump.argv.emplace_back(kNoLargeObjects);
    }
    dump.argv.insert(dump.argv.end(), counting.filters.begin(), counting.filters.end());
    if (!counting.role.empty()) {
        dump.argv.push_back("--role=" + counting.role);
    }
    dump.argv.push_back("--dbname=" + dbname_argument(settings.get("dbname")));
    dump.environment = settings.environment();
    dump.unset = settings.environment_to_unset();
    dump.stdout_fd = file.fd();
    require_success(dump, run_child(dump, token));

    std::string listing;
    ChildCommand list;
    list.argv = {counting.programs.path("pg_restore"), "--list", file.path()};
    list.inherit = {file.fd()};
    list.on_stdout = [&](std::string_view piece) { listing += piece; };
    require_success(list, run_child(list, token));
    return without_kinds(count_kinds(parse_toc(listing)), counting.ignored_kinds);
}

} // namespace pgkeep
