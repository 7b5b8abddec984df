// Names that somebody chose to do harm, from the server to the terminal: they steer no terminal,
// lead out of no folder, leave no identifier, and come back as they were.

#include "program_runner.hpp"

#include <algorithm>

namespace pgkeep {
namespace {

// Clears the screen, sets the title, ends a line, a quote, an identifier and a folder, and is read
// from right to left. The second as SQL writes it.
constexpr char const *kName = "\x1b[2J\x1b]0;x\x07\r\n/../\"';\\%s\u202e";
constexpr char const *kLiteral = R"(E'\x1b[2J\x1b]0;x\x07\r\n/../"\';\\%s\u202e')";

class HostileNames : public ProgramsLive {
protected:
    HostileNames() {
        make("CREATE DATABASE %I");
        run_sql(kName, std::string{"SELECT format($x$CREATE SCHEMA %1$I CREATE TABLE %1$I (%1$I "
                                   "serial PRIMARY KEY, t text DEFAULT %1$L CHECK (t <> %1$L)); "
                                   "INSERT INTO %1$I.%1$I (t) SELECT i::text FROM "
                                   "generate_series(1, 300) i; COMMENT ON DATABASE %1$I IS "
                                   "%1$L; COMMENT ON TABLE %1$I.%1$I IS %1$L$x$, "} +
                           kLiteral + ") \\gexec");
    }
    ~HostileNames() override {
        run_sql("postgres", "SELECT format('DROP DATABASE %I WITH (FORCE)', datname)"
                            " FROM pg_database WHERE datname LIKE E'%\\x1b%' \\gexec");
    }

    static void make(std::string const &statement) {
        run_sql("postgres", "SELECT format('" + statement + "', " + kLiteral + ") \\gexec");
    }

    // Rows, default, check constraint and comment, each as it was made.
    static std::string content() {
        return query_sql(
            kName,
            std::string{"SELECT format($x$SELECT count(*), (SELECT count(*) FROM pg_attrdef WHERE "
                        "pg_get_expr(adbin, adrelid) = %2$L), (SELECT count(*) FROM pg_constraint "
                        "WHERE pg_get_constraintdef(oid) = 'CHECK ((t <> ' || %2$L || '))'), "
                        "(SELECT obj_description(oid, 'pg_class') = %1$L FROM pg_class WHERE "
                        "relkind = 'r' AND relname = %1$L) FROM %1$I.%1$I$x$, name, '''' || "
                        "replace(name, '''', '''''') || '''::text') FROM (SELECT "} +
                kLiteral + " AS name) AS names \\gexec");
    }

    // Also says so of an error; returns what was written.
    std::string harmless(std::string const &script, int code = 0) {
        ShellResult const result = run(script, {kName});
        EXPECT_EQ(result.exit_code, code) << script << '\n' << result.err;
        std::string text = result.out + result.err;
        EXPECT_TRUE(std::ranges::none_of(text, [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == '\x7f';
        })) << script;
        EXPECT_EQ(text.find("\u202e"), std::string::npos) << script;
        return text;
    }
};

TEST_F(HostileNames, SteerNoTerminalAndComeBack) {
    EXPECT_NE(harmless("pgkeep-backup -v \"$1\"").find("\\x1B[2J"), std::string::npos);
    harmless("pgkeep-backup --json \"$1\"");
    EXPECT_EQ(content(), "300|1|1|t");
    run_sql(kName, std::string{"SELECT format($x$DELETE FROM %1$I.%1$I; ALTER TABLE %1$I.%1$I DROP "
                               "COLUMN t; COMMENT ON TABLE %1$I.%1$I IS NULL$x$, "} +
                       kLiteral + ") \\gexec");
    for (std::string const command :
         {"pgkeep-restore --list", "pgkeep-restore --list --json", "pgkeep-verify -v",
          "pgkeep-verify --format=json", "pgkeep-verify --format=junit", "pgkeep-verify --status",
          "pgkeep-verify --format=nagios --status --max-age=1d",
          "pgkeep-backup --prune-only --dry-run --keep-last=1 \"$1\"",
          "pgkeep-restore --dry-run -d \"$1\" latest", "pgkeep-restore -v -y -d \"$1\" latest"}) {
        harmless(command);
    }
    EXPECT_EQ(content(), "300|1|1|t");
    harmless("pgkeep-restore --undo -v -y -d \"$1\"");
    EXPECT_EQ(content(), "0|0|0|");
}

TEST_F(HostileNames, SteerNoTerminalInFailures) {
    make("DROP DATABASE %I");
    harmless("pgkeep-backup \"$1\"", 1);
    harmless("pgkeep-restore -d \"$1\" latest", 1);
    harmless("pgkeep-restore --undo -y -d \"$1\"", 1);
}

TEST_F(HostileNames, LeadOutOfNoFolder) {
    harmless("pgkeep-backup \"$1\"");
    auto const names = files_below(folder_.path());
    EXPECT_TRUE(std::ranges::all_of(names, [&](std::string const &name) {
        return name.find("%1B%5B2J") != std::string::npos;
    }));
    EXPECT_EQ(names.size(), files_below(repository()).size());
}

} // namespace
} // namespace pgkeep
