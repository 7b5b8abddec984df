#include "restore/select.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "restore/name_matcher.hpp"
#include "restore/toc_graph.hpp"
#include "restore/toc_names.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace pgkeep {
namespace {

using Ids = std::set<int>;

bool is_sequence_entry(TocEntry const &entry) {
    return entry.kind == "SEQUENCE";
}

template <typename Entries>
std::vector<ObjectName> names_of(Entries const &entries) {
    std::vector<ObjectName> names;
    for (auto const &entry : entries) {
        names.push_back({entry.schema, entry.name});
    }
    return names;
}

[[noreturn]] void refuse_pattern(std::string const &what, std::string const &pattern,
                                 std::vector<std::string> const &names) {
    std::string const near = nearest_names(pattern, names);
    throw Error{ErrorKind::not_found,
                "no " + what + " of the archive matches \"" + printable(pattern) + "\"",
                near.empty() ? "Names with capitals or dots need double quotes inside the pattern."
                             : near};
}

class Finder {
public:
    Finder(RestorePart const &part, Manifest const &manifest, Schema const &schema,
           bool into_existing)
        : part_(part),
          manifest_(manifest),
          schema_(schema),
          into_existing_(into_existing),
          graph_(schema.list(), manifest.roles),
          names_(schema, graph_, manifest.roles),
          tables_(names_of(manifest.tables)),
          table_ids_(names_.find(tables_, is_table)) {}

    Selection find() {
        find_schemas();
        Ids const objects = part_.tables.empty() ? objects_of_schemas() : objects_of_tables();
        take_rows(objects);
        if (part_.data) {
            require_whole_partitioned_tables(objects);
        }
        Ids const all = into_existing_ ? objects : graph_.with_prerequisites(with_makers(objects));
        take_sequences(all);
        selection_.large_objects = false;
        selection_.make_large_objects = false;
        selection_.toc = all;
        return std::move(selection_);
    }

private:
    void find_schemas() {
        if (part_.schemas.empty()) {
            return;
        }
        std::set<std::string> known = names_.possible_schemas();
        for (ObjectName const &table : tables_) {
            known.insert(table.schema);
        }
        for (SequenceEntry const &sequence : manifest_.sequences) {
            known.insert(sequence.schema);
        }
        known.erase("-");
        for (std::string const &pattern : part_.schemas) {
            find_schema(SchemaMatcher{pattern}, known);
        }
    }

    void find_schema(SchemaMatcher const &matcher, std::set<std::string> const &known) {
        bool found = false;
        for (std::string const &schema : known) {
            if (!matcher.matches(schema)) {
                continue;
            }
            Ids ids = names_.inside(schema);
            ids.merge(names_.of_schema(schema));
            bool const has_rows = std::any_of(tables_.begin(), tables_.end(),
                                              [&](auto const &t) { return t.schema == schema; });
            if (!ids.empty() || has_rows) {
                schemas_[schema] = std::move(ids);
                found = true;
            }
        }
        if (!found) {
            refuse_pattern("schema", matcher.pattern(), {known.begin(), known.end()});
        }
    }

    Ids objects_of_schemas() {
        Ids ids;
        for (auto const &[schema, its] : schemas_) {
            ids.insert(its.begin(), its.end());
            for (std::size_t i = 0; i < tables_.size(); ++i) {
                if (tables_[i].schema == schema) {
                    take_table(i);
                }
            }
        }
        return graph_.without_loose_ends(std::move(ids), into_existing_);
    }

    Ids objects_of_tables() {
        Ids roots;
        std::map<int, ObjectName> const others =
            names_.find_others(table_ids_, [&](ObjectName const &name) {
                return is_in_schemas(name) &&
                       std::any_of(part_.tables.begin(), part_.tables.end(), [&](auto const &p) {
                           return matcher(p).matches(name.schema, name.name);
                       });
            });
        for (std::string const &pattern : part_.tables) {
            if (!find_tables(matcher(pattern), others, roots)) {
                refuse_pattern("table", pattern, shown_tables());
            }
        }
        return graph_.with_parts(graph_.with_partitions(std::move(roots)), into_existing_);
    }

    TableMatcher const &matcher(std::string const &pattern) {
        return matchers_.try_emplace(pattern, pattern, manifest_.origin.database).first->second;
    }

    bool find_tables(TableMatcher const &matcher, std::map<int, ObjectName> const &others,
                     Ids &roots) {
        bool found = false;
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            if (is_in_schemas(tables_[i]) && matcher.matches(tables_[i].schema, tables_[i].name)) {
                take_table(i);
                found = true;
            }
        }
        for (auto const &[id, place] : table_ids_) {
            if (rows_.contains(place)) {
                roots.insert(id);
            }
        }
        for (auto const &[id, name] : others) {
            if (matcher.matches(name.schema, name.name)) {
                roots.insert(id);
                found = true;
            }
        }
        return found;
    }

    [[nodiscard]] bool is_in_schemas(ObjectName const &name) const {
        return part_.schemas.empty() || schemas_.contains(name.schema);
    }

    [[nodiscard]] std::vector<std::string> shown_tables() const {
        std::vector<std::string> shown;
        for (ObjectName const &table : tables_) {
            if (is_in_schemas(table)) {
                shown.push_back(printable_name(table.schema, table.name));
            }
        }
        return shown;
    }

