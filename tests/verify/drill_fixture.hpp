// What the live tests of drills share: archives with planted faults, made by the real writer, and a
// folder in which a drill must leave nothing.
//
// Thread-safety: none.

#pragma once

#include "archive/reader.hpp"
#include "archive/writer.hpp"
#include "repository/evidence.hpp"
#include "restore/restore_fixture.hpp"
#include "support/faults.hpp"
#include "verify/verify.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace pgkeep {

// What of an archive is not as it was.
struct Plant {
    std::function<void(Manifest &)> manifest = [](Manifest &) {};
    // Of the blocks that hold no rows.
    std::function<std::string(std::string)> text = [](std::string text) { return text; };
    std::string schema_of = {}; // another archive, whose schema archive is taken
};

class DrillLive : public RestoreLive {
protected:
    void SetUp() override {
        // The server's user passes through.
        std::filesystem::permissions(folder_.path(), std::filesystem::perms{0711});
        std::filesystem::create_directory(servers());
        std::filesystem::permissions(servers(), std::filesystem::perms{0711});
    }

    [[nodiscard]] std::string servers() const { return folder_.file("servers"); }

    [[nodiscard]] VerifyOptions drill_options() const {
        VerifyOptions options;
        options.level = VerifyLevel::drill;
        options.jobs = 2;
        options.drill.bindir = scratch_server().bindir();
        options.drill.parent_folder = servers();
        options.drill.amcheck = false; // takes a third of the time; some tests ask for it
        return options;
    }

    [[nodiscard]] VerifyReport drill(std::string const &path, VerifyOptions const &options) const {
        NoProgress progress;
        return verify_file(path, options, stop_.get_token(), progress);
    }
    [[nodiscard]] VerifyReport drill(std::string const &path) const {
        return drill(path, drill_options());
    }

    // `object: message`
    [[nodiscard]] static std::vector<std::string> texts(VerifyReport const &report) {
        std::vector<std::string> all;
        for (Finding const &finding : report.findings) {
            all.push_back(finding.text());
        }
        return all;
    }

    [[nodiscard]] static std::vector<Evidence> evidence_of(std::string const &path) {
        FileSource const source{path};
        return current_evidence(path, source.size(), read_footer(source).value());
    }

    // A small database and its archive.
    std::string small_archive(std::string const &sql = "CREATE TABLE t AS SELECT 1 AS i") {
        std::string const database = create_database();
        run_sql(database, sql);
        return back_up(database);
    }

    // A copy of the archive with something else in it.
    std::string plant(std::string const &path, Plant const &change) {
        FileSource const source{path};
        ArchiveReader const reader{source};
        MemorySink sink;
        ArchiveWriter writer{sink, 1};
        copy_blocks(reader, writer, change);
        Manifest manifest = reader.manifest();
        change.manifest(manifest);
        FileSource const other{change.schema_of.empty() ? path : change.schema_of};
        writer.finish(manifest, ArchiveReader{other}.schema_archive(),
                      "--\n-- PostgreSQL database dump complete\n--\n\n");
        std::string planted = path + ".planted.sql.gz";
        write_whole_file(planted, as_text(sink.bytes()));
        return planted;
    }

    void expect_nothing_left() const {
        EXPECT_TRUE(std::filesystem::is_empty(servers()));
        EXPECT_THAT(processes_in(servers()), testing::IsEmpty());
    }

private:
    static void copy_blocks(ArchiveReader const &reader, ArchiveWriter &writer,
                            Plant const &change) {
        for (std::size_t i = 0; i < reader.blocks().size(); ++i) {
            BlockEntry const &entry = reader.blocks()[i];
            bool const rows = entry.kind == format::BlockKind::copy ||
                              entry.kind == format::BlockKind::large_objects;
            if (rows) {
                writer.block({entry, members_of(reader, entry)});
            } else if (entry.kind != format::BlockKind::manifest) {
                writer.text(entry.kind, change.text(reader.block_text(i)));
            }
        }
    }

    static std::vector<Bytes> members_of(ArchiveReader const &reader, BlockEntry const &entry) {
        std::vector<Bytes> members;
        (void)walk_members(reader.source(), [&](std::uint64_t offset, MemberInfo const &info) {
            if (offset >= entry.offset && offset < entry.offset + entry.stored_size) {
                Bytes member(info.member_size);
                reader.source().read_at(offset, member);
                members.push_back(std::move(member));
            }
        });
        return members;
    }

    // Their working directory is inside `folder`, even when that is gone.
    static std::vector<std::string> processes_in(std::string const &folder) {
        std::vector<std::string> found;
        std::error_code ignored;
        for (auto const &process : std::filesystem::directory_iterator("/proc", ignored)) {
            auto const cwd = std::filesystem::read_symlink(process.path() / "cwd", ignored);
            if (!ignored && cwd.string().starts_with(folder)) {
                found.push_back(process.path().string() + ": " + cwd.string());
            }
        }
        return found;
    }
};

} // namespace pgkeep
