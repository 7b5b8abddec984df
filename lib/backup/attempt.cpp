#include "backup/attempt.hpp"

#include "archive/definition_block.hpp"
#include "archive/writer.hpp"
#include "backup/copy_tables.hpp"
#include "backup/relations.hpp"
#include "backup/schema.hpp"
#include "backup/script.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "pg/backup_catalog.hpp"
#include "pg/large_objects.hpp"
#include "pg/savepoint.hpp"
#include "pg/snapshot.hpp"
#include "pg/sqlstate.hpp"
#include "proc/programs.hpp"

#include <algorithm>
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

// pg_dump does not say who keeps it waiting; we can, as long as it is so.
SchemaArchive dump_schema(ProgramSet const &programs, Connection &keeper, Snapshot const &snapshot,
                          std::vector<RelationName> const &expected, BackupOptions const &options,
                          std::stop_token const &token) {
    try {
        return SchemaArchive{programs,    keeper.effective_settings(),
                             snapshot.id, keeper.parameter("server_encoding"),
                             options,     [&] { join_locks(keeper, expected, options); },
                             token};
    } catch (PgError const &error) {
        if (error.sqlstate() == sqlstate::kLockNotAvailable) {
            lock_relations(keeper, expected, std::chrono::milliseconds{1});
        }
        throw;
    }
}

// Sees what is, while the keeper sees what was.
Connection observe(Connection const &keeper, BackupOptions const &options,
                   std::stop_token const &token) {
    ConnectPolicy policy = options.policy;
    policy.label = "observer";
    return Connection{keeper.effective_settings(), policy, token};
}

// ACCESS SHARE on everything that will be copied, and the proof that nothing moved before we had
// it.
void lock(Connection &keeper, Connection &observer, BackupOptions const &options,
          BackupRelations const &relations) {
    auto const names = relations.names_to_lock();
    lock_relations(keeper, names, options.lock_wait_timeout);
    without_keeping_locks(keeper, [&] { require_unmoved(keeper, observer, names); });
}

// A schema can be renamed and a value of an enum type too, whatever locks there are on tables.
void require_still_unmoved(Connection &keeper, Connection &observer,
                           BackupRelations const &relations) {
    require_unmoved(keeper, observer, relations.names_to_lock());
    require_types_unmoved(keeper, observer);
}

// Writes the script's sections in their order.
class ScriptWriter {
public:
    ScriptWriter(ByteSink &sink, int level) : writer_(sink, level), compressor_(level) {}

    ArchiveWriter &archive() noexcept { return writer_; }

    void head(Origin const &origin) { writer_.text(format::BlockKind::head, head_comment(origin)); }

    void pre_data(SchemaArchive const &schema, std::string const &encoding) {
        BlockBuilder block{compressor_, format::BlockKind::pre_data, 0};
        restrict_key_ = schema.pre_data([&](std::string_view piece) { block.add_text(piece); });
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

    void post_data(SchemaArchive const &schema) {
        BlockBuilder block{compressor_, format::BlockKind::post_data, 0};
        block.add_text(kAfterData);
        schema.post_data([&](std::string_view piece) { block.add_text(piece); });
        block.add_text(unrestrict_line(restrict_key_));
        writer_.block(block.finish());
    }

private:
    ArchiveWriter writer_;
    MemberCompressor compressor_;
    std::string restrict_key_;
};

} // namespace

WrittenArchive write_archive(BackupOptions const &options, Connection &keeper, ByteSink &sink,
                             std::stop_token const &token, Progress &progress) {
    progress.phase("schema", 0);
    ProgramSet const programs =
        choose_programs(options.bindir, "pg_dump", keeper.server_version() / 10000);
    Snapshot const snapshot = export_snapshot(keeper, options.isolation);
    std::vector<RelationName> expected;
    without_keeping_locks(keeper, [&] { expected = expected_tables(keeper, options.filters); });
    SchemaArchive const schema = dump_schema(programs, keeper, snapshot, expected, options, token);
    BackupRelations relations;
    Manifest manifest;
    without_keeping_locks(keeper, [&] {
        relations = select_relations(keeper, schema.toc(), options.filters);
        manifest = describe(options, keeper, snapshot, programs);
    });
    Connection observer = observe(keeper, options, token);
    lock(keeper, observer, options, relations);

    manifest.tables = relations.entries;
    manifest.extensions = relations.extensions;
    manifest.object_counts = count_kinds(schema.toc());
    log(LogLevel::info, "snapshot {} with {} tables", snapshot.id, manifest.tables.size());

    ScriptWriter script{sink, options.level};
    script.head(manifest.origin);
    script.pre_data(schema, manifest.database.encoding);
    script.large_objects(keeper, relations.large_objects, manifest);
    copy_data({options, keeper.effective_settings(), snapshot.id, observer}, keeper, relations,
              script.archive(), manifest, token, progress);
    require_alive(keeper);
    require_still_unmoved(keeper, observer, relations);
    manifest.sequences = read_sequences(keeper, relations.sequences);
    script.sequences(manifest.sequences);
    script.post_data(schema);
    std::string const content = schema.content();
    Footer const footer = script.archive().finish(manifest, as_bytes(content), kDumpEnding);
    return {std::move(manifest), footer.text_size};
}

} // namespace pgkeep
