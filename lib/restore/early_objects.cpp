#include "restore/early_objects.hpp"

#include "restore/toc_graph.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace pgkeep {
namespace {

// What reading and comparing a row costs in an index build, in bytes of text that are read.
constexpr std::uint64_t kRowCost = 100;

class EarlyPlanner {
public:
    EarlyPlanner(std::vector<TocEntry> const &toc, Manifest const &manifest,
                 Selection const &selection, std::uint64_t big_table)
        : toc_(toc), manifest_(manifest), selection_(selection), big_table_(big_table) {
        for (TocEntry const &entry : toc) {
            by_id_[entry.dump_id] = &entry;
        }
        find_tables();
        leave_out_families();
    }

    std::vector<EarlyObject> plan() {
        for (TocEntry const &entry : toc_) {
            if (entry.kind == "INDEX" || entry.kind == "CONSTRAINT") {
                consider(entry);
            }
        }
        for (TocEntry const &entry : toc_) {
            if (entry.kind == "FK CONSTRAINT") {
                consider(entry);
            }
        }
        std::vector<EarlyObject> chosen;
        for (auto const &[id, object] : possible_) {
            if (is_big(object) || needed_.contains(id)) {
                chosen.push_back(object);
            }
        }
        put_foreign_keys_last(chosen);
        add_remarks(chosen);
        return chosen;
    }

private:
    TocEntry const *find(int id) const {
        auto const found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second;
    }

    // By names that neither two entries nor two tables share.
    void find_tables() {
        std::map<std::string, std::vector<std::uint32_t>> numbers;
        for (TableEntry const &table : manifest_.tables) {
            numbers[table.schema + " " + table.name].push_back(table.number);
        }
        std::map<std::string, std::vector<int>> ids;
        for (TocEntry const &entry : toc_) {
            if (is_relation(entry)) {
                ids[names_without_owner(entry, manifest_.roles)].push_back(entry.dump_id);
            }
        }
        for (auto const &[names, its] : ids) {
            auto const found = numbers.find(names);
            if (its.size() == 1 && found != numbers.end() && found->second.size() == 1 &&
                find(its.front())->kind == "TABLE" &&
                selection_.tables.contains(found->second.front())) {
                tables_[its.front()] = found->second.front();
            }
        }
    }

    // Tables that inherit, partitions among them, and what is attached to others.
    void leave_out_families() {
        for (TocEntry const &entry : toc_) {
            if (entry.kind == "TABLE ATTACH" || entry.kind == "INDEX ATTACH") {
                attached_.insert(entry.depends_on.begin(), entry.depends_on.end());
            }
            if (entry.kind != "TABLE") {
                continue;
            }
            for (int const id : entry.depends_on) {
                if (tables_.erase(id) > 0 || (find(id) != nullptr && is_table(*find(id)))) {
                    attached_.insert(entry.dump_id);
                }
            }
        }
        for (int const id : attached_) {
            tables_.erase(id);
        }
    }

    void consider(TocEntry const &entry) {
        EarlyObject object;
        object.dump_id = entry.dump_id;
        object.foreign_key = entry.kind == "FK CONSTRAINT";
        object.exclusive = entry.kind != "INDEX";
        if (!is_selected(entry) || attached_.contains(entry.dump_id) ||
            !add_dependencies(entry, object) || object.tables.empty() ||
            (!object.foreign_key && object.tables.size() > 1)) {
            return;
        }
        for (std::uint32_t const number : object.tables) {
            RowDigest const &rows = manifest_.tables[number - 1].proof;
            object.cost += rows.bytes + rows.rows * kRowCost;
        }
        if (object.foreign_key && is_big(object)) {
            needed_.insert(object.after.begin(), object.after.end());
        }
        possible_.emplace(object.dump_id, std::move(object));
    }

    // False: it depends on what is not there early.
    bool add_dependencies(TocEntry const &entry, EarlyObject &object) const {
        for (int const id : entry.depends_on) {
            TocEntry const *const other = find(id);
            if (auto const table = tables_.find(id); table != tables_.end()) {
                object.tables.insert(table->second);
            } else if (possible_.contains(id)) {
                object.after.insert(id);
            } else if (other != nullptr && (is_relation(*other) || is_of_post_data(*other))) {
                return false;
            } else if (other != nullptr) {
                object.all_rows = true;
            }
        }
        return true;
    }

    static void put_foreign_keys_last(std::vector<EarlyObject> &objects) {
        std::map<std::uint32_t, std::set<int>> indexes;
        for (EarlyObject const &object : objects) {
            if (!object.foreign_key) {
                indexes[*object.tables.begin()].insert(object.dump_id);
            }
        }
        for (EarlyObject &object : objects) {
            for (std::uint32_t const table : object.tables) {
                if (object.foreign_key) {
                    object.after.insert(indexes[table].begin(), indexes[table].end());
                }
            }
        }
    }

    void add_remarks(std::vector<EarlyObject> &objects) const {
        std::map<int, EarlyObject *> by_id;
        for (EarlyObject &object : objects) {
            by_id[object.dump_id] = &object;
        }
        for (TocEntry const &entry : toc_) {
            if ((entry.kind != "COMMENT" && entry.kind != "SECURITY LABEL") ||
                !is_selected(entry)) {
                continue;
            }
            for (int const id : entry.depends_on) {
                if (auto const described = by_id.find(id); described != by_id.end()) {
                    described->second->remarks.push_back(entry.dump_id);
                }
            }
        }
    }

    bool is_selected(TocEntry const &entry) const {
        return !selection_.toc || selection_.toc->contains(entry.dump_id);
    }

    // Of the kinds that something early could depend on.
    static bool is_of_post_data(TocEntry const &entry) {
        return entry.kind == "INDEX" || entry.kind == "CONSTRAINT" ||
               entry.kind == "FK CONSTRAINT" || entry.kind == "MATERIALIZED VIEW DATA";
    }

    bool is_big(EarlyObject const &object) const {
        return std::any_of(object.tables.begin(), object.tables.end(), [&](std::uint32_t number) {
            return manifest_.tables[number - 1].proof.bytes >= big_table_;
        });
    }

    std::vector<TocEntry> const &toc_;
    Manifest const &manifest_;
    Selection const &selection_;
    std::uint64_t big_table_;
    std::map<int, TocEntry const *> by_id_;
    std::map<int, std::uint32_t> tables_; // dump id -> number
    std::set<int> attached_;
    std::map<int, EarlyObject> possible_;
    std::set<int> needed_; // by foreign keys of big tables
};

} // namespace

std::vector<EarlyObject> plan_early_objects(std::vector<TocEntry> const &toc,
                                            Manifest const &manifest, Selection const &selection,
                                            std::uint64_t big_table) {
    return EarlyPlanner{toc, manifest, selection, big_table}.plan();
}

} // namespace pgkeep
