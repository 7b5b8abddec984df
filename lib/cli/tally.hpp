// Several things that are done one after the other, of which one that fails must not stop the
// others.
//
// Alone, a failure is thrown on, so that its message and exit code are the program's. Among several
// it is reported at once and counted; a stop request always ends the run.
//
// Thread-safety: one thread.

#pragma once

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace pgkeep {

class Tally {
public:
    explicit Tally(std::size_t planned) : planned_(planned) {}

    // False when `action` failed; `failure` then has error, hint and exit code.
    bool attempt(std::string const &name, nlohmann::ordered_json &failure,
                 std::function<void()> const &action);

    // 0 when all went well. Throws Error{attention} when some failed, and when all did the first
    // error's kind.
    [[nodiscard]] int finish() const;

private:
    std::size_t planned_;
    std::size_t failed_ = 0;
    std::optional<ErrorKind> first_;
};

} // namespace pgkeep
