#include "repository/prune.hpp"

#include "archive/reader.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "base/printable.hpp"
#include "repository/folder_scan.hpp"
#include "repository/replacements.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

// Since when an archive of ours is known to be damaged; no value when it is not. Of one whose end
// is gone nobody wrote that down: not before its file was changed.
std::optional<Time> damaged_since(ArchiveState const &state) {
    if (state.provenance() != Provenance::ours) {
        return std::nullopt;
    }
    if (!state.file.footer) {
        return state.file.changed;
    }
    Evidence const *const failure = state.standing_failure();
    if (failure == nullptr || failure->unreadable) {
        return std::nullopt;
    }
    auto first = std::find_if(state.evidence.begin(), state.evidence.end(),
                              [&](Evidence const &entry) { return &entry == failure; });
    while (first != state.evidence.begin() && !std::prev(first)->passed) {
        --first;
    }
    return first->time;
}

bool is_proven(ArchiveState const &state) {
    if (!state.marks.anomalies.empty()) {
        return false;
    }
    return state.file.footer ? state.proof() != nullptr : state.provenance() == Provenance::adopted;
}

// Nobody has found anything wrong with it, and nobody can say that it is good.
bool is_in_doubt(ArchiveState const &state) {
    Evidence const *const failure = state.standing_failure();
    return !is_proven(state) && state.file.footer && state.is_what_its_name_says() &&
           (failure == nullptr || failure->unreadable);
}

// Why retention cannot decide on an archive as it should; empty when it can.
std::string why_not_judged(ArchiveState const &state) {
    if (state.file.unknown) {
        return "nobody can tell what it is: " + state.file.problem;
    }
    return state.evidence_unread;
}

// Throws Error when it is there and cannot be removed. What is no regular file is none of ours.
void remove_beside(FileDescriptor const &folder, std::string const &name) {
    if (is_regular_file(folder, name) && ::unlinkat(folder.get(), name.c_str(), 0) != 0 &&
        errno != ENOENT) {
        throw system_error(errno, "cannot remove " + name);
    }
}

// NFS gives a lock that excludes others only to who may write; elsewhere reading is enough.
FileDescriptor open_to_lock(FileDescriptor const &folder, std::string const &name) {
    FileDescriptor open = open_regular_in(folder, name, O_RDWR);
    return open.valid() ? std::move(open) : open_regular_in(folder, name, O_RDONLY);
}

// Why the archive must stay; empty when it may go. `open` keeps others from putting it on hold
// meanwhile. Throws Error when that cannot be known.
std::string why_spared(FileDescriptor const &folder, std::string const &name,
                       FileDescriptor const &open, FileIdentity const &judged) {
    if (!open.valid()) {
        if (errno == ENOENT) {
            return "it is gone";
        }
        throw system_error(errno, "cannot open " + name);
    }
    if (uninterrupted([&] { return ::flock(open.get(), LOCK_EX | LOCK_NB); }) != 0) {
        if (errno == EWOULDBLOCK) {
            return "another program has locked it";
        }
        throw system_error(errno, "cannot lock " + name);
    }
    struct stat status {};
    if (::fstat(open.get(), &status) != 0 || identity_of(status) != judged ||
        identity_in(folder, name) != judged || !parse_archive_name(name)) {
        return "it has changed since it was judged";
    }
    return is_held(folder, name) ? "it was put on hold" : "";
}

// Empty when it was removed.
std::string remove_archive(FileDescriptor const &folder, std::string const &name,
                           FileIdentity const &judged) {
    FileDescriptor const open = open_to_lock(folder, name);
    if (std::string why = why_spared(folder, name, open, judged); !why.empty()) {
        return why;
    }
    remove_beside(folder, evidence_path(name));
    if (::unlinkat(folder.get(), name.c_str(), 0) != 0) {
        throw system_error(errno, "cannot remove " + name);
    }
    remove_beside(folder, mark_path(name, mark_kind::kAdopted));
    remove_beside(folder, mark_path(name, mark_kind::kAnomaly));
    return {};
}

// The folders that archives were removed from, each opened once.
class Folders {
public:
    explicit Folders(Repository const &repository) : repository_(repository) {}

    FileDescriptor const &of(ArchiveFile const &file) {
        std::string const path = file.path.substr(0, file.path.rfind('/'));
        auto found = folders_.find(path);
        if (found == folders_.end()) {
            auto folder = repository_.open_folder_of(file);
            if (!folder) {
                throw Error{ErrorKind::failed, "folder " + path + " is gone"};
            }
            found = folders_.emplace(path, std::move(*folder)).first;
        }
        return found->second;
    }

    void sync() const {
        for (auto const &[path, folder] : folders_) {
            if (uninterrupted([fd = folder.get()] { return ::fsync(fd); }) != 0) {
                log(LogLevel::warning, "cannot sync folder {}", path);
            }
        }
    }

private:
    Repository const &repository_;
    std::map<std::string, FileDescriptor> folders_;
};

