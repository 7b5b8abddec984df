#include "archive/check.hpp"

#include "archive/check_findings.hpp"
#include "archive/check_frame.hpp"
#include "archive/check_text.hpp"
#include "archive/check_totals.hpp"

namespace pgkeep {

CheckReport check_archive(ByteSource const &source, CheckLevel level, unsigned jobs,
                          std::stop_token const &token, Progress &progress) {
    FindingList findings;
    Frame frame = read_frame(source, findings, token);
    std::vector<bool> known(frame.blocks.size(), frame.blocks_from_index);
    if (level == CheckLevel::checksum) {
        progress.phase("verify", frame.footer ? frame.footer->index.offset : source.size());
        known = check_text(source, frame, jobs, findings, token, progress);
    }
    check_totals(frame, known, findings);
    return {.footer = frame.footer,
            .manifest = std::move(frame.manifest),
            .size = source.size(),
            .findings = findings.take()};
}

} // namespace pgkeep
