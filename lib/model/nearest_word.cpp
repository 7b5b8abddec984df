#include "model/nearest_word.hpp"

#include <algorithm>
#include <vector>

namespace pgkeep {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Rows i-2, i-1 and i of the usual matrix; the first is needed for swapped neighbours.
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

std::optional<std::string_view> nearest_word(std::string_view word,
                                             std::span<std::string_view const> words) {
    auto const begins = [word](std::string_view w) { return w.starts_with(word); };
    auto const longer =
        word.size() < 2 ? words.end() : std::find_if(words.begin(), words.end(), begins);
    if (longer != words.end() && std::count_if(words.begin(), words.end(), begins) == 1) {
        return *longer;
    }
    std::optional<std::string_view> nearest;
    std::size_t smallest = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (std::string_view const candidate : words) {
        std::size_t const distance = edit_distance(word, candidate);
        if (distance < smallest) {
            smallest = distance;
            nearest = candidate;
        }
    }
    return nearest || longer == words.end() ? nearest : std::optional{*longer};
}

} // namespace pgkeep
