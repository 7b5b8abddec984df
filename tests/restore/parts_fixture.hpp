// What the tests of parts share: one archive of the sample shop for the whole program, and a look
// at what a part of it is and makes.
//
// Thread-safety: none.

#pragma once

#include "archive/reader.hpp"
#include "backup/backup.hpp"
#include "base/file.hpp"
#include "proc/programs.hpp"
#include "restore/schema.hpp"
#include "restore/script_output.hpp"
#include "restore/select.hpp"
#include "support/errors.hpp"
#include "support/fingerprint.hpp"
#include "support/scratch.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace pgkeep {

class PartsLive : public testing::Test {
protected:
    struct Shop {
        std::string database;
        TemporaryFolder folder;
        std::string archive;
    };

    // Made when the first test asks for it.
    static Shop &shop() {
        static Shop shop;
        if (shop.archive.empty()) {
            shop.database = create_sample_shop();
            shop.archive = shop.folder.file("shop.sql.gz");
            back_up(shop.database, shop.archive);
        }
        return shop;
    }

    static void back_up(std::string const &database, std::string const &path) {
        BackupOptions options;
        options.connection = scratch_connection(database);
        options.bindir = scratch_server().bindir();
        options.policy.retries = 0;
        options.jobs = 2;
        options.level = 1;
        NoProgress progress;
        (void)backup_database(options, ToFile{path}, {}, progress);
    }

    [[nodiscard]] static RestoreOptions options_for(RestorePart const &part) {
        RestoreOptions options;
        options.connection = scratch_connection("postgres");
        options.bindir = scratch_server().bindir();
        options.jobs = 2;
        options.part = part;
        return options;
    }

    [[nodiscard]] static RestorePart tables(std::vector<std::string> const &patterns) {
        RestorePart part;
        part.tables = patterns;
        return part;
    }
    [[nodiscard]] static RestorePart schemas(std::vector<std::string> const &patterns) {
        RestorePart part;
        part.schemas = patterns;
        return part;
    }

    struct Found {
        Manifest part; // only what was selected
        Selection selection;
    };
    [[nodiscard]] static Found find(RestorePart const &part, bool into_existing = false,
                                    std::string const &archive = shop().archive) {
        FileSource const source{archive};
        ArchiveReader const reader{source};
        RestoreOptions const options = options_for(part);
        Schema const schema{
            choose_programs(options.bindir, "pg_restore", 0), reader.schema_archive(), options, {}};
        Found found;
        found.selection = find_selection(part, reader.manifest(), schema, into_existing);
        found.part = selected_part(reader.manifest(), found.selection);
        return found;
    }

    // `schema.name` of the tables whose rows are taken, joined by spaces.
    [[nodiscard]] static std::string tables_of(Manifest const &part) {
        std::string names;
        for (TableEntry const &table : part.tables) {
            names += (names.empty() ? "" : " ") + table.schema + "." + table.name;
        }
        return names;
    }
    [[nodiscard]] static std::string sequences_of(Manifest const &part) {
        std::string names;
        for (SequenceEntry const &sequence : part.sequences) {
            names += (names.empty() ? "" : " ") + sequence.schema + "." + sequence.name;
        }
        return names;
    }

    // A new database with the objects of `part`, made by pg_restore, without rows.
    [[nodiscard]] static std::string make_objects(RestorePart const &part,
                                                  std::string const &archive = shop().archive) {
        std::string const database = create_database("part", "TEMPLATE template0");
        FileSource const source{archive};
        ArchiveReader const reader{source};
        RestoreOptions const options = options_for(part);
        Schema schema{
            choose_programs(options.bindir, "pg_restore", 0), reader.schema_archive(), options, {}};
        schema.select(find_selection(part, reader.manifest(), schema, false).toc);
        schema.restore_pre_data(options.connection, database);
        schema.restore_post_data(options.connection, database, 2, "64MB", {});
        return database;
    }

    [[nodiscard]] static std::string script_of(RestoreOptions const &options,
                                               std::string const &archive = shop().archive) {
        FileSource const source{archive};
        MemorySink sink;
        NoProgress progress;
        write_script_output(source, options, sink, {}, progress);
        return std::string{as_text(sink.bytes())};
    }
    // A new database with what psql makes of `script`; psql stops at the first error.
    [[nodiscard]] std::string load(std::string const &script) {
        std::string const database = create_database("part", "TEMPLATE template0");
        load_into(database, script);
        return database;
    }
    void load_into(std::string const &database, std::string const &script) {
        std::string const path = folder_.file("part.sql");
        std::ofstream{path, std::ios::binary} << script;
        run_sql_file(database, path);
    }

    // Tables, views and sequences, joined by spaces.
    [[nodiscard]] static std::string relations(std::string const &database) {
        return query_sql(database,
                         "SELECT string_agg(n.nspname || '.' || c.relname, ' ' ORDER BY n.nspname, "
                         "c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                         "WHERE c.relkind <> 'i' AND c.relkind <> 'I' AND c.relkind <> 't' "
                         "AND n.nspname NOT IN ('pg_catalog', 'information_schema')");
    }
    // The rows of a table, without their order.
    [[nodiscard]] static std::string rows(std::string const &database, std::string const &table) {
        return query_sql(database, "SET datestyle = ISO; SET intervalstyle = postgres; "
                                   "SET extra_float_digits = 3; "
                                   "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM " +
                                       table + " t");
    }

    TemporaryFolder folder_;
};

} // namespace pgkeep
