#include "restore/script_output.hpp"

#include "backup/script.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "proc/programs.hpp"
#include "restore/large_object_definitions.hpp"
#include "restore/part_check.hpp"
#include "restore/schema.hpp"
#include "restore/select.hpp"
#include "restore/source.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>

namespace pgkeep {
namespace {

// A block is at most 8 MiB of text and one row. One with a huge row is read twice instead of kept.
constexpr std::size_t kLargestKeptBlock = std::size_t{64} << 20;

constexpr std::string_view kNotComplete =
    "\n\n-- This script is NOT complete: reading the archive failed here.\n"
    "DO $pgkeep$ BEGIN RAISE EXCEPTION 'this script is not complete: reading the archive failed'; "
    "END $pgkeep$;\n";

// The script as it goes out.
class ScriptSink {
public:
    ScriptSink(ByteSink &sink, std::stop_token const &token) : sink_(sink), token_(token) {}

    void put(std::string_view text) {
        throw_if_cancelled(token_);
        usable_ = false; // until it went well
        sink_.append(as_bytes(text));
        usable_ = true;
        begun_ = begun_ || !text.empty();
    }
    // Between these a statement of ours could not be told from data.
    void begin_data() { in_data_ = true; }
    void end_data() { in_data_ = false; }

    // So that psql fails, where it would take the end of the file for the end of the script.
    void fail() noexcept {
        try {
            if (begun_ && usable_ && !in_data_) {
                sink_.append(as_bytes(kNotComplete));
            }
        } catch (std::exception const &) { // the first error is the one to tell
        }
    }

private:
    ByteSink &sink_;
    std::stop_token const &token_;
    bool usable_ = true;
    bool begun_ = false;
    bool in_data_ = false;
};

int leading_number(std::string const &text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

class ScriptOutput {
public:
    ScriptOutput(ByteSource const &source, RestoreOptions const &options, ByteSink &sink,
                 std::stop_token const &token, Progress &progress)
        : archive_(source),
          manifest_(archive_.manifest()),
          options_(options),
          token_(token),
          progress_(progress),
          out_(sink, token) {}

    void write() {
        bool const as_it_is = options_.part.is_whole() && !options_.no_owner &&
                              !options_.no_privileges && !options_.no_tablespaces &&
                              options_.role.empty();
        try {
            if (as_it_is) {
                write_whole();
            } else {
                write_part();
            }
        } catch (...) {
            out_.fail();
            throw;
        }
    }

private:
    // The closing comment is in the last block.
    void write_whole() {
        progress_.phase("data", archive_.footer().text_size);
        for (std::size_t i = 0; i < archive_.blocks().size(); ++i) {
            write_block(i);
        }
    }

    void write_part() {
        Schema schema{choose_programs(options_.bindir, "pg_restore",
                                      leading_number(manifest_.origin.pg_dump_version)),
                      archive_.schema_archive(), options_, token_};
        Selection const selection = find_selection(options_.part, manifest_, schema, false);
        schema.select(selection.toc);
        auto const put = [&](std::string_view text) { out_.put(text); };
        out_.put(fmt::format("--\n-- Part of an archive of {}, by pgkeep {}\n--\n\n",
                             format_iso(manifest_.origin.snapshot_time),
                             manifest_.origin.pgkeep_version));
        schema.write_script("pre-data", put); // without any object, the settings of the session
        if (options_.part.data) {
            write_data(selection);
        }
        if (options_.part.schema) {
            schema.write_script("post-data", put);
        }
        out_.put(kDumpEnding);
    }

    void write_data(Selection const &selection) {
        auto const blocks = selected_blocks(archive_, selection);
        std::uint64_t total = 0;
        for (std::size_t const block : blocks) {
            total += archive_.blocks()[block].text_size;
        }
        progress_.phase("data", total);
        out_.put(settings_before_data(manifest_.database.encoding));
        for (std::size_t const block : blocks) {
            if (archive_.blocks()[block].kind == format::BlockKind::other) {
                write_definitions(block);
            } else {
                write_block(block);
            }
        }
        out_.put(sequence_statements(selected_part(manifest_, selection).sequences));
        out_.put(kAfterData);
    }

    void write_block(std::size_t block) {
        BlockEntry const &entry = archive_.blocks()[block];
        if (entry.text_size > kLargestKeptBlock) {
            read(block, [](std::string_view) {});
            out_.begin_data();
            read(block, [&](std::string_view text) { out_.put(text); });
            out_.end_data();
        } else {
            kept_.clear();
            read(block, [&](std::string_view text) { kept_ += text; });
            out_.put(kept_);
        }
        progress_.advance(entry.text_size);
    }

    void write_definitions(std::size_t block) {
        kept_.clear();
        read(block, [&](std::string_view text) { kept_ += text; });
        out_.put("BEGIN;\n" + definitions_to_run(kept_, options_) + "COMMIT;\n\n");
        progress_.advance(kept_.size());
    }

    void read(std::size_t block, std::function<void(std::string_view)> const &piece) {
        read_checked_block(archive_, manifest_, block, inflater_, [&](std::string_view text) {
            throw_if_cancelled(token_);
            piece(text);
        });
    }

    ArchiveReader archive_;
    Manifest manifest_;
    RestoreOptions const &options_;
    std::stop_token const &token_;
    Progress &progress_;
    ScriptSink out_;
    MemberInflater inflater_;
    std::string kept_; // the text of one block
};

} // namespace

void write_script_output(ByteSource const &archive, RestoreOptions const &options, ByteSink &sink,
                         std::stop_token const &token, Progress &progress) {
    require_archive(archive);
    require_readable(archive, token, progress);
    ScriptOutput{archive, options, sink, token, progress}.write();
}

} // namespace pgkeep
