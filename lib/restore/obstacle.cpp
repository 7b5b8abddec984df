#include "restore/obstacle.hpp"

namespace pgkeep {

Error combined_error(std::vector<Obstacle> const &obstacles) {
    Obstacle const &first = obstacles.front();
    if (obstacles.size() == 1) {
        return {first.kind, first.text, first.hint.empty() ? "Nothing was changed." : first.hint};
    }
    std::string text =
        std::to_string(obstacles.size()) + " things stand in the way of this restore";
    std::string hint = "Nothing was changed.";
    for (std::size_t i = 0; i < obstacles.size(); ++i) {
        text += (i == 0 ? ": (" : "; (") + std::to_string(i + 1) + ") " + obstacles[i].text;
        bool const said = i > 0 && obstacles[i].hint == obstacles[i - 1].hint;
        if (!obstacles[i].hint.empty() && !said) {
            hint += " (" + std::to_string(i + 1) + ") " + obstacles[i].hint;
        }
    }
    return {first.kind, text, hint};
}

} // namespace pgkeep
