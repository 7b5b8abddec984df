// A repository of planted archives that can be pruned, and what is left of it.

#pragma once

#include "archive/reader.hpp"
#include "base/file.hpp"
#include "repository/archive_files.hpp"
#include "repository/prune.hpp"
#include "support/faults.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace pgkeep {

inline constexpr char const *kCluster = "7001";

// As a check of `level` would have recorded it; without `database` as before that was noted.
inline void prove(std::string const &path, std::string const &cluster = kCluster,
                  char const *level = evidence_level::kChecksum, bool passed = true,
                  std::string const &database = {}) {
    FileSource const source{path};
    Evidence evidence;
    evidence.time = at("20260101_000000");
    evidence.level = level;
    evidence.passed = passed;
    evidence.system_identifier = cluster;
    evidence.database = database;
    record_evidence(path, source.size(), read_footer(source).value(), evidence);
}

// As a check whose reading failed would have recorded it.
inline void prove_unreadable(std::string const &path) {
    FileSource const source{path};
    Evidence evidence;
    evidence.time = at("20260101_000000");
    evidence.level = evidence_level::kChecksum;
    evidence.unreadable = true;
    evidence.system_identifier = kCluster;
    record_evidence(path, source.size(), read_footer(source).value(), evidence);
}

class Pruning : public testing::Test {
protected:
    std::string plant(std::string const &database, std::string const &stamp,
                      ArchiveKind kind = ArchiveKind::backup,
                      std::string const &cluster = kCluster) {
        std::string path = plant_archive(folder_.path(), database, stamp, kind, cluster);
        prove(path, cluster);
        return path;
    }

    // Four nights of `shop`, oldest first; `last 1` condemns the first three.
    std::vector<std::string> plant_four() {
        std::vector<std::string> paths;
        for (char const *stamp :
             {"20260110_010000", "20260111_010000", "20260112_010000", "20260113_010000"}) {
            paths.push_back(plant("shop", stamp));
        }
        return paths;
    }

    [[nodiscard]] Repository repository() const { return Repository{folder_.path()}; }

    [[nodiscard]] PrunePlan plan(std::string const &database, RetentionPolicy const &policy,
                                 std::string const &now = "20260201_000000") const {
        return plan_prune(read_states(repository(), database), policy, at(now));
    }

    PruneResult prune(std::string const &database, RetentionPolicy const &policy,
                      std::string const &now = "20260201_000000") const {
        return apply_prune(repository(), plan(database, policy, now), {});
    }

    static RetentionPolicy keep_last(unsigned count) {
        RetentionPolicy policy;
        policy.last = count;
        return policy;
    }

    // Names in a folder of the repository, hidden ones too.
    [[nodiscard]] std::set<std::string> names_in(std::string const &folder) const {
        std::set<std::string> names;
        for (auto const &entry : std::filesystem::directory_iterator{folder_.file(folder)}) {
            names.insert(entry.path().filename());
        }
        return names;
    }
    [[nodiscard]] static bool exists(std::string const &path) {
        return std::filesystem::exists(std::filesystem::symlink_status(path));
    }

    TemporaryFolder folder_;
};

} // namespace pgkeep