void remove_one(Folders &folders, PruneEntry const &entry, PruneResult &result) {
    ArchiveFile const &file = entry.state.file;
    try {
        std::string why =
            remove_archive(folders.of(file), name_of(file.path), entry.state.file.identity);
        if (why.empty()) {
            result.removed.push_back(file.path);
            result.freed += file.size;
        } else {
            result.spared.push_back({file.path, std::move(why), false});
        }
    } catch (Error const &error) {
        result.spared.push_back({file.path, error.what(), true});
    }
}

// Names of the snapshots that --undo may take: of the last replacement that is sure, and of those
// after it that may have happened.
std::set<std::string> ways_back(std::string const &folder, std::string const &cluster) {
    std::set<std::string> names;
    auto const replacements = read_replacements(folder, cluster);
    for (auto last = replacements.rbegin(); last != replacements.rend(); ++last) {
        names.insert(last->safety_snapshot);
        if (last->recorded) {
            break;
        }
    }
    return names;
}

// Where it cannot be known, all of them.
void mark_ways_back(std::vector<RetentionItem> &items) {
    std::map<std::pair<std::string, std::string>, std::optional<std::set<std::string>>> known;
    for (RetentionItem &item : items) {
        if (item.kind != ArchiveKind::safety) {
            continue;
        }
        auto const [place, is_new] =
            known.try_emplace({folder_of(item.id), item.system_identifier}, std::nullopt);
        if (is_new) {
            try {
                place->second = ways_back(folder_of(item.id), item.system_identifier);
            } catch (Error const &error) {
                log(LogLevel::warning,
                    "no safety snapshot in {} is removed, since --undo may need it: {}",
                    printable(folder_of(item.id)), error.what());
            }
        }
        item.way_back = !place->second || place->second->contains(name_of(item.id));
    }
}

} // namespace

std::vector<RetentionItem> retention_items(std::vector<ArchiveState> const &states) {
    auto clusters = clusters_of(states);
    std::vector<RetentionItem> items;
    items.reserve(states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
        ArchiveState const &state = states[i];
        RetentionItem item;
        item.id = state.file.path;
        item.database = state.file.name.database;
        item.system_identifier = std::move(clusters[i]);
        item.kind = state.file.name.kind;
        item.time = state.file.name.time;
        item.size = state.file.size;
        item.ours = state.provenance() == Provenance::ours;
        item.adopted = state.provenance() == Provenance::adopted;
        item.proven = is_proven(state);
        item.drilled = item.proven && state.drill() != nullptr;
        auto const damaged = damaged_since(state);
        item.damaged = damaged.has_value();
        item.damaged_since = damaged.value_or(Time{});
        item.in_doubt = is_in_doubt(state);
        item.held = state.marks.held;
        items.push_back(std::move(item));
    }
    return items;
}

void learn_origins(std::vector<ArchiveState> &states) {
    for (ArchiveState &state : states) {
        bool const is_told =
            !state.system_identifier().empty() &&
            (state.file.name.kind == ArchiveKind::globals ||
             std::any_of(state.evidence.begin(), state.evidence.end(),
                         [](Evidence const &entry) { return !entry.database.empty(); }));
        if (!state.file.footer || is_told) {
            continue;
        }
        try {
            FileSource const source{state.file.path};
            state.origin = ArchiveReader{source}.manifest().origin;
        } catch (Error const &error) {
            log(LogLevel::info, "the origin of {} is not known: {}", state.file.path, error.what());
        }
    }
}

PrunePlan plan_prune(std::vector<ArchiveState> states, RetentionPolicy const &policy, Time now) {
    learn_origins(states);
    auto items = retention_items(states);
    mark_ways_back(items);
    auto verdicts = decide_retention(items, policy, now);
    PrunePlan plan;
    plan.condemned_size = freed_bytes(items, verdicts);
    plan.entries.reserve(states.size());
    for (std::size_t i = 0; i < states.size(); ++i) {
        plan.condemned += verdicts[i].keep ? 0 : 1;
        plan.entries.push_back({std::move(states[i]), std::move(items[i]), std::move(verdicts[i])});
    }
    return plan;
}

bool PruneResult::failed() const noexcept {
    return std::any_of(spared.begin(), spared.end(),
                       [](Spared const &archive) { return archive.failed; });
}

PruneResult apply_prune(Repository const &repository, PrunePlan const &plan,
                        std::stop_token const &token) {
    PruneResult result;
    Folders folders{repository};
    for (PruneEntry const &entry : plan.entries) {
        if (!entry.verdict.keep) {
            throw_if_cancelled(token);
            remove_one(folders, entry, result);
        } else if (std::string why = why_not_judged(entry.state); !why.empty()) {
            result.spared.push_back({entry.state.file.path, std::move(why), true});
        }
    }
    folders.sync();
    return result;
}

RunLock lock_for_prune(Repository const &repository, std::string const &database) {
    std::string const folder = repository.database_folder(database);
    struct stat status {};
    bool const is_folder = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    return RunLock{database.empty() || is_folder ? folder : repository.folder(),
                   database.empty() ? "pruning the globals" : "pruning of " + database};
}

} // namespace pgkeep
