// Files that are not there and options that do not fit: each has its message, its exit code, and a
// hint that says what to do.

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class BadCallLive : public ProgramsLive {};

TEST_F(BadCallLive, AFileThatWasNamedAndIsNotThere) {
    std::string const spelling = "how the path is spelt";
    std::string const none = "/none: No such file or directory";
    expect_failure("pgkeep-backup --config=$T/none postgres", 2, none, spelling);
    expect_failure("pgkeep-backup --env-file=$T/none postgres", 2, none, spelling);
    expect_failure("pgkeep-restore --env-file=$T/none -d postgres latest", 2, none, spelling);
    expect_failure("pgkeep-verify --level=drill --sql=$T/none", 2, none, spelling);
    expect_failure("pgkeep-restore -d postgres --backup-file=$T/none", 1, none, spelling);
    expect_failure("pgkeep-restore -d postgres $T/none", 1, "there is no file ", spelling);
    expect_failure("pgkeep-verify $T/none", 1, "there is no file ", spelling);
}

TEST_F(BadCallLive, AFolderThatIsNotThere) {
    expect_failure("pgkeep-backup -f $T/none/x.gz postgres", 1, "/none: No such file or directory",
                   "every folder in it exists");
    expect_failure("mkdir $R; pgkeep-verify --status --output=$T/none/x", 1,
                   "/none/: No such file or directory", "every folder in it exists");
    expect_nothing_left();
}

TEST_F(BadCallLive, AFileThatMayNotBeRead) {
    std::string const nobody =
        ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
    expect_failure("cp \"$(command -v pgkeep-verify)\" $T/ && touch $T/secret && chmod 0 $T/secret "
                   "&& chmod 711 $T && chmod 755 $T/pgkeep-verify\n" +
                       nobody + "$T/pgkeep-verify $T/secret",
                   1, "/secret: Permission denied", "has the right to this");
}

TEST_F(BadCallLive, ADeviceInsteadOfAnArchive) {
    for (char const *command : {"pgkeep-verify /dev/null", "pgkeep-restore -d x /dev/null",
                                "pgkeep-restore -d x --backup-file=/dev/null"}) {
        expect_failure(command, 1, "/dev/null is not a regular file", "saved to one first");
    }
}

TEST_F(BadCallLive, ARoleThatDoesNotExist) {
    std::string const shop = make_shop();
    ASSERT_EQ(run("pgkeep-backup " + shop).exit_code, 0);
    expect_failure("pgkeep-restore --role=nosuch --into=shop_of_nosuch -d " + shop + " latest", 1,
                   "role \"nosuch\" does not exist", "--role");
}

TEST_F(BadCallLive, AListOfReplacementsThatIsNone) {
    std::string const shop = make_shop();
    expect_failure("mkdir -p $R/" + shop + " && truncate -s 20M $R/" + shop +
                       "/.replaced; pgkeep-restore -y --undo -d " + shop,
                   1, "/.replaced is larger than", "move it away");
}

TEST_F(BadCallLive, OptionsThatDoNotFitEachOther) {
    struct Row {
        char const *command;
        char const *message;
        char const *hint;
    };
    constexpr Row kRows[] = {
        {"pgkeep-backup -a shop", "exclude each other", "-x"},
        {"pgkeep-backup --prune-only -a shop", "exclude each other", "-x"},
        {"pgkeep-backup -x a shop", "no effect without --all", "Add --all"},
        {"pgkeep-backup --prune-only --no-prune", "excludes --prune-only", "--no-prune"},
        {"pgkeep-backup --prune-only -f x", "no effect", "Leave it out"},
        {"pgkeep-backup --hold=latest a b", "at most one database", "Name the one"},
        {"pgkeep-restore --undo -n x -d shop", "knows no --schema", "safety snapshot"},
        {"pgkeep-verify --status --against=x", "exclude each other", "Leave out"},
        {"pgkeep-verify --latest --subset=3%", "exclude each other", "Leave out"},
        {"pgkeep-verify --latest x", "exclude each other", "Leave out"},
        {"pgkeep-verify --max-age=1h", "--max-age is for --status", "Add --status"},
        {"pgkeep-verify --sql=x", "--sql is for --level=drill", "Add --level=drill"},
        {"pgkeep-verify --format=nagios", "is for --status", "Add --status"},
        {"pgkeep-verify --status --format=junit", "verification of archives", "--format=json"},
        {"pgkeep-backup -d ''", "-d: the value is empty", "Give a value"},
        {"pgkeep-restore -d '' latest", "-d: the value is empty", "Give a value"},
    };
    for (Row const &row : kRows) {
        expect_failure(row.command, 2, row.message, row.hint);
    }
}

} // namespace
} // namespace pgkeep
