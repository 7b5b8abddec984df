#include "cli/metrics_file.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "cli/metrics_text.hpp"
#include "cli/whole_repository.hpp"
#include "model/sql_text.hpp"
#include "repository/archive_state.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

namespace pgkeep {
namespace {

constexpr std::size_t kMostRead = 1 << 26;

std::optional<std::uint64_t> free_bytes(std::string const &folder) {
    struct statvfs about {};
    if (::statvfs(folder.c_str(), &about) != 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

// Damaged or not there, it tells nothing; the new one counts.
std::string previous_text(std::string const &path) {
    try {
        return read_small_file(path, kMostRead);
    } catch (Error const &) {
        return {};
    }
}

void publish_for_readers(std::string const &path, std::string const &text) {
    auto const slash = path.rfind('/');
    std::string const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    std::string const name = slash == std::string::npos ? path : path.substr(slash + 1);
    PublishedFile file{folder, name};
    file.append(as_bytes(text));
    file.open_to_readers();
    file.sync();
    file.commit(name, PublishedFile::Replace::allowed);
}

void add_repository(std::string const &folder, MetricsInput &input) {
    input.free_bytes = free_bytes(folder);
    auto const states = read_states(Repository{folder});
    input.databases = summarize(states, input.now, std::nullopt);
    for (ArchiveState const &state : states) {
        input.repository_bytes += state.file.size;
    }
    require_all_readable(Repository{folder});
}

} // namespace

bool write_metrics(std::string const &path, std::string const &repository,
                   std::vector<BackupOutcome> const &backups,
                   std::optional<BackupOutcome> const &run) {
    MetricsInput input;
    input.now = utc_now();
    input.backups = backups;
    input.run = run;
    std::optional<Error> unreadable;
    try {
        add_repository(repository, input);
    } catch (Error const &error) {
        unreadable = error;
    }
    input.previous = previous_text(path); // late: another run may have written meanwhile
    // How the run ended is worth telling even then.
    publish_for_readers(path, format_metrics(input));
    if (!unreadable || unreadable->kind() == ErrorKind::not_found) {
        return true;
    }
    log(LogLevel::warning, "the metrics file does not tell of the whole repository: {}",
        unreadable->what());
    return false;
}

} // namespace pgkeep
