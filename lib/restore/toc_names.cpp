#include "restore/toc_names.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace pgkeep {
namespace {

// Bounds the argument list of one pg_restore.
constexpr std::size_t kNamesInOneCall = 1000;

// As pg_restore shows a name.
std::string shown(std::string_view name) {
    std::string text{name};
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '\r', ' ');
    return text;
}

std::string shown(ObjectName const &name) {
    return shown(name.schema) + " " + shown(name.name);
}

// All readings of an entry's text as names and owner, without the owner.
std::set<std::string> readings(TocEntry const &entry, std::vector<std::string> const &roles) {
    std::string_view const names = entry.names;
    std::set<std::string> texts;
    if (std::size_t const space = names.rfind(' '); space != std::string_view::npos) {
        texts.emplace(names.substr(0, space));
    }
    for (std::string const &role : roles) {
        std::string const end = " " + shown(role);
        if (names.ends_with(end)) {
            texts.emplace(names.substr(0, names.size() - end.size()));
        }
    }
    return texts;
}

} // namespace

std::map<int, std::size_t> TocNames::find(std::vector<ObjectName> const &names,
                                          bool (*wanted)(TocEntry const &)) const {
    Guesses guesses = guess(names, wanted);
    drop_wrong(guesses, names);
    decide(guesses, names);
    std::map<int, std::size_t> found;
    for (auto const &[id, places] : guesses) {
        if (!places.empty()) {
            found[id] = places.front();
        }
    }
    return found;
}

TocNames::Guesses TocNames::guess(std::vector<ObjectName> const &names,
                                  bool (*wanted)(TocEntry const &)) const {
    std::multimap<std::string, std::size_t> places;
    for (std::size_t i = 0; i < names.size(); ++i) {
        places.emplace(shown(names[i]), i);
    }
    Guesses guesses;
    for (TocEntry const &entry : graph_.toc()) {
        if (!wanted(entry)) {
            continue;
        }
        for (std::string const &text : readings(entry, roles_)) {
            auto const [begin, end] = places.equal_range(text);
            std::for_each(begin, end, [&](auto const &place) {
                guesses[entry.dump_id].push_back(place.second);
            });
        }
    }
    return guesses;
}

void TocNames::drop_wrong(Guesses &guesses, std::vector<ObjectName> const &names) const {
    std::map<std::string, std::set<std::string>> asked;
    for (auto const &[id, places] : guesses) {
        for (std::size_t const place : places) {
            asked[names[place].schema].insert(names[place].name);
        }
    }
    std::map<std::string, std::set<int>> right;
    for (auto const &[schema, tables] : asked) {
        std::vector<std::string> const all{tables.begin(), tables.end()};
        for (std::size_t i = 0; i < all.size(); i += kNamesInOneCall) {
            auto const begin = all.begin() + static_cast<std::ptrdiff_t>(i);
            auto const count = std::min(kNamesInOneCall, all.size() - i);
            right[schema].merge(
                inside(schema, {begin, begin + static_cast<std::ptrdiff_t>(count)}));
        }
    }
    for (auto &[id, places] : guesses) {
        std::erase_if(places, [&, dump_id = id](std::size_t place) {
            return !right[names[place].schema].contains(dump_id);
        });
    }
}

// Where one entry has two names, or two entries one name, each pair is asked for by itself.
void TocNames::decide(Guesses &guesses, std::vector<ObjectName> const &names) const {
    std::map<std::size_t, int> entries;
    for (auto const &[id, places] : guesses) {
        for (std::size_t const place : places) {
            ++entries[place];
        }
    }
    for (auto &[id, places] : guesses) {
        bool const sure = places.size() < 2 && std::all_of(places.begin(), places.end(),
                                                           [&](auto p) { return entries[p] == 1; });
        if (!sure) {
            std::erase_if(places, [&, dump_id = id](std::size_t place) {
                return !is_inside(dump_id, names[place]);
            });
        }
    }
}

std::map<int, ObjectName>
TocNames::find_others(std::map<int, std::size_t> const &known,
                      std::function<bool(ObjectName const &)> const &matches) const {
    std::map<int, ObjectName> found;
    for (TocEntry const &entry : graph_.toc()) {
        if (!is_table(entry) || known.contains(entry.dump_id)) {
            continue;
        }
        for (std::string const &text : readings(entry, roles_)) {
            for (std::size_t at = text.find(' '); at != std::string::npos;
                 at = text.find(' ', at + 1)) {
                ObjectName const name{text.substr(0, at), text.substr(at + 1)};
                if (matches(name) && is_inside(entry.dump_id, name)) {
                    found.emplace(entry.dump_id, name);
                }
            }
        }
    }
    return found;
}

bool TocNames::is_inside(int dump_id, ObjectName const &name) const {
    return !name.schema.empty() && !name.name.empty() &&
           inside(name.schema, {name.name}).contains(dump_id);
}

std::set<std::string> TocNames::possible_schemas() const {
    std::set<std::string> schemas;
    for (TocEntry const &entry : graph_.toc()) {
        if (entry.kind == "SCHEMA") {
            for (std::string const &text : readings(entry, roles_)) {
                schemas.insert(text.substr(std::min<std::size_t>(2, text.size()))); // `- name`
            }
        } else {
            schemas.insert(entry.names.substr(0, entry.names.find(' ')));
        }
    }
    return schemas;
}

std::set<int> TocNames::of_schema(std::string const &schema) const {
    std::set<int> ids;
    for (TocEntry const &entry : graph_.toc()) {
        bool const remark =
            entry.kind == "ACL" || entry.kind == "COMMENT" || entry.kind == "SECURITY LABEL";
        if (entry.kind == "SCHEMA" || remark) {
            std::string const text = (remark ? "- SCHEMA " : "- ") + shown(schema);
            if (readings(entry, roles_).contains(text)) {
                ids.insert(entry.dump_id);
            }
        }
    }
    return ids;
}

std::set<int> TocNames::inside(std::string const &schema) const {
    return inside(schema, std::vector<std::string>{});
}

std::set<int> TocNames::inside(std::string const &schema,
                               std::vector<std::string> const &tables) const {
    std::set<int> ids;
    for (TocEntry const &entry : schema_.list_inside(schema, tables)) {
        ids.insert(entry.dump_id);
    }
    return ids;
}

} // namespace pgkeep
