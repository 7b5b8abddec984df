#include "cli/junit_report.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;

VerifyReport report(std::string const &file) {
    VerifyReport report;
    report.path = "/srv/app/" + file;
    report.database = "app";
    report.level = VerifyLevel::checksum;
    report.duration = 1500ms;
    report.rows = 12;
    report.tables = 2;
    report.size = 1024;
    return report;
}

TEST(JunitReport, IsTheGoldenText) {
    JunitReport junit;
    junit.add(report("good.sql.gz"));
    VerifyReport bad = report("bad.sql.gz");
    bad.findings.push_back({12, "table public.\"<a&b>\"", "CRC-32 is \x1b[31mwrong"});
    bad.findings.push_back({std::nullopt, "footer", "also"});
    junit.add(bad);
    VerifyReport untried = report("later.sql.gz");
    untried.untried = "extension \"x\" is not installed";
    junit.add(untried);
    junit.add_error("/srv/gone.sql.gz", Error{ErrorKind::not_found, "there is no file", "Look."});
    EXPECT_EQ(junit.text(),
              R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="pgkeep-verify" tests="4" failures="1" errors="1" skipped="1" time="4.500">
    <testcase classname="pgkeep.app" name="good.sql.gz checksum" time="1.500">
      <system-out>12 rows in 2 tables, 1.0 KiB
</system-out>
    </testcase>
    <testcase classname="pgkeep.app" name="bad.sql.gz checksum" time="1.500">
      <failure message="at offset 12, table public.&quot;&lt;a&amp;b&gt;&quot;: CRC-32 is \x1B[31mwrong">at offset 12, table public.&quot;&lt;a&amp;b&gt;&quot;: CRC-32 is \x1B[31mwrong
footer: also
</failure>
      <system-out>12 rows in 2 tables, 1.0 KiB
</system-out>
    </testcase>
    <testcase classname="pgkeep.app" name="later.sql.gz checksum" time="1.500">
      <skipped message="extension &quot;x&quot; is not installed"></skipped>
      <system-out>12 rows in 2 tables, 1.0 KiB
</system-out>
    </testcase>
    <testcase classname="pgkeep.unknown" name="gone.sql.gz" time="0.000">
      <error message="there is no file">Look.
</error>
    </testcase>
  </testsuite>
</testsuites>
)");
}

} // namespace
} // namespace pgkeep
