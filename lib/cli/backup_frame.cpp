#include "cli/backup_frame.hpp"

#include "base/log.hpp"
#include "cli/metrics_file.hpp"
#include "cli/still_good.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace pgkeep {
namespace {

using Clock = std::chrono::steady_clock;

void stop_clock(BackupOutcome &outcome, Clock::time_point start) {
    outcome.ended = utc_now();
    outcome.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

} // namespace

bool refresh_metrics(Options const &options, std::vector<BackupOutcome> const &backups,
                     std::optional<BackupOutcome> const &run) {
    auto const path = options.text("metrics-file");
    if (!path || options.has("file")) {
        return true;
    }
    try {
        return write_metrics(*path, repository_folder(options), backups, run);
    } catch (Error const &error) {
        log(LogLevel::warning, "the metrics file is not written: {}", error.what());
        return false;
    }
}

BackupFrame::BackupFrame(Run &run, BackupRequest const &request) : run_(run), request_(request) {
}

int BackupFrame::around(std::function<int()> const &work) {
    Clock::time_point const start = Clock::now();
    BackupOutcome outcome;
    std::exception_ptr failure;
    try {
        run_hook({"--run-before", request_.run_before, request_.options.connection}, outcome,
                 run_.token());
        outcome.exit_code = work();
        outcome = whole_run();
    } catch (...) {
        failure = std::current_exception();
        Error const error = current_error();
        outcome = whole_run();
        outcome.exit_code = run_.exit_code_for(error.kind());
        outcome.message = error.what();
    }
    stop_clock(outcome, start);
    finish(outcome);
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (troubles_ > 0) {
        throw Error{ErrorKind::attention, "what should follow the backup failed",
                    "The backup itself is complete. The warnings above say what is wrong."};
    }
    return outcome.exit_code;
}

void BackupFrame::around_database(DatabaseRequest const &request,
                                  std::function<void(BackupOutcome &)> const &work) {
    Clock::time_point const start = Clock::now();
    BackupOutcome outcome;
    outcome.database = request.database;
    std::exception_ptr failure;
    try {
        work(outcome);
    } catch (...) {
        failure = std::current_exception();
        Error const error = current_error();
        outcome.exit_code = run_.exit_code_for(error.kind());
        outcome.message = error.what();
        if (error.kind() != ErrorKind::cancelled && !request_.file) {
            say_what_is_still_good(request.database);
        }
    }
    stop_clock(outcome, start);
    outcomes_.push_back(outcome);
    if (!run_.token().stop_requested()) {
        run_after(request.run_after, outcome);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

void BackupFrame::say_what_is_still_good() const {
    constexpr std::size_t kShown = 10;
    try {
        auto const databases = Repository{repository_folder(run_.options())}.databases();
        for (std::size_t i = 0; i < std::min(databases.size(), kShown); ++i) {
            say_what_is_still_good(databases[i]);
        }
    } catch (Error const &) { // no repository yet
    }
}

void BackupFrame::say_what_is_still_good(std::string const &database) const {
    std::string const good =
        describe_still_good(repository_folder(run_.options()), database, utc_now());
    if (!good.empty()) {
        log_message(LogLevel::warning, good);
    }
}

Hook BackupFrame::after(std::string const &command) const {
    return {"--run-after", command, request_.options.connection};
}

void BackupFrame::run_after(std::string const &command, BackupOutcome const &outcome) {
    try {
        run_hook(after(command), outcome, run_.token());
    } catch (Error const &error) {
        if (error.kind() == ErrorKind::cancelled) {
            throw;
        }
        ++troubles_;
        log(LogLevel::warning, "{}", error.what());
    }
}

void BackupFrame::finish(BackupOutcome outcome) {
    judge(outcome);
    write_metrics_of(outcome);
    judge(outcome);
    if (run_.token().stop_requested()) {
        run_hook_briefly(after(request_.run_after), outcome);
        return;
    }
    run_after(request_.run_after, outcome); // it may carry the metrics elsewhere
    int const before = outcome.exit_code;
    judge(outcome);
    if (outcome.exit_code != before) {
        write_metrics_of(outcome);
    }
}

void BackupFrame::judge(BackupOutcome &outcome) const {
    if (outcome.exit_code == 0 && troubles_ > 0) {
        outcome.exit_code = exit_code(ErrorKind::attention);
        outcome.message = "what should follow the backup failed";
    }
}

void BackupFrame::write_metrics_of(BackupOutcome const &outcome) {
    if (!refresh_metrics(run_.options(), outcomes_, outcome)) {
        ++troubles_;
    }
}

BackupOutcome BackupFrame::whole_run() const {
    BackupOutcome outcome;
    if (outcomes_.size() == 1) {
        outcome = outcomes_.front();
        outcome.database.clear();
    } else if (outcomes_.empty()) {
        outcome.message = "globals saved";
    } else {
        outcome.message = fmt::format("{} databases backed up", outcomes_.size());
    }
    outcome.exit_code = 0;
    return outcome;
}

} // namespace pgkeep
