// What tests of foreign scripts share: surveys of texts, and the fixtures.

#pragma once

#include "restore/foreign_survey.hpp"
#include "support/faults.hpp"

#include <string>

namespace pgkeep {

inline std::string foreign_script(std::string const &name) {
    return read_whole_file(std::string{PGKEEP_SOURCE_DIR} + "/tests/restore/fixtures/" + name);
}

// A script of pg_dump with `body` in it.
inline std::string dump_with(std::string const &body) {
    return "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n" + body +
           "\n--\n-- PostgreSQL database dump complete\n--\n\n";
}

inline ScriptFacts survey(std::string const &script, ScriptOptions const &options = {}) {
    ScriptSurvey survey{"x.sql", options};
    survey.add(script);
    return survey.finish();
}

inline std::string replace_all(std::string text, std::string const &from, std::string const &to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

} // namespace pgkeep
