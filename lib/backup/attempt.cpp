#include "backup/attempt.hpp"

#include "archive/definition_block.hpp"
#include "archive/writer.hpp"
#include "backup/relation_copy.hpp"
#include "backup/schema.hpp"
#include "backup/script.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "base/version.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/large_objects.hpp"
#include "pg/savepoint.hpp"
#include "pg/snapshot.hpp"
#include "pg/sqlstate.hpp"
#include "proc/programs.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <span>
#include <utility>

namespace pgkeep {

namespace {

constexpr std::chrono::milliseconds kLongestJoin{1000};

// Large objects that one transaction creates. Each takes a lock to its end, for which a server has
// room for some thousands; with fewer a restore would wait more often for its end.
constexpr std::size_t kDefinedAtOnce = 500;

void add_filters(std::vector<std::string> &out, std::string const &option,
                 std::vector<std::string> const &patterns) {
    for (std::string const &pattern : patterns) {
        out.push_back(option + "=" + pattern);
    }
}

std::vector<std::string> describe_filters(BackupFilters const &filters) {
    std::vector<std::string> out;
    add_filters(out, "--schema", filters.schemas);
    add_filters(out, "--exclude-schema", filters.excluded_schemas);
    add_filters(out, "--table", filters.tables);
    add_filters(out, "--exclude-table", filters.excluded_tables);
    add_filters(out, "--exclude-table-data", filters.excluded_table_data);
    return out;
}

Manifest describe(BackupOptions const &options, Connection &keeper, Snapshot const &snapshot,
                  ProgramSet const &programs) {
    Manifest manifest;
    Origin &origin = manifest.origin;
    origin.kind = options.kind;
    origin.database = keeper.effective_settings().get("dbname");
    origin.snapshot_time = snapshot.time;
    origin.system_identifier = read_system_identifier(keeper);
    origin.server_version = keeper.parameter("server_version");
    origin.server_version_num = keeper.server_version();
    origin.pg_dump_version = programs.version;
    origin.pgkeep_version = pgkeep_version();
    origin.filters = describe_filters(options.filters);
    manifest.database = read_database_properties(keeper);
    manifest.roles = list_roles_in_use(keeper);
    return manifest;
}

// While pg_dump holds its locks: from then on nothing can come between. Somebody who already waits
// for an exclusive lock waits for pg_dump, and we would wait for them; then a new attempt is better
// than a longer wait.
void join_locks(Connection &keeper, std::vector<RelationName> const &tables,
                BackupOptions const &options) {
    auto const user = options.lock_wait_timeout;
    try {
        lock_relations(keeper, tables,
                       user.count() > 0 ? std::min(user, kLongestJoin) : kLongestJoin);
        log(LogLevel::debug, "locked {} tables while pg_dump holds its locks", tables.size());
    } catch (PgError const &error) {
        if (error.sqlstate() == sqlstate::kLockNotAvailable) {
            throw Error{ErrorKind::schema_moved, error.what(), error.hint()};
        }
        throw;
    }
}

// Of its session. No other transaction of the server has this snapshot, so no other session has the
// name.
std::string name_of_pg_dump(std::string const &snapshot_id) {
    return "pg_dump " + snapshot_id;
}

// What one thread tells another once; what is said later is not heard.
class Signal {
public:
    void give(bool value) {
        if (!given_.exchange(true)) {
            promise_.set_value(value);
        }
    }
    [[nodiscard]] bool wait() { return promise_.get_future().get(); }

private:
    std::atomic<bool> given_{false};
    std::promise<bool> promise_;
};

// The schema, and the copy of what it will probably name, begun as soon as pg_dump has its locks.
class Beginning {
public:
    explicit Beginning(CopyContext const &context) : context_(context) {
        without_keeping_locks(context.keeper, [&] {
            expected_ = expect_relations(context.keeper, context.options.filters);
        });
    }

    // pg_dump does not say who keeps it waiting; we can, as long as it is so.
    SchemaArchive dump_schema(ProgramSet const &programs) {
        try {
            return dump_and_begin(programs);
        } catch (PgError const &error) {
            if (error.sqlstate() == sqlstate::kLockNotAvailable) {
                lock_relations(context_.keeper, expected_.tables, std::chrono::milliseconds{1});
            }
            throw;
        }
    }

    // That of exactly what pg_dump named.
    RelationCopy &copy_of(SchemaArchive const &schema) {
        RelationList list = listed_relations(schema.toc());
        if (copy_ && copy_->list() != list) {
            log(LogLevel::debug, "pg_dump names other tables than expected; copying anew");
            copy_.reset();
        }
        if (!copy_) {
            copy_.emplace(context_, select_for_copy(context_, std::move(list)), locked_);
        }
        return *copy_;
    }

private:
    // The keeper selects while pg_dump reads the catalog, and joins its locks when it has them. In
    // a thread of its own: somebody who rewrites a catalog waits for pg_dump, and the keeper for
    // them; what pg_dump says must be read meanwhile, or it would wait for us.
    SchemaArchive dump_and_begin(ProgramSet const &programs) {
        ConnectionSettings const settings = context_.keeper.effective_settings();
        std::string const encoding = context_.keeper.parameter("server_encoding");
        Signal locked;
        TaskGroup keeper{context_.token};
        keeper.run("keeper", [&](std::stop_token const & /*stop*/) {
            SelectedRelations selected = select_for_copy(context_, expected_.list);
            if (locked.wait()) {
                begin_copy(std::move(selected));
            }
        });
        try {
            SchemaArchive schema{programs,
                                 settings,
                                 name_of_pg_dump(context_.snapshot_id),
                                 context_.snapshot_id,
                                 encoding,
                                 context_.options,
                                 [&] { locked.give(true); },
                                 keeper.token()};
            locked.give(false);
            keeper.wait();
            return schema;
        } catch (...) {
            locked.give(false);
            keeper.wait(); // throws when it was the keeper that ended pg_dump
            throw;
        }
    }

