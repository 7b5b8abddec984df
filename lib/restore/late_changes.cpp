#include "restore/late_changes.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <vector>

namespace pgkeep {

namespace {

std::string joined(std::vector<std::string> const &parts) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    }
    return text;
}

} // namespace

std::string find_late_changes(ChangeMarks const &before, Connection &old, std::string const &name) {
    ChangeMarks const now = read_change_marks(old);
    if (!before.counted || !now.counted) {
        return unknown_late_changes(name, "track_counts is off, so the server counts nothing");
    }
    if (now.rows < before.rows || now.definitions < before.definitions) {
        return unknown_late_changes(name, "the server has begun to count anew");
    }
    std::vector<std::string> changes;
    if (now.rows > before.rows) {
        changes.push_back(format_count(now.rows - before.rows, "row"));
    }
    if (now.definitions > before.definitions || now.shown.objects != before.shown.objects) {
        changes.emplace_back("tables, other definitions or large objects");
    }
    if (now.shown.sequences != before.shown.sequences) {
        changes.emplace_back("sequences");
    }
    return changes.empty()
               ? std::string{}
               : joined(changes) + " of \"" + printable(name) +
                     "\" were written after its safety snapshot was begun, and are not in it";
}

std::string unknown_late_changes(std::string const &name, std::string const &why) {
    return "it is not known whether \"" + printable(name) +
           "\" was changed after its safety snapshot was begun: " + why;
}

} // namespace pgkeep
