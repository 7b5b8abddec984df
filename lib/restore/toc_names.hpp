// Which entries of pg_restore's list are which relations, by exact names.
//
// The list shows names without quotes and with spaces for newlines. So an entry's text is only a
// guess, and pg_restore itself is asked, with --schema and --table, whether it is right: a call for
// each schema, and one more for each name that could still be another's.
//
// Not known: schema and table of an entry that the manifest does not have (a partitioned or foreign
// table) and whose name has a newline.
//
// Thread-safety: one thread; runs child processes.

#pragma once

#include "restore/schema.hpp"
#include "restore/toc_graph.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pgkeep {

struct ObjectName {
    std::string schema;
    std::string name;
    auto operator<=>(ObjectName const &) const = default;
};

class TocNames {
public:
    // All must outlive this.
    TocNames(Schema const &schema, TocGraph const &graph, std::vector<std::string> const &roles)
        : schema_(schema), graph_(graph), roles_(roles) {}

    // Dump ids of `names`, by their place in the list, among the entries that `wanted` accepts. A
    // name without an entry (a table that an extension made) is left out.
    [[nodiscard]] std::map<int, std::size_t> find(std::vector<ObjectName> const &names,
                                                  bool (*wanted)(TocEntry const &)) const;
    // The dump ids of the tables that `matches` accepts, except those that are in `known`.
    [[nodiscard]] std::map<int, ObjectName>
    find_others(std::map<int, std::size_t> const &known,
                std::function<bool(ObjectName const &)> const &matches) const;
    // Names that schemas may have by the look of the list.
    [[nodiscard]] std::set<std::string> possible_schemas() const;
    // The schema itself, with what was said about it.
    [[nodiscard]] std::set<int> of_schema(std::string const &schema) const;
    // What is inside it.
    [[nodiscard]] std::set<int> inside(std::string const &schema) const;

private:
    using Guesses = std::map<int, std::vector<std::size_t>>; // dump id -> places

    [[nodiscard]] Guesses guess(std::vector<ObjectName> const &names,
                                bool (*wanted)(TocEntry const &)) const;
    void drop_wrong(Guesses &guesses, std::vector<ObjectName> const &names) const;
    void decide(Guesses &guesses, std::vector<ObjectName> const &names) const;
    [[nodiscard]] bool is_inside(int dump_id, ObjectName const &name) const;
    [[nodiscard]] std::set<int> inside(std::string const &schema,
                                       std::vector<std::string> const &tables) const;

    Schema const &schema_;
    TocGraph const &graph_;
    std::vector<std::string> const &roles_;
};

} // namespace pgkeep
