#include "model/anomaly.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace pgkeep {

namespace {

// A mail that names ten tables says enough.
constexpr std::size_t kNamed = 10;

using TableKey = std::pair<std::string_view, std::string_view>;

// `events_20261118` -> `events_#`: what the partitions of one table, or numbered logs, share.
std::string family_name(std::string_view name) {
    std::string family;
    for (char const c : name) {
        if (c < '0' || c > '9') {
            family += c;
        } else if (!family.ends_with('#')) {
            family += '#';
        }
    }
    return family;
}

// Tables that take each other's rows have the same columns, in whatever order.
using Columns = std::set<std::string_view>;

Columns columns_of(TableEntry const &table) {
    return {table.columns.begin(), table.columns.end()};
}

std::map<TableKey, TableEntry const *> by_name(Manifest const &manifest) {
    std::map<TableKey, TableEntry const *> tables;
    for (TableEntry const &table : manifest.tables) {
        tables[{table.schema, table.name}] = &table;
    }
    return tables;
}

// Rows of partitions stand under the name of each, or all under that of the table above them when
// the server may place them otherwise after a restore. An archive of an older version, and one from
// before the key was changed, may say the one where the next says the other: nothing vanished then.
class Regrouping {
public:
    Regrouping(Manifest const &previous, Manifest const &current) {
        auto const before = by_name(previous);
        for (TableEntry const &table : current.tables) {
            auto const found = before.find({table.schema, table.name});
            if (found == before.end() || found->second->partitioned != table.partitioned) {
                Group &group = groups_[{table.partitioned, columns_of(table)}];
                group.now += table.proof.rows;
                group.first = group.first == nullptr ? &table : group.first;
            }
        }
    }

    // Whether the rows of `vanished` are to be looked for elsewhere; then they count there.
    bool takes(TableEntry const &vanished) {
        auto const group = groups_.find({!vanished.partitioned, columns_of(vanished)});
        if (group == groups_.end() || vanished.columns.empty()) {
            return false;
        }
        group->second.before += vanished.proof.rows;
        return true;
    }

    struct Group {
        std::uint64_t before = 0; // rows of what is gone
        std::uint64_t now = 0;    // rows of what came instead
        TableEntry const *first = nullptr;
    };
    [[nodiscard]] std::vector<Group> groups() const {
        std::vector<Group> all;
        for (auto const &[key, group] : groups_) {
            all.push_back(group);
        }
        return all;
    }

private:
    std::map<std::pair<bool, Columns>, Group> groups_; // by what the new ones are
};

class AnomalyFinder {
public:
    AnomalyFinder(AnomalySide const &previous, AnomalySide const &current, unsigned percent)
        : previous_(previous),
          current_(current),
          percent_(percent),
          same_filters_(previous.manifest.origin.filters == current.manifest.origin.filters),
          tables_(by_name(current.manifest)) {}

    std::vector<std::string> run() {
        bool const emptied = same_filters_ && empty_database();
        if (same_filters_) {
            vanished_tables();
        }
        if (!emptied) {
            fallen_tables();
        }
        if (same_filters_ && !emptied) {
            fallen_totals();
        }
        return std::move(sentences_);
    }

private:
    [[nodiscard]] bool fell(std::uint64_t before, std::uint64_t now) const {
        return static_cast<double>(now) * 100.0 <
               static_cast<double>(before) * (100.0 - static_cast<double>(percent_));
    }

    bool empty_database() {
        Manifest const &before = previous_.manifest;
        Manifest const &now = current_.manifest;
        if (now.tables.empty() && !before.tables.empty()) {
            sentences_.push_back(
                fmt::format("the database has no tables; the previous archive has {}",
                            format_count(before.tables.size(), "table")));
            return true;
        }
        if (now.total_rows() == 0 && before.total_rows() != 0) {
            sentences_.push_back(fmt::format("every table is empty; the previous archive has {}",
                                             format_count(before.total_rows(), "row")));
            return true;
        }
        return false;
    }

