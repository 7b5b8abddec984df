// What is known of one archive without reading it: its place and footer, its evidence, and the
// marks that somebody put on it.
//
// `--list`, `--status`, metrics and retention all decide from this. Evidence that does not fit the
// file any more was left out when it was read.
//
// Thread-safety: values; read_states() reads the file system.

#pragma once

#include "model/manifest.hpp"
#include "repository/evidence.hpp"
#include "repository/marks.hpp"
#include "repository/repository.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// Who wrote an archive, and whether it counts.
enum class Provenance : std::uint8_t {
    ours = 0,
    foreign = 1, // another program, or nobody can tell; never removed
    adopted = 2, // another program, but an operator had it verified and made it count
};
[[nodiscard]] std::string_view to_string(Provenance provenance) noexcept;

struct ArchiveState {
    ArchiveFile file;
    std::vector<Evidence> evidence;   // oldest first
    std::string evidence_unread = {}; // why there is some that cannot be read; else empty
    Marks marks = {};
    std::optional<Origin> origin = {}; // as its manifest says, once somebody has read that

    [[nodiscard]] Provenance provenance() const noexcept;

    // The last check, whatever its outcome; none: never checked.
    [[nodiscard]] Evidence const *last_check() const noexcept;
    // Whether kind and database of the name are those of the content, which is a whole database and
    // not older than the name says, as far as that is known. What was put under another name proves
    // nothing.
    [[nodiscard]] bool is_what_its_name_says() const;
    // The newest check that did not pass, unless a later one that looked as closely did: a quick
    // look takes back nothing that a drill has found.
    [[nodiscard]] Evidence const *standing_failure() const noexcept;
    // The newest check that passed and looked at every byte (checksum or drill), while no failure
    // stands. None of what is not what its name says.
    [[nodiscard]] Evidence const *proof() const;
    // The same for drills alone.
    [[nodiscard]] Evidence const *drill() const;
    // Of the cluster, by evidence, adoption or manifest; empty when none says it.
    [[nodiscard]] std::string system_identifier() const;
};

// Of all archives of `database`, or of all when it is empty; oldest first.
[[nodiscard]] std::vector<ArchiveState> read_states(Repository const &repository,
                                                    std::string const &database = {});
// Of the globals alone.
[[nodiscard]] std::vector<ArchiveState> read_globals_states(Repository const &repository);

// The cluster of each of `states`. One of which nothing tells it (a damaged one has no evidence) is
// counted to the only cluster that the other archives of its database come from; empty where that
// are several or none, and where the server refused to tell: such archives are a group of their
// own, and never push out those of a cluster that is known.
[[nodiscard]] std::vector<std::string> clusters_of(std::vector<ArchiveState> const &states);

} // namespace pgkeep
