#include "cli/report_json.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"

namespace pgkeep {

nlohmann::ordered_json json_name(std::string_view name) {
    if (is_valid_utf8(name)) {
        return name;
    }
    return {{"hex", to_hex(as_bytes(name))}};
}

double json_seconds(std::chrono::milliseconds duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

void add_failure(nlohmann::ordered_json &object, Error const &error) {
    object["error"] = redacted(error.what());
    object["hint"] = redacted(error.hint());
    object["exit_code"] = exit_code(error.kind());
}

} // namespace pgkeep
