#include "cli/tally.hpp"

#include "base/log.hpp"
#include "cli/report_json.hpp"

#include <fmt/format.h>

namespace pgkeep {

bool Tally::attempt(std::string const &name, nlohmann::ordered_json &failure,
                    std::function<void()> const &action) {
    try {
        action();
        return true;
    } catch (...) {
        Error const error = current_error();
        if (error.kind() == ErrorKind::cancelled || planned_ == 1) {
            throw;
        }
        Error const named = error.within(name);
        log_failure(named.what(), named.hint());
        add_failure(failure, error);
        ++failed_;
        first_ = first_.value_or(error.kind());
        return false;
    }
}

int Tally::finish() const {
    if (failed_ == 0) {
        return 0;
    }
    bool const all = failed_ == planned_;
    throw Error{all ? *first_ : ErrorKind::attention,
                fmt::format("{} of {} failed", failed_, planned_),
                all ? "" : "What the others made is complete and can be used."};
}

} // namespace pgkeep
