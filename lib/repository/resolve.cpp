// The part of Repository that finds the archive an operator means.

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/sql_text.hpp"
#include "repository/known_database.hpp"
#include "repository/latest.hpp"
#include "repository/repository.hpp"

#include <boost/filesystem.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace pgkeep {

namespace {

using Files = std::vector<ArchiveFile>;
using Fits = std::function<bool(ArchiveFile const &)>;

Files only(Files const &files, Fits const &fits) {
    Files chosen;
    std::copy_if(files.begin(), files.end(), std::back_inserter(chosen), fits);
    return chosen;
}

std::string of_database(std::string const &database) {
    return database.empty() ? std::string{} : " of database " + printable(database);
}

// All of `database`, or all. Throws when there are none: no time would find one.
Files archives_of(Repository const &repository, std::string const &database) {
    Files files = repository.list(database);
    if (files.empty()) {
        throw no_archives(repository, database);
    }
    return files;
}

std::string describe(ArchiveFile const &file) {
    return fmt::format("{} ({} UTC, {} local time)",
                       printable(boost::filesystem::path{file.path}.filename().string()),
                       format_utc(file.name.time), format_local(file.name.time));
}

// The three whose times are nearest, oldest first, as a sentence.
std::string nearest(Files files, Time time, std::string const &database) {
    std::erase_if(files, [](ArchiveFile const &file) { return !is_complete_backup(file); });
    if (files.empty()) {
        return fmt::format("There is no complete archive{} in the repository.",
                           of_database(database));
    }
    auto const distance = [time](ArchiveFile const &file) {
        return file.name.time < time ? time - file.name.time : file.name.time - time;
    };
    std::stable_sort(files.begin(), files.end(), [&](ArchiveFile const &a, ArchiveFile const &b) {
        return distance(a) < distance(b);
    });
    files.resize(std::min<std::size_t>(files.size(), 3));
    std::stable_sort(files.begin(), files.end(), [](ArchiveFile const &a, ArchiveFile const &b) {
        return a.name.time < b.name.time;
    });
    std::string text;
    for (ArchiveFile const &file : files) {
        text += (text.empty() ? "" : ", ") + describe(file);
    }
    return "The nearest are " + text + ".";
}

// The newest of `chosen`, which must all be of one database.
ArchiveFile const &newest_of_one_database(Files const &chosen) {
    std::set<std::string> databases;
    for (ArchiveFile const &file : chosen) {
        databases.insert(printable(file.name.database));
    }
    if (databases.size() > 1) {
        std::string names;
        for (std::string const &name : databases) {
            names += (names.empty() ? "" : ", ") + name;
        }
        throw Error{ErrorKind::usage, "archives of several databases fit: " + names,
                    "Name the database."};
    }
    return chosen.back();
}

// What may be newer than `chosen` (none: nothing fits) is not passed over in silence: an older
// state would be taken for the newest.
void judge_newer(Files const &fitting, ArchiveFile const *chosen, std::string const &hint) {
    for (ArchiveFile const &file : fitting) {
        bool const rival = file.name.kind == ArchiveKind::backup &&
                           (chosen == nullptr || (file.name.database == chosen->name.database &&
                                                  is_older(*chosen, file)));
        if (rival && file.unknown) {
            throw Error{ErrorKind::failed,
                        fmt::format("{} may be the archive that is meant, and nobody can tell: {}",
                                    printable(file.path), printable(file.problem)),
                        "Make it readable, or name another archive by its stamp. " + hint};
        }
        if (rival && file.broken) {
            log(LogLevel::warning, "{} is passed over: {}", printable(file.path),
                printable(file.problem));
        }
    }
}

// The span of time that an operator's text names: a day, a minute or a second.
struct Span {
    Time time{};
    Fits holds;
};

std::optional<Span> parse_span(std::string const &wanted, Time now) {
    auto const time = parse_time(wanted, now);
    if (!time) {
        return std::nullopt;
    }
    bool const utc = wanted.ends_with('Z');
    std::size_t const length = wanted.size() - (utc ? 1 : 0);
    bool const day = wanted == "today" || wanted == "yesterday" || length == 10;
    bool const minute = length == 16;
    std::size_t const same = day ? 10 : minute ? 16 : 19;
    auto const written = [utc](Time t) { return utc ? format_utc(t) : format_local(t); };
    std::string const prefix = written(*time).substr(0, same);
    return Span{*time, [=](ArchiveFile const &file) {
                    return file.name.time <= now && written(file.name.time).starts_with(prefix);
                }};
}

bool is_existing_file(std::string const &path) {
    boost::system::error_code error;
    return boost::filesystem::is_regular_file(path, error);
}

std::string by_path(std::string const &wanted) {
    boost::system::error_code error;
    if (!boost::filesystem::exists(wanted, error)) {
        throw Error{ErrorKind::not_found, "there is no file " + printable(wanted),
                    "Check how the path is spelt; `latest` or a time names an archive of the "
                    "repository."};
    }
    return wanted;
}

std::string by_stamp(Files const &files, Time stamp, std::string const &database) {
    Files const same =
        only(files, [&](ArchiveFile const &file) { return file.name.time == stamp; });
    if (same.empty()) {
        throw Error{ErrorKind::not_found,
                    fmt::format("there is no archive{} of {} (UTC)", of_database(database),
                                format_stamp(stamp)),
                    nearest(files, stamp, database)};
    }
    // A stamp may name any archive, but a complete backup is meant first.
    Files const complete = only(same, is_complete_backup);
    Files const backups =
        only(same, [](ArchiveFile const &file) { return file.name.kind == ArchiveKind::backup; });
    return newest_of_one_database(!complete.empty()  ? complete
                                  : !backups.empty() ? backups
                                                     : same)
        .path;
}

std::optional<std::string> by_file_name(Files const &files, std::string const &wanted) {
    for (ArchiveFile const &file : files) {
        if (boost::filesystem::path{file.path}.filename() == wanted) {
            return file.path;
        }
    }
    return std::nullopt;
}

std::string newest_fitting(Files const &files, Fits const &in_time, Time time,
                           std::string const &database, std::string const &when) {
    Files const fitting = only(files, in_time);
    Files const complete = only(fitting, is_complete_backup);
    ArchiveFile const *const chosen =
        complete.empty() ? nullptr : &newest_of_one_database(complete);
    std::string const hint = nearest(files, time, database);
    judge_newer(fitting, chosen, hint);
    if (chosen == nullptr) {
        throw Error{ErrorKind::not_found,
                    "there is no complete archive" + of_database(database) + when, hint};
    }
    return chosen->path;
}

} // namespace

