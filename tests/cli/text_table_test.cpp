#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace pgkeep {
namespace {

using enum TextTable::Align;

TEST(TextTable, MakesColumnsAsWideAsTheirContent) {
    TextTable table{{{"name", left}, {"rows", right}, {"note", left}}};
    table.add({"a", "1", "x"});
    table.add({"longer", "12,345", ""});
    EXPECT_EQ(table.text(), "name      rows  note\n"
                            "a            1  x\n"
                            "longer  12,345  \n");
}

TEST(TextTable, CountsCharactersNotBytes) {
    TextTable table{{{"name", left}, {"n", right}}};
    table.add({"näme", "1"});
    table.add({"name", "2"});
    EXPECT_EQ(table.text(), "name  n\nnäme  1\nname  2\n");
    EXPECT_EQ(display_width("häß…"), 4U);
}

TEST(TextTable, WithoutRowsIsItsHeading) {
    EXPECT_EQ(TextTable({{"a", left}, {"b", left}}).text(), "a  b\n");
}

} // namespace
} // namespace pgkeep
