// The results of a verification as JUnit XML, the form that CI systems show: one test case for each
// archive and level, failed with its findings, skipped when it could not be tried.
//
// Written after the schema that Jenkins, GitLab and GitHub's actions understand in common:
// testsuites > testsuite > testcase > failure | error | skipped, system-out.
//
// Thread-safety: one thread.

#pragma once

#include "base/error.hpp"
#include "verify/verify.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace pgkeep {

class JunitReport {
public:
    void add(VerifyReport const &report);
    // An archive that could not be read.
    void add_error(std::string const &path, Error const &error);
    [[nodiscard]] std::string text() const;

private:
    struct Case {
        std::string group; // database
        std::string name;
        std::chrono::milliseconds duration{0};
        std::string element; // `failure`, `error`, `skipped`, or empty
        std::string message;
        std::string details;
        std::string output;
    };
    std::vector<Case> cases_;
};

} // namespace pgkeep
