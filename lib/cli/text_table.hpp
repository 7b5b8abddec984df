// A table in plain text, its columns as wide as their content.
//
// Thread-safety: one thread at a time.

#pragma once

#include <string>
#include <vector>

namespace pgkeep {

class TextTable {
public:
    enum class Align { left, right };
    struct Column {
        std::string heading;
        Align align = Align::left;
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as columns. Cells are shown as they are: names must have gone through
    // printable().
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    // The heading and the rows, two blanks between columns, none at the end of a line.
    [[nodiscard]] std::string text() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Columns that `text` (UTF-8) takes on a terminal, as far as that can be known without its fonts:
// one for each code point.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

} // namespace pgkeep
