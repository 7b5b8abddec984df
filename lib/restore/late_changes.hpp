// What others committed between a safety snapshot and the swap: it is in neither of the two
// databases that count from then on, only in the old one.
//
// Thread-safety: functions use the connection.

#pragma once

#include "pg/change_marks.hpp"
#include "pg/connection.hpp"

#include <string>

namespace pgkeep {

// A sentence; empty when nothing was changed since `before`. `name` is what `old` was called then.
// What cannot be known is said too.
[[nodiscard]] std::string find_late_changes(ChangeMarks const &before, Connection &old,
                                            std::string const &name);

// The same when the old database cannot be asked.
[[nodiscard]] std::string unknown_late_changes(std::string const &name, std::string const &why);

} // namespace pgkeep
