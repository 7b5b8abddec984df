// Which objects of an archive belong together, and which need which.
//
// Read from pg_restore's list: kinds, and what pg_dump says that an entry depends on. A *part* is
// what makes no sense without its table (index, default, trigger, policy, owned sequence …); a
// *prerequisite* is what an object cannot be created without (its schema, types, functions …).
//
// Which table an entry belongs to is known by its dependencies; only where there are several tables
// among them (a foreign key) the beginning of its name decides.
//
// Thread-safety: after construction all functions may be called from several threads.

#pragma once

#include "proc/toc.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// Tables of every sort and views.
[[nodiscard]] bool is_relation(TocEntry const &entry);
[[nodiscard]] bool is_table(TocEntry const &entry); // not a view
// Large objects, with their owners; not their content.
[[nodiscard]] bool is_large_object(TocEntry const &entry);

// `names` of an entry without the owner at its end: one of `roles`, or else the last word.
[[nodiscard]] std::string names_without_owner(TocEntry const &entry,
                                              std::vector<std::string> const &roles);

class TocGraph {
public:
    // `toc` with dependencies. `roles`: those that may own objects.
    TocGraph(std::vector<TocEntry> toc, std::vector<std::string> roles);

    TocGraph(TocGraph const &) = delete;
    TocGraph &operator=(TocGraph const &) = delete;

    [[nodiscard]] std::vector<TocEntry> const &toc() const noexcept { return toc_; }
    // Null when the archive has no such entry.
    [[nodiscard]] TocEntry const *find(int dump_id) const;

    // `tables` with all partitions of those that are partitioned.
    [[nodiscard]] std::set<int> with_partitions(std::set<int> tables) const;
    // `objects` with the parts of the tables among them. A foreign key, or a trigger that names
    // another table, is one only when that table is among `objects` too, or `others_exist`.
    [[nodiscard]] std::set<int> with_parts(std::set<int> objects, bool others_exist) const;
    // `objects` without what only makes sense together with others that are not among them.
    [[nodiscard]] std::set<int> without_loose_ends(std::set<int> objects, bool others_exist) const;
    // `objects` with all that they cannot be created without, and the privileges and comments of
    // that. A partition can be created without its parent.
    [[nodiscard]] std::set<int> with_prerequisites(std::set<int> objects) const;

private:
    using Ids = std::set<int>;

    // `objects` without privileges, comments and labels of others.
    [[nodiscard]] Ids without_orphaned_remarks(Ids objects) const;
    [[nodiscard]] Ids dependencies(TocEntry const &entry, bool (*wanted)(TocEntry const &)) const;
    [[nodiscard]] std::optional<int> own_relation(TocEntry const &entry) const;
    [[nodiscard]] std::optional<int> lowest_relation(TocEntry const &entry) const;
    [[nodiscard]] bool is_part(TocEntry const &entry, Ids const &objects, bool others_exist) const;
    [[nodiscard]] bool is_part_of_own(TocEntry const &entry, Ids const &objects,
                                      bool others_matter) const;
    [[nodiscard]] bool is_attached(std::optional<int> child, Ids const &objects) const;
    [[nodiscard]] bool owner_of_sequence_is_there(TocEntry const &entry, Ids const &objects) const;
    [[nodiscard]] bool needs(TocEntry const &entry, TocEntry const &other) const;
    void remember_partition(TocEntry const &attach);

    std::vector<TocEntry> toc_;
    std::vector<std::string> roles_;
    std::map<int, TocEntry const *> by_id_;
    std::map<int, int> parents_;          // of partitions
    std::set<int> sequences_owned_apart_; // by a statement of its own
};

} // namespace pgkeep