    void take_table(std::size_t place) {
        rows_.insert(place);
        selection_.tables.insert(manifest_.tables[place].number);
    }

    // The rows of tables that came without being named: partitions.
    void take_rows(Ids const &objects) {
        for (auto const &[id, place] : table_ids_) {
            if (objects.contains(id)) {
                take_table(place);
            }
        }
    }

    // What the archive has as rows of a partitioned table can only be loaded through that table,
    // and nobody knows into which of its partitions a row goes.
    void require_whole_partitioned_tables(Ids const &objects) const {
        for (auto const &[id, place] : table_ids_) {
            TableEntry const &table = manifest_.tables[place];
            if (!table.partitioned || !table.has_data) {
                continue;
            }
            bool const taken = rows_.contains(place);
            for (int const part : graph_.with_partitions({id})) {
                bool const chosen = objects.contains(part);
                if (part != id && taken != chosen && (chosen || part_.schema)) {
                    refuse_part(table, *graph_.find(part), chosen);
                }
            }
        }
    }

    [[noreturn]] void refuse_part(TableEntry const &table, TocEntry const &part,
                                  bool chosen) const {
        std::string names = names_without_owner(part, manifest_.roles);
        names.replace(std::min(names.find(' '), names.size()), 1, ".");
        std::string const whole = printable_name(table.schema, table.name);
        throw Error{ErrorKind::usage,
                    chosen ? "the rows of partition " + printable(names) +
                                 " are in the archive among those of " + whole +
                                 ", which is not chosen"
                           : "the rows of " + whole + " need its partition " + printable(names) +
                                 ", which is not chosen",
                    "The table is divided by the hash of an enum value, which differs from "
                    "database to database: take it whole, with all of its partitions (-t " +
                        whole + "), or only definitions with --schema-only."};
    }

    void take_sequences(Ids const &objects) {
        auto const ids = names_.find(names_of(manifest_.sequences), is_sequence_entry);
        for (auto const &[id, place] : ids) {
            if (objects.contains(id)) {
                selection_.sequences.insert(place);
            }
        }
    }

    // What pg_dump does not say: which extension made a table that has no entry, and where the
    // operator classes of an exclusion constraint are from. Then all that may be are taken.
    [[nodiscard]] Ids with_makers(Ids objects) const {
        std::set<std::size_t> made = rows_;
        for (auto const &[id, place] : table_ids_) {
            made.erase(place);
        }
        bool const excludes = has_exclusion_constraint(objects);
        for (TocEntry const &entry : graph_.toc()) {
            if ((entry.kind == "EXTENSION" && (excludes || !made.empty())) ||
                (entry.kind == "OPERATOR CLASS" && excludes)) {
                objects.insert(entry.dump_id);
            }
        }
        return objects;
    }

    [[nodiscard]] bool has_exclusion_constraint(Ids const &objects) const {
        Ids constraints;
        for (TocEntry const &entry : graph_.toc()) {
            if (entry.kind == "CONSTRAINT" && objects.contains(entry.dump_id)) {
                constraints.insert(entry.dump_id);
            }
        }
        return !constraints.empty() &&
               schema_.script_of("post-data", constraints).find(" EXCLUDE USING ") !=
                   std::string::npos;
    }

    RestorePart const &part_;
    Manifest const &manifest_;
    Schema const &schema_;
    bool into_existing_;
    TocGraph graph_;
    TocNames names_;
    std::vector<ObjectName> tables_;       // of the manifest
    std::map<int, std::size_t> table_ids_; // dump id -> place in tables_
    std::map<std::string, Ids> schemas_;   // chosen by -n, with what is inside
    std::map<std::string, TableMatcher> matchers_;
    std::set<std::size_t> rows_; // places of the tables that are taken
    Selection selection_;
};

// Large objects are data, even if their entries are among those of the schema.
Ids large_objects(TocGraph const &graph) {
    Ids ids;
    for (TocEntry const &entry : graph.toc()) {
        if (is_large_object(entry)) {
            ids.insert(entry.dump_id);
        }
    }
    return graph.with_parts(std::move(ids), false);
}

Ids all_but_large_objects(TocGraph const &graph) {
    Ids const left_out = large_objects(graph);
    Ids ids;
    for (TocEntry const &entry : graph.toc()) {
        if (!left_out.contains(entry.dump_id)) {
            ids.insert(entry.dump_id);
        }
    }
    return ids;
}

} // namespace

Selection find_selection(RestorePart const &part, Manifest const &manifest, Schema const &schema,
                         bool into_existing) {
    bool const whole = part.tables.empty() && part.schemas.empty();
    Selection selection =
        whole ? select_all(manifest) : Finder{part, manifest, schema, into_existing}.find();
    if (!part.data) {
        selection.tables.clear();
        selection.sequences.clear();
        selection.large_objects = false;
        selection.make_large_objects = false;
        if (whole) {
            selection.toc = all_but_large_objects({schema.list(), manifest.roles});
        }
    }
    if (!part.schema) {
        bool const make = selection.large_objects && !into_existing;
        selection.make_large_objects = make;
        selection.toc = make ? large_objects({schema.list(), manifest.roles}) : Ids{};
    }
    return selection;
}

} // namespace pgkeep
