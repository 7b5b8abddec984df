#include "restore/section_runner.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "restore/foreign_script.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace pgkeep {
namespace {

constexpr std::size_t kShownStatement = 60;

class SectionParts final : public ScriptParts {
public:
    explicit SectionParts(Connection &connection) : connection_(connection) {}

    void statement(std::string_view text, std::uint64_t) override {
        // Whoever holds a lock must not make us wait for ever.
        if (text.starts_with("SET lock_timeout")) {
            return;
        }
        try {
            static_cast<void>(connection_.query(std::string{text}));
        } catch (PgError const &error) {
            throw PgError{error.kind(),
                          "creating the schema, at `" + printable(first_line(text)) +
                              "`: " + error.server_text(),
                          error.hint(), error.sqlstate(), error.server_text()};
        }
    }
    void comment(std::string_view) override {}
    void command(std::string_view text, std::uint64_t, bool) override { refuse(text); }
    void copy_begin(std::string_view statement, std::uint64_t) override { refuse(statement); }
    void copy_data(std::string_view) override {}
    void copy_end(std::uint64_t) override {}

private:
    static std::string first_line(std::string_view text) {
        std::string line{text.substr(0, std::min(text.find('\n'), kShownStatement))};
        return line.size() < text.size() ? line + " …" : line;
    }
    [[noreturn]] static void refuse(std::string_view text) {
        throw Error{ErrorKind::failed,
                    "pg_restore wrote what is no statement: " + printable(first_line(text))};
    }

    Connection &connection_;
};

} // namespace

void run_section(Connection &connection, std::string const &script) {
    SectionParts parts{connection};
    ScriptSplitter splitter{parts};
    splitter.add(script);
    splitter.finish();
    connection.execute("SET standard_conforming_strings = on");
}

} // namespace pgkeep
