// --stdout: what psql makes of the script, what damage does to it, and how much of the archive is
// read for it.

#include "model/sql_text.hpp"
#include "restore/part_check.hpp"
#include "restore/parts_fixture.hpp"
#include "support/faults.hpp"

#include <gmock/gmock.h>

#include <atomic>

using namespace pgkeep;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

// A comment in the shop has the line itself.
constexpr char const *kComplete = "\n--\n-- PostgreSQL database dump complete\n--\n";

// Counts what is read.
class CountingSource : public ByteSource {
public:
    explicit CountingSource(std::string const &path) : file_(path) {}
    [[nodiscard]] std::uint64_t size() const override { return file_.size(); }
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
        read_ += into.size();
        file_.read_at(offset, into);
    }
    [[nodiscard]] std::string const &name() const override { return file_.name(); }
    [[nodiscard]] std::uint64_t read() const { return read_; }

private:
    FileSource file_;
    mutable std::atomic<std::uint64_t> read_{0};
};

class ScriptOutputLive : public PartsLive {
protected:
    // A copy of the shop's archive with one bit flipped in the first block of `table`.
    std::string damaged_in(std::string const &schema, std::string const &name) {
        std::string const path = folder_.file("damaged.sql.gz");
        write_whole_file(path, read_whole_file(shop().archive));
        flip_bit(path, block_of(schema, name).offset + 100);
        return path;
    }

    static BlockEntry block_of(std::string const &schema, std::string const &name) {
        FileSource const source{shop().archive};
        ArchiveReader const reader{source};
        for (TableEntry const &table : reader.manifest().tables) {
            for (BlockEntry const &block : reader.blocks()) {
                if (table.schema == schema && table.name == name && block.table == table.number) {
                    return block;
                }
            }
        }
        throw Error{ErrorKind::not_found, "no block of " + name};
    }

    struct Failure {
        Error error{ErrorKind::failed, ""};
        std::string script; // what came before
    };
    static Failure fail(RestoreOptions const &options, std::string const &archive) {
        FileSource const source{archive};
        MemorySink sink;
        NoProgress progress;
        Failure failure;
        failure.error = error_of([&] { write_script_output(source, options, sink, {}, progress); });
        failure.script = as_text(sink.bytes());
        return failure;
    }
};

} // namespace

TEST_F(ScriptOutputLive, OfAWholeArchiveIsWhatGunzipMakesOfIt) {
    std::string const expected = folder_.file("expected.sql");
    ASSERT_EQ(run_shell("gunzip -c \"$1\" > \"$2\"", {shop().archive, expected}).exit_code, 0);
    EXPECT_TRUE(script_of(options_for({})) == read_whole_file(expected));
}

TEST_F(ScriptOutputLive, OfTablesLoadsIntoAnEmptyDatabase) {
    std::string const made = load(script_of(options_for(tables({"shop.orders", "shop.events"}))));
    for (char const *table : {"shop.orders", "shop.events"}) {
        EXPECT_EQ(rows(made, table), rows(shop().database, table));
    }
    std::string const value = "SELECT last_value, is_called FROM shop.orders_id_seq";
    EXPECT_EQ(query_sql(made, value), query_sql(shop().database, value));
    EXPECT_THAT(relations(made), Not(HasSubstr("shop.customers")));
}

TEST_F(ScriptOutputLive, OfAPartitionLoadsWithoutItsParent) {
    std::string const made = load(script_of(options_for(tables({"shop.events_2024"}))));
    EXPECT_EQ(relations(made), "shop.events_2024");
}

TEST_F(ScriptOutputLive, OfManyTablesLoads) {
    // Tables of foreign servers have no rows, and all others are in the manifest.
    for (char const *pattern : {"shop.*", "we*.*"}) {
        SCOPED_TRACE(pattern);
        RestorePart const part = tables({pattern});
        std::string const made = load(script_of(options_for(part)));
        EXPECT_EQ(query_sql(made, "SELECT count(*) FROM pg_index WHERE NOT indisvalid AND "
                                  "indexrelid::regclass::text !~ 'accounts_only'"),
                  "0");
        for (TableEntry const &table : find(part).part.tables) {
            std::string const name = quote_qualified(table.schema, table.name);
            std::string const only = table.partitioned ? "" : "ONLY ";
            EXPECT_EQ(query_sql(made, "SELECT count(*) FROM " + only + name),
                      std::to_string(table.proof.rows))
                << name;
        }
    }
}

