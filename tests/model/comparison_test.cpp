#include "model/comparison.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

namespace {

Manifest sample() {
    Manifest manifest;
    TableEntry table;
    table.number = 1;
    table.schema = "public";
    table.name = "users";
    table.proof.add_row("1");
    table.proof.add_row("2");
    manifest.tables = {table};
    manifest.sequences = {{"public", "s", 5, true}};
    manifest.large_objects.count = 1;
    manifest.large_objects.proof.add_row("lo");
    manifest.object_counts = {{"TABLE", 1}, {"INDEX", 2}};
    return manifest;
}

Findings same(Manifest const &manifest) {
    Findings findings;
    findings.tables = {manifest.tables[0].proof};
    findings.sequences = {manifest.sequences[0]};
    findings.large_objects = manifest.large_objects;
    findings.object_counts = manifest.object_counts;
    return findings;
}

// The one difference, as text.
std::string only(Findings const &findings, CheckDepth depth = CheckDepth::content) {
    auto const differences = compare(sample(), findings, depth);
    if (differences.size() != 1) {
        return std::to_string(differences.size()) + " differences";
    }
    return differences[0].object + ": " + differences[0].expected + " / " + differences[0].found;
}

} // namespace

TEST(Comparison, FindsNothingInEqualContent) {
    EXPECT_TRUE(compare(sample(), same(sample()), CheckDepth::content).empty());
}

TEST(Comparison, ReportsRowsAndContentOfATable) {
    Findings findings = same(sample());
    findings.tables[0]->rows = 1;
    EXPECT_EQ(only(findings, CheckDepth::counts), "table public.users: 2 rows / 1 row");
    findings = same(sample());
    findings.tables[0]->hash += Hash128{0, 1};
    EXPECT_EQ(only(findings, CheckDepth::counts), "0 differences");
    EXPECT_TRUE(only(findings).starts_with("table public.users: 2 rows, 4 bytes, hash "));
    findings.tables[0].reset();
    EXPECT_TRUE(only(findings).ends_with("/ missing"));
    findings.tables.clear();
    EXPECT_TRUE(only(findings).ends_with("/ missing"));
}

TEST(Comparison, ReportsASequenceThatMoved) {
    Findings findings = same(sample());
    findings.sequences[0]->last_value = 6;
    EXPECT_EQ(only(findings), "sequence public.s: 5 / 6");
    findings.sequences[0] = SequenceEntry{"public", "s", 5, false};
    EXPECT_EQ(only(findings), "sequence public.s: 5 / 5 (not called)");
    findings.sequences.clear();
    EXPECT_EQ(only(findings), "sequence public.s: 5 / missing");
}

TEST(Comparison, ReportsLargeObjects) {
    Findings findings = same(sample());
    findings.large_objects->count = 2;
    EXPECT_EQ(only(findings), "large objects: 1 / 2");
    findings = same(sample());
    findings.large_objects->proof.hash += Hash128{1, 0};
    EXPECT_TRUE(only(findings).starts_with("content of large objects: "));
    findings.large_objects.reset();
    EXPECT_EQ(only(findings), "large objects: 1 / missing");
}

TEST(Comparison, ReportsCountsOfObjectsInBothDirections) {
    Findings findings = same(sample());
    findings.object_counts->erase("INDEX");
    EXPECT_EQ(only(findings), "objects of kind INDEX: 2 / 0");
    findings = same(sample());
    findings.object_counts->emplace("VIEW", 1);
    EXPECT_EQ(only(findings), "objects of kind VIEW: 0 / 1");
    findings.object_counts.reset();
    EXPECT_EQ(only(findings), "0 differences") << "not looked at";
}
