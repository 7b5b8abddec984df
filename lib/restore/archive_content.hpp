// An archive of ours as the content of a restore.
//
// The schema goes through pg_restore, the data in parallel from the container into COPY. Checked
// whole when it is restored whole; of a part, what was selected.
//
// Thread-safety: one thread; fill() starts workers of its own.

#pragma once

#include "archive/reader.hpp"
#include "proc/programs.hpp"
#include "restore/content.hpp"
#include "restore/load.hpp"
#include "restore/schema.hpp"
#include "restore/selection.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

class ArchiveContent : public Content {
public:
    // `source` and `options` must outlive this.
    ArchiveContent(ByteSource const &source, RestoreOptions const &options, std::stop_token token,
                   Progress &progress);

    [[nodiscard]] Manifest const &manifest() const override { return part_; }
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] RestoreCheck deepest_check() const override { return RestoreCheck::content; }
    [[nodiscard]] std::optional<DatabaseProperties> properties() const override;

    void look_ahead(Connection &connection, bool into_existing, Obstacles &obstacles) override;
    void fill(WorkPlace const &place, Progress &progress, StepDone const &done) override;
    void fill_in_transaction(Connection &connection, Progress &progress,
                             StepDone const &done) override;
    [[nodiscard]] std::optional<ObjectCounting>
    object_counting(int server_version, std::vector<std::string> &warnings) const override;
    [[nodiscard]] std::vector<DatabaseTask> more_checks(DifferenceList &list) const override;

private:
    void select(bool into_existing);
    void restore_pre_data(WorkPlace const &place);
    [[nodiscard]] EarlyWork early_work(WorkPlace const &place) const;
    void leave_out_what_exists(Connection &connection);

    RestoreOptions const &options_;
    std::stop_token token_;
    Progress &progress_;
    std::string path_;
    ArchiveReader archive_;
    Manifest whole_; // the blocks refer to its numbers
    Manifest part_;  // what was selected
    Selection selection_;
    ProgramSet programs_;          // with the pg_restore for this server and archive
    std::optional<Schema> schema_; // from look_ahead() on
};

} // namespace pgkeep