std::string Repository::resolve(std::string const &wanted, std::string const &database,
                                Time now) const {
    if (wanted.find('/') != std::string::npos) {
        return by_path(wanted);
    }
    if (wanted == "latest" || wanted == "now") {
        return newest_not_after(now, database);
    }
    if (auto const stamp = parse_stamp(wanted)) {
        return by_stamp(archives_of(*this, database), *stamp, database);
    }
    if (auto const span = parse_span(wanted, now)) {
        return newest_fitting(archives_of(*this, database), span->holds, span->time, database,
                              " of " + wanted);
    }
    if (is_existing_file(wanted)) {
        return wanted;
    }
    Files const files = list(database);
    if (auto path = by_file_name(files, wanted)) {
        return *path;
    }
    throw Error{
        ErrorKind::not_found,
        fmt::format("there is no archive{} or file {}", of_database(database), printable(wanted)),
        "Name `latest`, a stamp such as 20260112_120000 (UTC), a time, or a file. " +
            nearest(files, now, database)};
}

std::string Repository::newest_not_after(Time time, std::string const &database) const {
    Files const files = archives_of(*this, database);
    return newest_fitting(
        files, [time](ArchiveFile const &file) { return file.name.time <= time; }, time, database,
        fmt::format(" not later than {} UTC ({} local time)", format_utc(time),
                    format_local(time)));
}

} // namespace pgkeep
