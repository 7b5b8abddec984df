#include "cli/option_table.hpp"

#include "cli/options_backup.hpp"
#include "cli/options_common.hpp"
#include "cli/options_connection.hpp"
#include "cli/options_restore.hpp"
#include "cli/options_restore_part.hpp"
#include "cli/options_retention.hpp"
#include "cli/options_verify.hpp"

#include <algorithm>
#include <array>

namespace pgkeep {

namespace {

using namespace option_rows;

template <std::size_t... Sizes>
constexpr auto concatenate(std::array<OptionSpec, Sizes> const &...rows) {
    std::array<OptionSpec, (Sizes + ...)> table{};
    auto *out = table.data();
    ((out = std::copy(rows.begin(), rows.end(), out)), ...);
    return table;
}

constexpr auto kOptions =
    concatenate(kBackupOptions, kRetentionOptions, kRestoreOptions, kRestorePartOptions,
                kVerifyOptions, kServerOptions, kCommonOptions);

constexpr bool every_row_is_described() {
    for (OptionSpec const &option : kOptions) {
        if (option.name.empty() || option.summary.empty() || option.details.empty() ||
            option.is_switch() != option.value.empty() ||
            (option.kind == ValueKind::choice) != !option.choices.empty()) {
            return false;
        }
    }
    return true;
}
static_assert(every_row_is_described(), "an option lacks its name, summary, details or value name");

constexpr bool no_name_or_letter_stands_twice() {
    for (std::size_t i = 0; i < kOptions.size(); ++i) {
        for (std::size_t j = i + 1; j < kOptions.size(); ++j) {
            bool const same =
                kOptions[i].name == kOptions[j].name ||
                (kOptions[i].letter != '\0' && kOptions[i].letter == kOptions[j].letter);
            if (same && kOptions[i].programs.overlaps(kOptions[j].programs)) {
                return false;
            }
        }
    }
    return true;
}
static_assert(no_name_or_letter_stands_twice(),
              "two options of one program have the same name or letter");

constexpr std::array<std::string_view, kGroupCount> kHeadings{
    "Selection",           "Output",     "Restoring",
    "Part of the archive", "Checking",   "Retention",
    "Care for the server", "Connection", "General",
};

} // namespace

std::span<OptionSpec const> option_table() noexcept {
    return kOptions;
}

std::string_view group_heading(OptionGroup group) noexcept {
    return kHeadings[static_cast<std::size_t>(group)];
}

OptionSpec const *find_option(ProgramId program, std::string_view name) noexcept {
    for (OptionSpec const &option : kOptions) {
        if (option.name == name && option.programs.has(program)) {
            return &option;
        }
    }
    return nullptr;
}

OptionSpec const *find_option(std::string_view name) noexcept {
    for (OptionSpec const &option : kOptions) {
        if (option.name == name) {
            return &option;
        }
    }
    return nullptr;
}

} // namespace pgkeep
