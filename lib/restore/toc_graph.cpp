#include "restore/toc_graph.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace pgkeep {
namespace {

bool is_one_of(TocEntry const &entry, std::initializer_list<std::string_view> kinds) {
    return std::find(kinds.begin(), kinds.end(), entry.kind) != kinds.end();
}

bool is_index(TocEntry const &entry) {
    return is_one_of(entry, {"INDEX", "CONSTRAINT"});
}

bool is_sequence(TocEntry const &entry) {
    return entry.kind == "SEQUENCE";
}

bool is_trigger(TocEntry const &entry) {
    return entry.kind == "TRIGGER";
}

bool is_anything(TocEntry const & /*entry*/) {
    return true;
}

// What describes another object and is of no use without it.
bool is_remark(TocEntry const &entry) {
    return is_one_of(entry, {"ACL", "COMMENT", "SECURITY LABEL"});
}

bool is_subset(std::set<int> const &some, std::set<int> const &all) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

bool intersect(std::set<int> const &some, std::set<int> const &others) {
    return std::any_of(some.begin(), some.end(), [&](int id) { return others.contains(id); });
}

} // namespace

bool is_relation(TocEntry const &entry) {
    return is_one_of(entry, {"TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"});
}

bool is_table(TocEntry const &entry) {
    return is_one_of(entry, {"TABLE", "FOREIGN TABLE"});
}

bool is_large_object(TocEntry const &entry) {
    return is_one_of(entry, {"BLOB", "BLOB METADATA", "LARGE OBJECT"});
}

std::string names_without_owner(TocEntry const &entry, std::vector<std::string> const &roles) {
    std::string_view const names = entry.names;
    std::size_t const last_space = names.rfind(' ');
    std::size_t end = last_space == std::string_view::npos ? names.size() : last_space;
    for (std::string const &role : roles) {
        if (names.size() > role.size() && names.ends_with(role) &&
            names[names.size() - role.size() - 1] == ' ') {
            end = std::min(end, names.size() - role.size() - 1);
        }
    }
    return std::string{names.substr(0, end)};
}

TocGraph::TocGraph(std::vector<TocEntry> toc, std::vector<std::string> roles)
    : toc_(std::move(toc)), roles_(std::move(roles)) {
    for (TocEntry const &entry : toc_) {
        by_id_[entry.dump_id] = &entry;
    }
    for (TocEntry const &entry : toc_) {
        if (entry.kind == "TABLE ATTACH") {
            remember_partition(entry);
        }
        if (entry.kind == "SEQUENCE OWNED BY") {
            sequences_owned_apart_.merge(dependencies(entry, is_sequence));
        }
    }
}

TocEntry const *TocGraph::find(int dump_id) const {
    auto const found = by_id_.find(dump_id);
    return found == by_id_.end() ? nullptr : found->second;
}

// The entry has the names of the partition, and depends on it and on its parent.
void TocGraph::remember_partition(TocEntry const &attach) {
    Ids ends = dependencies(attach, is_relation);
    auto const child = std::find_if(ends.begin(), ends.end(),
                                    [&](int id) { return find(id)->names == attach.names; });
    if (ends.size() != 2 || child == ends.end()) {
        return;
    }
    int const partition = *child;
    ends.erase(child);
    parents_[partition] = *ends.begin();
}

TocGraph::Ids TocGraph::dependencies(TocEntry const &entry,
                                     bool (*wanted)(TocEntry const &)) const {
    Ids ids;
    for (int const id : entry.depends_on) {
        TocEntry const *const other = find(id);
        if (other != nullptr && wanted(*other)) {
            ids.insert(id);
        }
    }
    return ids;
}

std::optional<int> TocGraph::own_relation(TocEntry const &entry) const {
    Ids const relations = dependencies(entry, is_relation);
    if (relations.size() == 1) {
        return *relations.begin();
    }
    std::optional<int> best;
    std::size_t best_size = 0;
    for (int const id : relations) {
        std::string const begin = names_without_owner(*find(id), roles_) + " ";
        if (entry.names.starts_with(begin) && begin.size() > best_size) {
            best = id;
            best_size = begin.size();
        }
    }
    return best;
}

// pg_dump names tables further up as well: the partition is the one below all others.
std::optional<int> TocGraph::lowest_relation(TocEntry const &entry) const {
    Ids lowest = dependencies(entry, is_relation);
    for (int const id : Ids{lowest}) {
        for (auto at = parents_.find(id); at != parents_.end(); at = parents_.find(at->second)) {
            lowest.erase(at->second);
        }
    }
    return lowest.size() == 1 ? std::optional{*lowest.begin()} : std::nullopt;
}

bool TocGraph::is_attached(std::optional<int> child, Ids const &objects) const {
    auto const parent = child ? parents_.find(*child) : parents_.end();
    return parent != parents_.end() && objects.contains(*child) && objects.contains(parent->second);
}

bool TocGraph::is_part_of_own(TocEntry const &entry, Ids const &objects, bool others_matter) const {
    auto const own = own_relation(entry);
    return own && objects.contains(*own) &&
           (!others_matter || is_subset(dependencies(entry, is_relation), objects));
}

