#include "backup/routing.hpp"

#include "base/log.hpp"
#include "model/sql_text.hpp"

#include <map>

namespace pgkeep {
namespace {

std::string name_of(RelationName const &relation) {
    return printable_name(relation.schema, relation.name);
}

TableEntry entry_of(DataRelation const &table) {
    TableEntry entry;
    entry.schema = table.relation.schema;
    entry.name = table.relation.name;
    entry.columns = table.columns;
    entry.has_data = table.has_data;
    entry.condition = table.condition;
    return entry;
}

class Router {
public:
    Router(std::vector<PartitionNode> const &trees, std::set<std::uint32_t> const &created,
           BackupRelations &relations)
        : trees_(trees), created_(created), relations_(relations) {
        for (PartitionNode const &node : trees_) {
            nodes_[node.relation.oid] = &node;
        }
        find_ways();
    }

    void run() {
        std::map<std::uint32_t, TableEntry> entries;
        for (DataRelation &table : relations_.tables) {
            add(table, entries);
        }
        std::map<std::uint32_t, std::size_t> places;
        for (auto &[oid, entry] : entries) {
            places[oid] = relations_.entries.size();
            entry.number = static_cast<std::uint32_t>(places[oid] + 1);
            entry.partial = entry.partial && entry.has_data;
            relations_.entries.push_back(std::move(entry));
        }
        for (DataRelation const &table : relations_.tables) {
            PartitionNode const *const way = way_of(table.relation.oid);
            relations_.entry_of.push_back(
                places.at(way == nullptr ? table.relation.oid : way->relation.oid));
        }
    }

private:
    // The topmost of the tables above `node` that are created, if one of them is unsafe.
    [[nodiscard]] PartitionNode const *top_of(PartitionNode const &node) const {
        bool unsafe = false;
        PartitionNode const *top = &node;
        while (top->parent != 0 && created_.contains(top->parent)) {
            top = nodes_.at(top->parent);
            unsafe = unsafe || top->unsafe;
        }
        return unsafe ? top : nullptr;
    }

    void find_ways() {
        std::set<PartitionNode const *> with_foreign;
        for (PartitionNode const &node : trees_) {
            PartitionNode const *const top = top_of(node);
            if (top == nullptr) {
                continue;
            }
            if (!created_.contains(node.relation.oid)) {
                note_left_out(node, *top);
                continue;
            }
            ways_[node.relation.oid] = top;
            if (node.kind == 'f') {
                with_foreign.insert(top);
            }
        }
        std::erase_if(ways_, [&](auto const &way) {
            if (!with_foreign.contains(way.second)) {
                return false;
            }
            unloadable_.insert(way.first);
            return true;
        });
    }

    void note_left_out(PartitionNode const &node, PartitionNode const &top) {
        incomplete_.insert(top.relation.oid);
        log(LogLevel::warning,
            "{} is divided by the hash of an enum value, which differs from database to database, "
            "and partition {} is left out: a restore cannot load rows that would belong there",
            name_of(top.relation), name_of(node.relation));
    }

    [[nodiscard]] PartitionNode const *way_of(std::uint32_t oid) const {
        auto const found = ways_.find(oid);
        return found == ways_.end() ? nullptr : found->second;
    }

    void add(DataRelation &table, std::map<std::uint32_t, TableEntry> &entries) const {
        PartitionNode const *const way = way_of(table.relation.oid);
        if (way == nullptr) {
            entries[table.relation.oid] = entry_of(table);
            if (table.has_data && table.pages > 0 && unloadable_.contains(table.relation.oid)) {
                log(LogLevel::warning,
                    "rows of {} are placed by the hash of an enum value, which differs from "
                    "database to database, and beside it is a foreign table: they are saved, but a "
                    "restore cannot load them",
                    name_of(table.relation));
            }
            return;
        }
        table.columns = way->columns;
        auto const [place, is_new] = entries.try_emplace(way->relation.oid);
        TableEntry &entry = place->second;
        if (is_new) {
            entry.schema = way->relation.schema;
            entry.name = way->relation.name;
            entry.columns = way->columns;
            entry.partitioned = true;
            entry.has_data = false;
            entry.partial = incomplete_.contains(way->relation.oid);
        }
        entry.has_data = entry.has_data || table.has_data;
        entry.partial = entry.partial || !table.has_data;
    }

    std::vector<PartitionNode> const &trees_;
    std::set<std::uint32_t> const &created_;
    BackupRelations &relations_;
    std::map<std::uint32_t, PartitionNode const *> nodes_;
    std::map<std::uint32_t, PartitionNode const *> ways_; // by partition: what it is loaded through
    std::set<std::uint32_t> unloadable_;
    std::set<std::uint32_t> incomplete_; // of whose partitions some are left out
};

} // namespace

void route_rows(std::vector<PartitionNode> const &trees, std::set<std::uint32_t> const &created,
                BackupRelations &relations) {
    Router{trees, created, relations}.run();
}

} // namespace pgkeep