TEST_F(ScriptOutputLive, OfASchemaLoadsIntoAnEmptyDatabase) {
    std::string const made = load(script_of(options_for(schemas({"audit", "stock"}))));
    for (char const *table : {"audit.log", "stock.workers", "stock.places"}) {
        EXPECT_EQ(rows(made, table), rows(shop().database, table));
    }
}

TEST_F(ScriptOutputLive, OfEverythingWithoutOwnersLoadsWithoutThem) {
    RestoreOptions options = options_for({});
    options.no_owner = true;
    options.no_privileges = true;
    std::string const script = script_of(options);
    EXPECT_THAT(script, AllOf(Not(HasSubstr("OWNER TO")), Not(HasSubstr("\nGRANT "))));
    EXPECT_EQ(rows(load(script), "shop.orders"), rows(shop().database, "shop.orders"));
}

TEST_F(ScriptOutputLive, EndsAsAScriptThatIsWholeAndHasNoCommandsOfPsql) {
    std::string const script = script_of(options_for(tables({"shop.orders"})));
    EXPECT_THAT(script, EndsWith(kComplete));
    EXPECT_EQ(script.find(kComplete), script.rfind(kComplete));
    EXPECT_THAT(script, Not(HasSubstr("restrict ")));
}

TEST_F(ScriptOutputLive, OfSchemaAndOfDataTogetherAreAll) {
    RestorePart part = tables({"shop.orders"});
    part.data = false;
    std::string const schema = script_of(options_for(part));
    EXPECT_THAT(schema, AllOf(Not(HasSubstr("\nCOPY ")), Not(HasSubstr("setval"))));
    part.data = true;
    part.schema = false;
    std::string const data = script_of(options_for(part));
    EXPECT_THAT(data, AllOf(HasSubstr("\nCOPY "), Not(HasSubstr("CREATE "))));
    std::string const made = load(schema);
    EXPECT_EQ(query_sql(made, "SELECT count(*) FROM shop.orders"), "0");
    load_into(made, data);
    EXPECT_EQ(rows(made, "shop.orders"), rows(shop().database, "shop.orders"));
}

TEST_F(ScriptOutputLive, OfDataOnlyMakesTheLargeObjectsThatItFills) {
    RestorePart part;
    part.data = false;
    std::string const made = load(script_of(options_for(part)));
    part.data = true;
    part.schema = false;
    RestoreOptions data = options_for(part);
    EXPECT_THAT(script_of(data), AllOf(HasSubstr("lo_create"), HasSubstr("lo_put"),
                                       HasSubstr("ALTER LARGE OBJECT"), HasSubstr("GRANT SELECT")));
    data.no_owner = true;
    data.no_privileges = true;
    EXPECT_THAT(script_of(data), AllOf(HasSubstr("lo_create"), Not(HasSubstr("OWNER TO")),
                                       Not(HasSubstr("GRANT "))));
}

TEST_F(ScriptOutputLive, IsNotDisturbedByDamageInAnotherTable) {
    std::string const path = damaged_in("shop", "customers");
    RestoreOptions const orders = options_for(tables({"shop.orders"}));
    EXPECT_EQ(script_of(orders, path), script_of(orders));
}

TEST_F(ScriptOutputLive, RefusesDamageInTheTableWithItsNameAndOffset) {
    std::string const path = damaged_in("shop", "orders");
    Failure const failure = fail(options_for(tables({"shop.orders"})), path);
    EXPECT_EQ(failure.error.kind(), ErrorKind::damaged);
    EXPECT_THAT(failure.error.what(),
                AllOf(HasSubstr("at offset " + std::to_string(block_of("shop", "orders").offset)),
                      HasSubstr("table shop.orders")));
    EXPECT_THAT(failure.script, AllOf(Not(HasSubstr(kComplete)), Not(HasSubstr("\nCOPY "))));
}