    void vanished_tables() {
        if (tables_.empty()) {
            return; // said already
        }
        std::vector<std::string> names;
        auto const rotated = rotating_families();
        Regrouping regrouping{previous_.manifest, current_.manifest};
        for (TableEntry const &table : previous_.manifest.tables) {
            bool const there = tables_.contains({table.schema, table.name});
            if (!there && !regrouping.takes(table) &&
                !rotated.contains({table.schema, family_name(table.name)})) {
                names.push_back(printable_name(table.schema, table.name));
            }
        }
        if (!names.empty()) {
            sentences_.push_back(
                fmt::format("{} vanished: {}", format_count(names.size(), "table"), list(names)));
        }
        fallen_groups(regrouping);
    }

    void fallen_groups(Regrouping const &regrouping) {
        for (auto const &group : regrouping.groups()) {
            if (group.before >= kFewRows && fell(group.before, group.now)) {
                add_fall("table " + printable_name(group.first->schema, group.first->name),
                         group.before, group.now);
            }
        }
    }

    // Families with a number in the name that have no fewer members than before: the oldest
    // partition goes when a new one comes, on every night of a normal year.
    [[nodiscard]] std::map<std::pair<std::string, std::string>, std::int64_t>
    rotating_families() const {
        std::map<std::pair<std::string, std::string>, std::int64_t> growth;
        auto const count = [&growth](Manifest const &manifest, std::int64_t step) {
            for (TableEntry const &table : manifest.tables) {
                std::string family = family_name(table.name);
                if (family != table.name) {
                    growth[{table.schema, std::move(family)}] += step;
                }
            }
        };
        count(previous_.manifest, -1);
        count(current_.manifest, 1);
        std::erase_if(growth, [](auto const &entry) { return entry.second < 0; });
        return growth;
    }

    void fallen_tables() {
        std::size_t fallen = 0;
        for (TableEntry const &before : previous_.manifest.tables) {
            auto const found = tables_.find({before.schema, before.name});
            if (found == tables_.end() || !is_judged(before, *found->second)) {
                continue;
            }
            std::uint64_t const now = found->second->proof.rows;
            if (fell(before.proof.rows, now) && ++fallen <= kNamed) {
                add_fall("table " + printable_name(before.schema, before.name), before.proof.rows,
                         now);
            }
        }
        if (fallen > kNamed) {
            sentences_.push_back(
                fmt::format("{} more fell likewise", format_count(fallen - kNamed, "table")));
        }
    }

    [[nodiscard]] bool is_judged(TableEntry const &before, TableEntry const &now) const {
        bool const both = before.has_data && now.has_data;
        return before.proof.rows >= kFewRows && (both || (before.has_data && same_filters_));
    }

    void fallen_totals() {
        Manifest const &before = previous_.manifest;
        Manifest const &now = current_.manifest;
        if (before.total_rows() >= kFewRows && fell(before.total_rows(), now.total_rows())) {
            add_fall("the whole database", before.total_rows(), now.total_rows());
        }
        if (before.large_objects.count >= kFewRows &&
            fell(before.large_objects.count, now.large_objects.count)) {
            sentences_.push_back(fmt::format("large objects fell from {} to {}",
                                             format_count(before.large_objects.count),
                                             format_count(now.large_objects.count)));
        }
        if (previous_.size >= kSmallArchive && fell(previous_.size, current_.size)) {
            sentences_.push_back(fmt::format("the archive's size fell from {} to {}",
                                             format_size(previous_.size),
                                             format_size(current_.size)));
        }
    }

    void add_fall(std::string const &what, std::uint64_t before, std::uint64_t now) {
        sentences_.push_back(fmt::format("{} fell from {} to {}", what, format_count(before, "row"),
                                         format_count(now, "row")));
    }

    static std::string list(std::vector<std::string> const &names) {
        std::string text;
        for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) {
            text += (i == 0 ? "" : ", ") + names[i];
        }
        if (names.size() > kNamed) {
            text += fmt::format(" and {} more", format_count(names.size() - kNamed));
        }
        return text;
    }

    AnomalySide const &previous_;
    AnomalySide const &current_;
    unsigned percent_;
    bool same_filters_;
    std::map<TableKey, TableEntry const *> tables_; // of the current archive
    std::vector<std::string> sentences_;
};

} // namespace

std::vector<std::string> find_anomalies(AnomalySide const &previous, AnomalySide const &current,
                                        unsigned percent) {
    if (percent == 0) {
        return {};
    }
    return AnomalyFinder{previous, current, percent}.run();
}

} // namespace pgkeep
