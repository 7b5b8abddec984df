// What --undo makes of a restore that died between its replacement and the note about it.

#include "pg/existing_objects.hpp"
#include "repository/replacements.hpp"
#include "repository/repository.hpp"
#include "restore/restore_fixture.hpp"
#include "restore/undo.hpp"
#include "support/faults.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

namespace pgkeep {
namespace {

using testing::HasSubstr;

class UndoLive : public RestoreLive {
protected:
    UndoLive() : live_(create_database("live")) {
        run_sql(live_, "CREATE TABLE goods AS SELECT 'archived' AS name");
        archive_ = back_up(live_);
        run_sql(live_, "UPDATE goods SET name = 'first'");
        EXPECT_TRUE(restore(archive_, replacing()).proven); // the first is in a snapshot
        run_sql(live_, "UPDATE goods SET name = 'second'");
        RestoreOptions in_place = replacing();
        in_place.existing = ExistingDatabase::in_place;
        second_ = restore(archive_, in_place).safety_snapshot;
        forget_the_last_note();
    }

    [[nodiscard]] RestoreOptions replacing() const {
        RestoreOptions replace = options(live_);
        replace.existing = ExistingDatabase::replace;
        replace.repository = folder_.file("repository");
        return replace;
    }
    [[nodiscard]] std::string folder() const {
        return Repository{folder_.file("repository")}.database_folder(live_);
    }
    // As a process that was killed right behind its COMMIT leaves it.
    void forget_the_last_note() {
        std::string text = read_whole_file(folder() + "/.replaced");
        text.resize(text.rfind("\n{"));
        write_whole_file(folder() + "/.replaced", text);
    }
    void announce(std::string const &transaction) {
        Replacement const replacement{
            utc_now(), query_sql(live_, "SELECT system_identifier FROM pg_control_system()"),
            second_.substr(second_.rfind('/') + 1), 0, transaction};
        announce_replacement(folder_.file("repository"), live_, replacement);
    }
    [[nodiscard]] Connection connect() const {
        return Connection{scratch_connection(live_), {"test", 0, {}, {}}, {}};
    }
    static std::string begin(Connection &connection) {
        connection.execute("BEGIN");
        return transaction_number(connection);
    }
    RestoreReport undo() {
        NoProgress progress;
        return undo_restore(replacing(), folder_.file("repository"), {}, progress);
    }
    [[nodiscard]] std::string name() const { return query_sql(live_, "SELECT name FROM goods"); }

    std::string live_;
    std::string archive_;
    std::string second_;
};

TEST_F(UndoLive, GoesBackToWhatARestoreReplacedThatDiedBehindItsCommit) {
    (void)undo();
    EXPECT_EQ(name(), "second");
}

TEST_F(UndoLive, PassesOverARestoreThatDiedBeforeItsCommit) {
    std::filesystem::remove(folder() + "/.replaced");
    (void)restore(archive_, replacing());
    run_sql(live_, "UPDATE goods SET name = 'third'");
    {
        Connection died = connect();
        announce(begin(died));
    }
    (void)undo();
    EXPECT_EQ(name(), "archived");
}

TEST_F(UndoLive, PutsNothingBackWhenNobodyKnows) {
    std::string const before = name();
    Connection open = connect();
    announce(begin(open));
    Error const error = error_of([&] { (void)undo(); });
    EXPECT_THAT(error.what(), HasSubstr("it is not known whether the restore"));
    EXPECT_THAT(error.hint(), HasSubstr(second_));
    EXPECT_EQ(name(), before);
}

// Somebody else's repository knows of the kept one, and ours of what came after it.
TEST_F(UndoLive, PassesOverAKeptDatabaseThatIsOlderThanTheLastReplacement) {
    RestoreOptions elsewhere = replacing();
    elsewhere.repository = folder_.file("elsewhere");
    elsewhere.keep_old = true;
    (void)restore(archive_, elsewhere); // keeps "archived"
    for (Time const then = utc_now(); utc_now() == then;) {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    run_sql(live_, "UPDATE goods SET name = 'third'");
    EXPECT_TRUE(restore(archive_, replacing()).proven); // the third is in a snapshot
    run_sql(live_, "UPDATE goods SET name = 'fourth'");
    (void)undo();
    EXPECT_EQ(name(), "third");
}

TEST_F(UndoLive, ARestoreThatItCouldNotKnowOfReplacesNothing) {
    std::filesystem::remove(folder() + "/.replaced");
    std::filesystem::create_directory(folder() + "/.replaced");
    run_sql(live_, "UPDATE goods SET name = 'third'");
    for (ExistingDatabase const way : {ExistingDatabase::replace, ExistingDatabase::in_place}) {
        RestoreOptions restoring = replacing();
        restoring.existing = way;
        Error const error = error_of([&] { (void)restore(archive_, restoring); });
        EXPECT_THAT(error.what(), HasSubstr(".replaced"));
        EXPECT_EQ(name(), "third");
    }
}

} // namespace
} // namespace pgkeep
