// What is known of one archive without reading it: its place and footer, and its evidence.
//
// `--list`, `--status`, metrics and retention all decide from this. Evidence that does not fit the
// file any more was left out when it was read.
//
// Thread-safety: values; read_states() reads the file system.

#pragma once

#include "repository/evidence.hpp"
#include "repository/repository.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgkeep {

struct ArchiveState {
    ArchiveFile file;
    std::vector<Evidence> evidence; // oldest first

    // The last check, whatever its outcome; none: never checked.
    [[nodiscard]] Evidence const *last_check() const noexcept;
    // The newest check that passed and looked at every byte (checksum or drill), unless a later
    // check failed.
    [[nodiscard]] Evidence const *proof() const noexcept;
    // The same for drills alone.
    [[nodiscard]] Evidence const *drill() const noexcept;
    // A safety snapshot whose database has been replaced.
    [[nodiscard]] bool was_replaced() const noexcept;
    // Of the cluster; empty when no evidence says it.
    [[nodiscard]] std::string system_identifier() const;
};

// Of all archives of `database`, or of all when it is empty; oldest first.
[[nodiscard]] std::vector<ArchiveState> read_states(Repository const &repository,
                                                    std::string const &database = {});

// The cluster of each of `states`. One without evidence that says it (a damaged one has none) is
// counted to the only cluster that the other archives of its database come from; empty where that
// are several or none.
[[nodiscard]] std::vector<std::string> clusters_of(std::vector<ArchiveState> const &states);

} // namespace pgkeep