// The statement itself depends on the sequence only, and that on the table.
bool TocGraph::owner_of_sequence_is_there(TocEntry const &entry, Ids const &objects) const {
    Ids const sequences = dependencies(entry, is_sequence);
    return !sequences.empty() && std::all_of(sequences.begin(), sequences.end(), [&](int id) {
        return objects.contains(id) && is_subset(dependencies(*find(id), is_relation), objects);
    });
}

bool TocGraph::is_part(TocEntry const &entry, Ids const &objects, bool others_exist) const {
    if (is_one_of(entry, {"FK CONSTRAINT", "TRIGGER"})) {
        // A partition's entry for a trigger of its parent only switches it off or on.
        return is_part_of_own(entry, objects, !others_exist) &&
               is_subset(dependencies(entry, is_trigger), objects);
    }
    if (is_one_of(entry, {"DEFAULT", "CONSTRAINT", "CHECK CONSTRAINT", "RULE", "POLICY",
                          "ROW SECURITY"})) {
        return is_part_of_own(entry, objects, false);
    }
    if (is_one_of(entry, {"INDEX", "STATISTICS", "SEQUENCE"})) {
        return intersect(dependencies(entry, is_relation), objects);
    }
    if (is_remark(entry)) {
        return intersect(dependencies(entry, is_anything), objects);
    }
    if (entry.kind == "SEQUENCE OWNED BY") {
        return owner_of_sequence_is_there(entry, objects);
    }
    return is_one_of(entry, {"INDEX ATTACH", "TABLE ATTACH"}) &&
           is_attached(lowest_relation(entry), objects);
}

std::set<int> TocGraph::with_partitions(std::set<int> tables) const {
    for (bool grown = true; grown;) {
        grown = false;
        for (auto const &[child, parent] : parents_) {
            grown = (tables.contains(parent) && tables.insert(child).second) || grown;
        }
    }
    return tables;
}

std::set<int> TocGraph::with_parts(std::set<int> objects, bool others_exist) const {
    for (bool grown = true; grown;) {
        grown = false;
        for (TocEntry const &entry : toc_) {
            if (!objects.contains(entry.dump_id) && is_part(entry, objects, others_exist)) {
                objects.insert(entry.dump_id);
                grown = true;
            }
        }
    }
    return objects;
}

std::set<int> TocGraph::without_loose_ends(std::set<int> objects, bool others_exist) const {
    // What refers to a publication or subscription, which no part of an archive has.
    auto const is_of_replication = [](TocEntry const &entry) {
        return is_one_of(entry, {"PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA",
                                 "PUBLICATION NAMESPACE", "SUBSCRIPTION TABLE"});
    };
    auto const is_tie = [](TocEntry const &entry) {
        return is_one_of(entry, {"FK CONSTRAINT", "TRIGGER", "TABLE ATTACH", "INDEX ATTACH",
                                 "SEQUENCE OWNED BY"});
    };
    for (TocEntry const &entry : toc_) {
        if (is_of_replication(entry) || (is_tie(entry) && !is_part(entry, objects, others_exist))) {
            objects.erase(entry.dump_id);
        }
    }
    return without_orphaned_remarks(std::move(objects));
}

std::set<int> TocGraph::without_orphaned_remarks(std::set<int> objects) const {
    for (TocEntry const &entry : toc_) {
        Ids const described = is_remark(entry) ? dependencies(entry, is_anything) : Ids{};
        if (!described.empty() && !intersect(described, objects)) {
            objects.erase(entry.dump_id);
        }
    }
    return objects;
}

// Whether `entry` cannot be created without `other`, on which it depends.
bool TocGraph::needs(TocEntry const &entry, TocEntry const &other) const {
    if (is_remark(entry) || other.kind == "DATABASE" ||
        is_one_of(entry, {"FK CONSTRAINT", "INDEX ATTACH", "TABLE ATTACH", "SEQUENCE OWNED BY",
                          "MATERIALIZED VIEW DATA"})) {
        return false; // it is there only if what it depends on is
    }
    if (is_trigger(entry) && (is_relation(other) || is_trigger(other))) {
        return false;
    }
    if (is_index(entry) && is_index(other)) {
        return false; // it is attached later
    }
    if (is_sequence(entry) && is_relation(other)) {
        return !sequences_owned_apart_.contains(entry.dump_id);
    }
    auto const parent = parents_.find(entry.dump_id);
    return parent == parents_.end() || parent->second != other.dump_id;
}

std::set<int> TocGraph::with_prerequisites(std::set<int> objects) const {
    std::vector<int> open{objects.begin(), objects.end()};
    Ids added;
    while (!open.empty()) {
        TocEntry const *const entry = find(open.back());
        open.pop_back();
        for (int const id : entry != nullptr ? entry->depends_on : std::vector<int>{}) {
            TocEntry const *const other = find(id);
            if (other != nullptr && needs(*entry, *other) && objects.insert(id).second) {
                open.push_back(id);
                added.insert(id);
            }
        }
    }
    for (TocEntry const &entry : toc_) {
        if (is_remark(entry) && intersect(dependencies(entry, is_anything), added)) {
            objects.insert(entry.dump_id);
        }
    }
    return objects;
}

} // namespace pgkeep
