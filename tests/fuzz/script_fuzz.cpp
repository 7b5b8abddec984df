// A script in pieces: neither the scanner nor the splitter cares where a piece ends, both see the
// same COPY data, and no word of the text is lost between the parts.

#include "archive/script_scanner.hpp"
#include "archive/sql_tokens.hpp"
#include "restore/foreign_script.hpp"
#include "restore/foreign_statement.hpp"

#include "fuzz/target.hpp"

namespace pgkeep {
namespace {

ScriptReport scan(std::string_view text, unsigned seed) {
    ScriptScanner scanner;
    if (seed == 0) {
        scanner.add(text);
    } else {
        fuzz::in_pieces(text, seed, [&](std::string_view piece) { scanner.add(piece); });
    }
    return scanner.finish();
}

void require_same(ScriptReport const &one, ScriptReport const &other) {
    bool same = one.tables.size() == other.tables.size() && one.manifest == other.manifest &&
                one.says_complete == other.says_complete && one.problems == other.problems &&
                one.meta_commands == other.meta_commands && one.setvals == other.setvals &&
                one.large_objects == other.large_objects && one.lines == other.lines;
    for (std::size_t i = 0; same && i < one.tables.size(); ++i) {
        same = one.tables[i].name == other.tables[i].name &&
               one.tables[i].rows == other.tables[i].rows &&
               one.tables[i].statement == other.tables[i].statement;
    }
    fuzz::require(same, "a scan does not depend on the pieces");
}

// Writes down what it is handed.
class Recorder : public ScriptParts {
public:
    std::string log;
    std::uint64_t rows = 0;
    std::uint64_t open = 0;

    void statement(std::string_view text, std::uint64_t line) override {
        note('S', text, line);
        for (bool const escapes : {false, true}) {
            StatementJudgement const judgement = judge_statement(text, escapes);
            fuzz::require_bearable(judgement.why);
            static_cast<void>(needs_of_statement(text, judgement.nature, escapes));
        }
    }
    void comment(std::string_view text) override { note('C', text, 0); }
    void command(std::string_view text, std::uint64_t line, bool alone) override {
        note(alone ? 'M' : 'm', text, line);
    }
    void copy_begin(std::string_view statement, std::uint64_t line) override {
        note('B', statement, line);
        fuzz::require(open++ == 0, "COPY data is not nested");
        static_cast<void>(judge_copy(statement));
        static_cast<void>(copy_target_of(statement));
    }
    void copy_data(std::string_view data) override {
        fuzz::require(open == 1 && !data.empty(), "data belongs to a COPY statement");
        log.append(data);
    }
    void copy_end(std::uint64_t count) override {
        fuzz::require(open-- == 1, "what ends was begun");
        rows += count;
        note('E', {}, count);
    }

private:
    void note(char kind, std::string_view text, std::uint64_t number) {
        log += '\n';
        log += kind;
        log += std::to_string(number) + ':';
        log.append(text);
    }
};

bool split(std::string_view text, unsigned seed, Recorder &recorder) {
    return fuzz::accepts([&] {
        ScriptSplitter splitter{recorder};
        if (seed == 0) {
            splitter.add(text);
        } else {
            fuzz::in_pieces(text, seed, [&](std::string_view piece) { splitter.add(piece); });
        }
        splitter.finish();
    });
}

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string_view const text = fuzz::Input{data, size}.rest();
    unsigned const seed = 1 + static_cast<unsigned>(size);
    ScriptReport const report = scan(text, 0);
    require_same(report, scan(text, seed));
    for (std::string const &problem : report.problems) {
        fuzz::require_bearable(problem);
    }
    fuzz::require(report.problems.size() <= text.size() + 4, "no more problems than bytes");
    Recorder whole;
    Recorder pieces;
    bool const taken = split(text, 0, whole);
    fuzz::require(split(text, seed, pieces) == taken && pieces.log == whole.log &&
                      pieces.rows == whole.rows,
                  "the parts of a script do not depend on the pieces");
    fuzz::require(whole.log.size() <= 32 * text.size() + 64, "no more parts than the text has");
    return 0;
}
