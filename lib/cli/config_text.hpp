// Texts about the configuration of pgkeep-backup: one to start from, and what holds for a run.
//
// Secrets are left out: a connection is described, never repeated.
//
// Thread-safety: pure functions.

#pragma once

#include "cli/options.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace pgkeep {

// --print-config: every option of the file, with what it does, commented out.
[[nodiscard]] std::string format_starting_config();

// One option that holds, and the place that says it.
struct EffectiveValue {
    std::string option;
    std::string value;
    std::string from; // `command line`, `environment: PGKEEP_REPOSITORY`, `file:line`, `default`
};

enum class ConfigScope { whole_run, one_database };

// In the order of the table; options that nobody set and that have no default are left out.
[[nodiscard]] std::vector<EffectiveValue> effective_values(Options const &options,
                                                           ConfigScope scope);

[[nodiscard]] std::string format_values(std::string const &heading,
                                        std::vector<EffectiveValue> const &values);
[[nodiscard]] nlohmann::ordered_json values_json(std::vector<EffectiveValue> const &values);

} // namespace pgkeep
