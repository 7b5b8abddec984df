#include "cli/mark_program.hpp"

#include "base/cancel.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "cli/backup_request.hpp"
#include "cli/connection_options.hpp"
#include "cli/report_json.hpp"
#include "cli/tally.hpp"
#include "model/sql_text.hpp"
#include "repository/archive_state.hpp"
#include "repository/marks.hpp"
#include "verify/verify.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

namespace pgkeep {
namespace {

// The archives as they were when the run began, to find the ones that are meant.
class Shelf {
public:
    Shelf(Repository repository, std::string database)
        : repository_(std::move(repository)),
          database_(std::move(database)),
          states_(read_states(repository_, database_)) {}

    [[nodiscard]] std::vector<ArchiveState> const &states() const { return states_; }

    // Throws what Repository::resolve() does, and Error{not_found} for a file elsewhere: a mark
    // beside it would mean nothing.
    [[nodiscard]] ArchiveState const &find(std::string const &wanted) const {
        std::string const path = repository_.resolve(wanted, database_, utc_now());
        struct stat status {};
        if (::stat(path.c_str(), &status) == 0) {
            FileIdentity const identity = identity_of(status);
            for (ArchiveState const &state : states_) {
                if (state.file.identity == identity) {
                    return state;
                }
            }
        }
        throw Error{ErrorKind::not_found,
                    printable(path) + " is no archive of the repository " +
                        printable(repository_.folder()),
                    "An archive has a name such as app_20260112_120000.sql.gz and is in the "
                    "repository's folder or in that of its database."};
    }

private:
    Repository repository_;
    std::string database_;
    std::vector<ArchiveState> states_;
};

// The cluster whose other archives of this database an adopted one joins: the only one, or that of
// the newest archive of ours.
std::string cluster_to_join(std::vector<ArchiveState> const &states, ArchiveState const &adopted) {
    auto const found = std::find_if(states.rbegin(), states.rend(), [&](ArchiveState const &state) {
        return state.file.name.database == adopted.file.name.database &&
               state.provenance() == Provenance::ours && !state.system_identifier().empty();
    });
    return found == states.rend() ? std::string{} : found->system_identifier();
}

std::string sha256_of(std::string const &path, std::stop_token const &token) {
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    FileSource const source{path};
    Sha256 hash;
    Bytes piece(kPiece);
    for (std::uint64_t at = 0; at < source.size();) {
        throw_if_cancelled(token);
        std::size_t const size = std::min<std::uint64_t>(kPiece, source.size() - at);
        source.read_at(at, std::span{piece}.first(size));
        hash.add(ByteView{piece}.first(size));
        at += size;
    }
    return to_hex(ByteView{hash.finish()});
}

void require_unchanged(std::string const &path, FileIdentity const &identity) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || identity_of(status) != identity) {
        throw Error{ErrorKind::failed, printable(path) + " changed while it was verified",
                    "Adopt it once it is complete."};
    }
}

std::string adopt(Run &run, Shelf const &shelf, ArchiveState const &state) {
    std::string const &path = state.file.path;
    if (state.provenance() == Provenance::ours) {
        throw Error{ErrorKind::usage, printable(path) + " is an archive of pgkeep",
                    "It counts as soon as pgkeep-verify has found it right."};
    }
    VerifyOptions options;
    options.jobs = jobs_of(run.options());
    VerifyReport const report = verify_file(path, options, run.token(), run.progress());
    if (!report.passed()) {
        throw Error{ErrorKind::damaged, printable(path) + ": " + report.findings.front().text(),
                    "It is not adopted, and stays where it is."};
    }
    std::string const sha256 = sha256_of(path, run.token());
    require_unchanged(path, state.file.identity);
    mark_adopted(path,
                 {utc_now(), state.file.identity, sha256, cluster_to_join(shelf.states(), state)});
    return fmt::format("adopted, {} in {}", format_count(report.rows, "row"),
                       format_count(report.tables, "table"));
}

std::string hold_one(ArchiveState const &state) {
    hold(state.file.path, utc_now());
    return "held";
}

std::string release_one(ArchiveState const &state) {
    return release(state.file.path) ? "released" : "was neither held nor suspected";
}

} // namespace

int run_marks(Run &run, RepositoryRequest const &request) {
    run.document()["archives"] = nlohmann::ordered_json::array();
    Shelf const shelf{Repository{repository_folder(run.options())}, request.only_database()};
    Tally tally{request.adopt.size() + request.hold.size() + request.release.size()};
    auto const each = [&](std::vector<std::string> const &archives, auto const &action) {
        for (std::string const &wanted : archives) {
            nlohmann::ordered_json entry;
            static_cast<void>(tally.attempt(printable(wanted), entry, [&] {
                ArchiveState const &state = shelf.find(wanted);
                entry["archive"] = json_name(state.file.path);
                std::string const outcome = action(state);
                entry["outcome"] = outcome;
                if (run.shows_results()) {
                    run.print(printable(state.file.path) + ": " + outcome + '\n');
                }
            }));
            run.document()["archives"].push_back(std::move(entry));
        }
    };
    each(request.adopt, [&](ArchiveState const &state) { return adopt(run, shelf, state); });
    each(request.hold, hold_one);
    each(request.release, release_one);
    return tally.finish();
}

} // namespace pgkeep
