// pg_amcheck over a restored database: whether the server's own files are sound.
//
// What it finds is damage that the restore or this machine made, or an index that its operators
// cannot keep in order.
//
// Thread-safety: one thread.

#pragma once

#include "archive/check.hpp"
#include "pg/connection.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

struct AmcheckReport {
    std::vector<Finding> findings;
    std::string note; // why nothing was checked; empty: it was
};

// `settings` lead into the database; `bindir` is where pg_amcheck is looked for. The extension is
// there meanwhile only. Throws Error{failed} when pg_amcheck could not do its work.
[[nodiscard]] AmcheckReport run_amcheck(std::string const &bindir,
                                        ConnectionSettings const &settings, unsigned jobs,
                                        std::stop_token const &token);

// One finding for each relation that its output names.
[[nodiscard]] std::vector<Finding> parse_amcheck(std::string_view output);

} // namespace pgkeep
