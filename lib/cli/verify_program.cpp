#include "base/log.hpp"
#include "cli/backup_request.hpp"
#include "cli/connection_options.hpp"
#include "cli/programs.hpp"
#include "cli/report_json.hpp"
#include "cli/tally.hpp"
#include "cli/verify_report.hpp"
#include "cli/verify_selection.hpp"
#include "model/sql_text.hpp"
#include "verify/verify.hpp"

#include <fmt/format.h>

namespace pgkeep {

namespace {

VerifyOptions verify_options(Options const &options) {
    VerifyOptions verify;
    verify.level = options.text("level") == "quick" ? CheckLevel::quick : CheckLevel::checksum;
    verify.jobs = jobs_of(options);
    return verify;
}

// Whether the archive is sound.
bool verify_one(Run &run, std::string const &path, VerifyOptions const &options) {
    VerifyReport const report = verify_file(path, options, run.token(), run.progress());
    run.document()["archives"].push_back(verify_json(report));
    if (!run.json() && (!run.quiet() || !report.passed())) {
        run.print(format_verify_report(report));
    }
    return report.passed();
}

} // namespace

int run_verify(Run &run) {
    run.document()["archives"] = nlohmann::ordered_json::array();
    auto const paths = select_for_verification(run.options(), utc_now());
    VerifyOptions const options = verify_options(run.options());
    Tally tally{paths.size()};
    std::size_t damaged = 0;
    for (std::string const &path : paths) {
        nlohmann::ordered_json failure;
        bool const read = tally.attempt(printable(path), failure,
                                        [&] { damaged += verify_one(run, path, options) ? 0 : 1; });
        if (!read) {
            damaged += failure["exit_code"] == exit_code(ErrorKind::damaged) ? 1 : 0;
            failure["archive"] = json_name(path);
            run.document()["archives"].push_back(std::move(failure));
        }
    }
    if (damaged > 0) {
        throw Error{ErrorKind::damaged,
                    fmt::format("{} of {} archives damaged", damaged, paths.size()),
                    "Do not remove older archives before a new backup has been verified."};
    }
    return tally.finish();
}

} // namespace pgkeep
