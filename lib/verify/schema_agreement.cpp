#include "verify/schema_agreement.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "proc/programs.hpp"
#include "restore/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kShownLine = 120;

// The lines of a schema that mean something, one by one.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) { next(); }

    [[nodiscard]] bool at_end() const noexcept { return at_end_; }
    [[nodiscard]] std::string_view line() const noexcept { return line_; }
    void next() {
        while (!rest_.empty()) {
            std::size_t const end = std::min(rest_.find('\n'), rest_.size());
            line_ = rest_.substr(0, end);
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
            if (!line_.empty() && !line_.starts_with("\\restrict ") &&
                !line_.starts_with("\\unrestrict ")) {
                return;
            }
        }
        line_ = {};
        at_end_ = true;
    }

private:
    std::string_view rest_;
    std::string_view line_;
    bool at_end_ = false;
};

// What we put around the data: it changes no object.
bool is_setting(std::string_view line) {
    static constexpr std::array<std::string_view, 4> kBeginnings{"SET ", "RESET ", "--",
                                                                 "SELECT pg_catalog.set_config("};
    return std::ranges::any_of(
        kBeginnings, [&](std::string_view beginning) { return line.starts_with(beginning); });
}

std::string shown(Lines const &lines) {
    return lines.at_end() ? "nothing more"
                          : "`" + printable(lines.line().substr(0, kShownLine)) + "`";
}

std::string text_of_blocks(ArchiveReader const &archive, format::BlockKind kind) {
    std::string text;
    for (std::size_t i = 0; i < archive.blocks().size(); ++i) {
        if (archive.blocks()[i].kind == kind) {
            text += archive.block_text(i);
        }
    }
    return text;
}

} // namespace

std::optional<std::string> disagreement(std::string_view text, std::string_view schema) {
    Lines found{text};
    Lines wanted{schema};
    // Ours stand in front of the first line of post-data and behind the last one of pre-data.
    while (!found.at_end() && found.line() != wanted.line() && is_setting(found.line())) {
        found.next();
    }
    while (!wanted.at_end() && !found.at_end() && found.line() == wanted.line()) {
        found.next();
        wanted.next();
    }
    while (wanted.at_end() && !found.at_end() && is_setting(found.line())) {
        found.next();
    }
    if (found.at_end() && wanted.at_end()) {
        return std::nullopt;
    }
    return fmt::format("the text has {} where the schema archive has {}", shown(found),
                       shown(wanted));
}

SchemaAgreement compare_schemas(ArchiveReader const &archive, Manifest const &manifest,
                                std::string const &bindir, std::stop_token const &token) {
    auto programs = find_same_program(bindir, "pg_restore", manifest.origin.pg_dump_version);
    if (!programs) {
        return {{},
                fmt::format("the schema in the text was not compared with the schema archive: "
                            "pg_restore {}, which wrote the text, is not installed",
                            printable(manifest.origin.pg_dump_version))};
    }
    RestoreOptions const everything;
    Schema const schema{std::move(*programs), archive.schema_archive(), everything, token};
    SchemaAgreement agreement;
    for (auto const &[kind, section] : {std::pair{format::BlockKind::pre_data, "pre-data"},
                                        std::pair{format::BlockKind::post_data, "post-data"}}) {
        std::string script;
        schema.write_script(section, [&](std::string_view piece) { script += piece; });
        if (auto const difference = disagreement(text_of_blocks(archive, kind), script)) {
            agreement.findings.push_back(
                {std::nullopt, "schema",
                 fmt::format("{}: the schema archive and the text disagree: {}", section,
                             *difference)});
        }
    }
    return agreement;
}

} // namespace pgkeep
