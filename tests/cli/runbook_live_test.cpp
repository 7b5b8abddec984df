// Commands of docs/restore-runbook.md, as they stand there.

#include "program_runner.hpp"

namespace pgkeep {
namespace {

class RunbookLive : public ProgramsLive {};

TEST_F(RunbookLive, BringsBackEveryDatabaseWhateverItsName) {
    std::vector<std::string> const names{"my shop", "a=b", "it's\\", "plain"};
    for (std::string const &name : names) {
        run_sql("postgres", "CREATE DATABASE \"" + name + "\"");
        run_sql(name, "CREATE TABLE kept AS SELECT 7 AS x");
        ShellResult const saved = run("PGDATABASE=\"$1\" pgkeep-backup", {name});
        ASSERT_EQ(saved.exit_code, 0) << saved.err;
    }
    ShellResult const result =
        run("command -v jq >/dev/null || exit 77; for db; do psql -Xqd postgres -v name=\"$db\" "
            "<<<'DROP DATABASE :\"name\"'; done; "
            "eval \"$(sed -n '/^    pgkeep-restore --list --json/{N;p}' "
            "'" PGKEEP_SOURCE_DIR "/docs/restore-runbook.md')\"",
            names);
    if (result.exit_code == 77) {
        GTEST_SKIP() << "jq is not installed";
    }
    EXPECT_EQ(result.err.find("error"), std::string::npos) << result.err;
    EXPECT_EQ(result.out.find("FAILED"), std::string::npos) << result.out << result.err;
    for (std::string const &name : names) {
        EXPECT_EQ(query_sql(name, "SELECT x FROM kept"), "7") << name;
        run_sql("postgres", "DROP DATABASE \"" + name + "\"");
    }
}

} // namespace
} // namespace pgkeep