TEST_F(ScriptOutputLive, NeverLooksCompleteBehindDamage) {
    for (RestoreOptions const &options :
         {options_for({}), options_for(tables({"shop.orders", "shop.products"}))}) {
        Failure const failure = fail(options, damaged_in("shop", "products"));
        EXPECT_EQ(failure.error.kind(), ErrorKind::damaged);
        EXPECT_THAT(failure.script, Not(HasSubstr(kComplete)));
        ASSERT_FALSE(failure.script.empty());
        Error const refused = error_of([&] { (void)load(failure.script); });
        EXPECT_THAT(refused.what(), HasSubstr("this script is not complete"));
    }
}

TEST_F(ScriptOutputLive, WritesNothingOfAnArchiveThatIsCut) {
    std::string const path = folder_.file("cut.sql.gz");
    write_whole_file(path, read_whole_file(shop().archive));
    cut_file(path, read_whole_file(path).size() - 1000);
    Failure const failure = fail(options_for({}), path);
    EXPECT_EQ(failure.error.kind(), ErrorKind::damaged);
    EXPECT_THAT(failure.script, IsEmpty());
}

TEST_F(ScriptOutputLive, PassesOnThatTheDiskIsFull) {
    FileSource const source{shop().archive};
    FaultSink sink{100000};
    NoProgress progress;
    Error const error =
        error_of([&] { write_script_output(source, options_for({}), sink, {}, progress); });
    EXPECT_EQ(error.kind(), ErrorKind::no_space);
    EXPECT_THAT(as_text(sink.bytes()), Not(HasSubstr("not complete")));
}

TEST_F(ScriptOutputLive, StopsWhenTheTokenFires) {
    FileSource const source{shop().archive};
    MemorySink sink;
    NoProgress progress;
    std::stop_source stop;
    stop.request_stop();
    Error const error = error_of(
        [&] { write_script_output(source, options_for({}), sink, stop.get_token(), progress); });
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    EXPECT_THAT(as_text(sink.bytes()), Not(HasSubstr(kComplete)));
}

TEST_F(ScriptOutputLive, ReadsOfABigArchiveLittleMoreThanTheTable) {
    std::string const database = create_database();
    run_sql(database,
            "CREATE TABLE small AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i; "
            "CREATE TABLE big AS SELECT i, md5(i::text), md5((i + 1)::text) AS b "
            "FROM generate_series(1, 300000) i");
    std::string const path = folder_.file("big.sql.gz");
    back_up(database, path);
    CountingSource const source{path};
    MemorySink sink;
    NoProgress progress;
    write_script_output(source, options_for(tables({"small"})), sink, {}, progress);
    EXPECT_LT(source.read(), source.size() / 20)
        << "of " << source.size() << " bytes for 1000 of 301000 rows";
    EXPECT_EQ(rows(load(std::string{as_text(sink.bytes())}), "small"), rows(database, "small"));
}

TEST_F(ScriptOutputLive, ChecksBeforehandOnlyWhatIsWanted) {
    std::string const path = damaged_in("shop", "orders");
    FileSource const source{path};
    ArchiveReader const reader{source};
    Manifest const manifest = reader.manifest();
    NoProgress progress;
    auto const check = [&](RestorePart const &part) {
        require_sound_part(reader, manifest, find(part).selection, 2, {}, progress);
    };
    EXPECT_NO_THROW(check(tables({"shop.customers", "shop.events"})));
    Error const error = error_of([&] { check(tables({"shop.customers", "shop.orders"})); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("at offset "), HasSubstr("table shop.orders")));
    EXPECT_THAT(error.hint(), HasSubstr("Nothing was changed."));
}

TEST_F(ScriptOutputLive, ChecksTheBlocksAgainstTheManifest) {
    FileSource const source{shop().archive};
    ArchiveReader const reader{source};
    Manifest manifest = reader.manifest();
    Selection const selection = find(tables({"shop.orders"})).selection;
    TableEntry &orders = manifest.tables.at(*selection.tables.begin() - 1);
    ++orders.proof.rows;
    NoProgress progress;
    Error const error =
        error_of([&] { require_sound_part(reader, manifest, selection, 2, {}, progress); });
    EXPECT_EQ(error.kind(), ErrorKind::damaged);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("table shop.orders"), HasSubstr("the manifest says")));
}
