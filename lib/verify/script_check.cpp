#include "verify/script_check.hpp"

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "gzip/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pgkeep {

namespace {

// The closing line stands in the last few hundred bytes; more is read only for tolerance.
constexpr std::size_t kTail = 64 << 10;
constexpr char const *kForeign = "not written by pgkeep: ";

void add(VerifyReport &report, std::string object, std::string message) {
    report.findings.push_back({std::nullopt, std::move(object), std::move(message)});
}

void read_text(ByteSource const &source, ScriptScanner &scanner, VerifyReport &report,
               std::stop_token const &token, Progress &progress) {
    TextStream stream{source};
    std::uint64_t done = 0;
    try {
        for (std::string_view piece = stream.next(); !piece.empty(); piece = stream.next()) {
            throw_if_cancelled(token);
            scanner.add(piece);
            progress.advance(stream.position() - done);
            done = stream.position();
        }
    } catch (StreamDamage const &damage) {
        report.findings.push_back({damage.offset(), "gzip data", damage.reason()});
    }
}

std::optional<Manifest> manifest_of(ScriptReport const &script, VerifyReport &report) {
    if (script.manifest.empty()) {
        return std::nullopt;
    }
    try {
        return parse_manifest(script.manifest);
    } catch (Error const &error) {
        add(report, "manifest", error.what());
        return std::nullopt;
    }
}

std::string note_on_kind(bool has_manifest, SourceType type) {
    if (has_manifest) {
        return "not as pgkeep wrote it: what its text holds was compared with the manifest in it, "
               "but the checksums of the file itself are gone";
    }
    if (type == SourceType::gzip) {
        return std::string{kForeign} +
               "the gzip checksums, the ends of all COPY data and the closing line were checked; "
               "there is no manifest to compare rows with";
    }
    return std::string{kForeign} + "the ends of all COPY data and the closing line were checked; "
                                   "there are no checksums, and no manifest to compare rows with";
}

std::string note_of(ScriptReport const &script, bool has_manifest, SourceType type) {
    std::string note = note_on_kind(has_manifest, type);
    if (!script.meta_commands.empty()) {
        note += fmt::format("; the script has psql commands, the first in {}",
                            script.meta_commands.front());
    }
    return note;
}

void check_tail(ByteSource const &source, VerifyReport &report) {
    Bytes tail(std::min<std::uint64_t>(source.size(), kTail));
    source.read_at(source.size() - tail.size(), tail);
    std::string_view const text = as_text(tail);
    if (text.find(kDumpComplete) == std::string_view::npos &&
        text.find(kClusterComplete) == std::string_view::npos) {
        add(report, "script", fmt::format("its end does not have the line `{}`", kDumpComplete));
    }
    if (text.find('\0') != std::string_view::npos) {
        add(report, "script",
            "zero bytes near its end; it is in UTF-16, or was not written to its end");
    }
}

} // namespace

namespace {

void judge(ScriptReport const &script, VerifyReport &report) {
    for (std::string const &problem : script.problems) {
        add(report, "script", problem);
    }
    report.tables = script.tables.size();
    for (ScannedTable const &table : script.tables) {
        report.rows += table.rows.rows;
    }
    auto const manifest = manifest_of(script, report);
    if (manifest) {
        report.database = manifest->origin.database;
        report.system_identifier = manifest->origin.system_identifier;
        report.tables = manifest->tables.size();
        compare_script(script, *manifest, report);
    }
    report.outcome_note = note_of(script, manifest.has_value(), report.type);
}

} // namespace

void check_script(ByteSource const &source, VerifyReport &report, std::stop_token const &token,
                  Progress &progress) {
    progress.phase("verify", source.size());
    ScriptScanner scanner;
    read_text(source, scanner, report, token, progress);
    judge(scanner.finish(), report);
}

void check_packed_script(ForeignText const &text, VerifyReport &report,
                         std::stop_token const &token, Progress &progress) {
    progress.phase("verify", text.source_size());
    ScriptScanner scanner;
    try {
        text.stream(
            token, [&](std::string_view piece) { scanner.add(piece); },
            [&](std::uint64_t bytes) { progress.advance(bytes); });
    } catch (Error const &error) {
        if (error.kind() != ErrorKind::damaged) {
            throw;
        }
        add(report, "file", error.what());
        return;
    }
    judge(scanner.finish(), report);
}

void check_script_quickly(ByteSource const &source, VerifyReport &report) {
    TextStream stream{source};
    if (!stream.is_gzip()) {
        check_tail(source, report);
        report.outcome_note = std::string{kForeign} + "only the last bytes were looked at";
        return;
    }
    try {
        static_cast<void>(stream.next());
    } catch (StreamDamage const &damage) {
        report.findings.push_back({damage.offset(), "gzip data", damage.reason()});
    }
    report.outcome_note =
        std::string{kForeign} +
        "only the first bytes were looked at; the end of a gzip file cannot be read alone";
}

} // namespace pgkeep
