#include "pg/libpq_options.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace pgkeep {

namespace {

constexpr std::size_t kNear = 3; // single-character edits

std::vector<LibpqOption> read_options() {
    // Unlike PQconndefaults(), this never looks into the environment or a service file.
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const all{
        PQconninfoParse("", nullptr), &PQconninfoFree};
    std::vector<LibpqOption> options;
    for (auto const *option = all.get(); option != nullptr && option->keyword != nullptr;
         ++option) {
        options.push_back({option->keyword, option->envvar == nullptr ? "" : option->envvar,
                           option->dispchar != nullptr && option->dispchar[0] == '*'});
    }
    return options;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

} // namespace

std::vector<LibpqOption> const &libpq_options() {
    static std::vector<LibpqOption> const options = read_options();
    return options;
}

LibpqOption const *find_libpq_option(std::string_view keyword) {
    auto const &options = libpq_options();
    auto const found = std::ranges::find(options, keyword, &LibpqOption::keyword);
    return found == options.end() ? nullptr : &*found;
}

std::optional<std::string> nearest_libpq_option(std::string_view keyword) {
    auto const &options = libpq_options();
    auto const distance = [&](LibpqOption const &option) {
        return edit_distance(keyword, option.keyword);
    };
    auto const best = std::ranges::min_element(options, {}, distance);
    if (best == options.end() || distance(*best) > std::min(kNear, keyword.size() / 2)) {
        return std::nullopt;
    }
    return best->keyword;
}

} // namespace pgkeep
