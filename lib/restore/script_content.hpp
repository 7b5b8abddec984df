// The content of a dump that others wrote: a script, plain or compressed, or an archive of
// pg_dump, which pg_restore turns into one.
//
// The constructor reads the whole text once and refuses what is cut, or holds what must not run;
// nothing has changed then. What can be proven afterwards is the number of rows in each table, or,
// for an archive of ours that was unpacked or packed anew, all that its manifest knows.
//
// Thread-safety: one thread.

#pragma once

#include "base/progress.hpp"
#include "restore/content.hpp"
#include "restore/foreign_survey.hpp"
#include "restore/foreign_text.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

class ScriptContent : public Content {
public:
    // `path` is one for which is_foreign() holds. Throws Error{damaged} for a dump that is not
    // whole, and Error{usage} or Error{failed} for one that is not run, with the reason.
    ScriptContent(std::string const &path, RestoreOptions const &options, std::stop_token token,
                  Progress &progress);

    [[nodiscard]] Manifest const &manifest() const override { return manifest_; }
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] RestoreCheck deepest_check() const override {
        return facts_.manifest.empty() ? RestoreCheck::counts : RestoreCheck::content;
    }
    [[nodiscard]] std::optional<DatabaseProperties> properties() const override;

    void look_ahead(Connection &connection, bool into_existing, Obstacles &obstacles) override;
    void fill(WorkPlace const &place, Progress &progress, StepDone const &done) override;
    void fill_in_transaction(Connection &connection, Progress &progress,
                             StepDone const &done) override;
    [[nodiscard]] std::optional<ObjectCounting>
    object_counting(int server_version, std::vector<std::string> &warnings) const override;

private:
    [[nodiscard]] ScriptOptions script_options(bool in_transaction) const;
    void survey(Progress &progress);
    void make_manifest();
    void take_own_manifest();
    void warn(Connection &connection, Obstacles &obstacles) const;

    RestoreOptions options_;
    std::stop_token token_;
    ForeignText text_;
    ScriptFacts facts_;
    Manifest manifest_;
};

} // namespace pgkeep