    void begin_copy(SelectedRelations selected) {
        join_locks(context_.keeper, expected_.tables, context_.options);
        locked_ = expected_.tables;
        copy_.emplace(context_, std::move(selected), locked_);
    }

    CopyContext const &context_;
    ExpectedRelations expected_;
    std::vector<RelationName> locked_; // by the keeper
    std::optional<RelationCopy> copy_;
};

// Sees what is, while the keeper sees what was.
Connection observe(Connection const &keeper, BackupOptions const &options,
                   std::stop_token const &token) {
    ConnectPolicy policy = options.policy;
    policy.label = "observer";
    return Connection{keeper.effective_settings(), policy, token};
}

// Writes the script's sections in their order.
class ScriptWriter {
public:
    ScriptWriter(ByteSink &sink, int level) : writer_(sink, level), compressor_(level) {}

    ArchiveWriter &archive() noexcept { return writer_; }

    void head(Origin const &origin) { writer_.text(format::BlockKind::head, head_comment(origin)); }

    void pre_data(SchemaArchive const &schema, std::string const &encoding,
                  std::stop_token const &token) {
        BlockBuilder block{compressor_, format::BlockKind::pre_data, 0};
        restrict_key_ =
            schema.pre_data([&](std::string_view piece) { block.add_text(piece); }, token);
        block.add_text(settings_before_data(encoding));
        writer_.block(block.finish());
    }

    void large_objects(Connection &keeper, std::span<std::uint32_t const> oids,
                       Manifest &manifest) {
        DefinitionBlocks blocks{compressor_,
                                [&](FinishedBlock block) { writer_.block(std::move(block)); }};
        while (!oids.empty()) {
            auto const some = oids.first(std::min(kDefinedAtOnce, oids.size()));
            std::vector<std::string> statements;
            without_keeping_locks(keeper, [&] { statements = define_large_objects(keeper, some); });
            manifest.large_objects.definitions += statements.size();
            blocks.add(statements);
            oids = oids.subspan(some.size());
        }
    }

    void sequences(std::vector<SequenceEntry> const &sequences) {
        if (!sequences.empty()) {
            writer_.text(format::BlockKind::sequences, sequence_statements(sequences));
        }
    }

    // Made while the workers copy, and kept until what it follows is written.
    void prepare_post_data(SchemaArchive const &schema, std::stop_token const &token) {
        BlockBuilder block{compressor_, format::BlockKind::post_data, 0};
        block.add_text(kAfterData);
        schema.post_data([&](std::string_view piece) { block.add_text(piece); }, token);
        block.add_text(unrestrict_line(restrict_key_));
        post_data_ = block.finish();
    }

    void post_data() { writer_.block(std::move(post_data_)); }

private:
    ArchiveWriter writer_;
    MemberCompressor compressor_;
    std::string restrict_key_;
    FinishedBlock post_data_;
};

WrittenArchive write_watched(CopyContext const &context, ProgramSet const &programs,
                             Snapshot const &snapshot, ByteSink &sink) {
    BackupOptions const &options = context.options;
    Connection &keeper = context.keeper;
    Beginning beginning{context};
    SchemaArchive const schema = beginning.dump_schema(programs);
    RelationCopy &copy = beginning.copy_of(schema);

    Manifest manifest;
    without_keeping_locks(keeper, [&] {
        manifest = describe(options, keeper, snapshot, programs);
        manifest.extensions = list_extensions(keeper, copy.list().extensions);
        // Soon, and not after the data: the definitions are those of the snapshot.
        manifest.sequences =
            read_sequences(keeper, select_sequences(keeper, schema.toc(), options.filters));
    });
    manifest.tables = copy.relations().entries;
    manifest.object_counts = count_kinds(schema.toc());
    log(LogLevel::info, "snapshot {} with {} tables", snapshot.id, manifest.tables.size());

    ScriptWriter script{sink, options.level};
    script.head(manifest.origin);
    script.pre_data(schema, manifest.database.encoding, context.token);
    script.prepare_post_data(schema, context.token);
    script.large_objects(keeper, copy.relations().large_objects, manifest);
    copy.finish(script.archive(), manifest);
    end_snapshot(keeper); // nothing more is read from the server
    script.sequences(manifest.sequences);
    script.post_data();
    std::string const content = schema.content();
    Footer const footer = script.archive().finish(manifest, as_bytes(content), kDumpEnding);
    return {std::move(manifest), footer.text_size, schema.left_out()};
}

} // namespace

WrittenArchive write_archive(BackupOptions const &options, Connection &keeper, ByteSink &sink,
                             std::stop_token const &token, Progress &progress) {
    progress.phase("schema", 0);
    ProgramSet const programs =
        choose_programs(options.bindir, "pg_dump", keeper.server_version() / 10000);
    Snapshot const snapshot = export_snapshot(keeper, options.isolation);
    BlockedWatch watch{options.longest_blocking, name_of_pg_dump(snapshot.id)};
    BlockedWatch::Holder const holder{watch, own_session(keeper)};
    WrittenArchive written;
    watch.during(
        keeper.effective_settings(), options.policy, token, [&](std::stop_token const &stop) {
            Connection observer = observe(keeper, options, stop);
            written = write_watched({options, keeper, observer, watch, snapshot.id, stop, progress},
                                    programs, snapshot, sink);
        });
    return written;
}

} // namespace pgkeep
