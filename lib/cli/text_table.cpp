#include "cli/text_table.hpp"

#include <algorithm>
#include <string_view>

namespace pgkeep {

namespace {

void append_cell(std::string &line, std::string const &cell, std::size_t width,
                 TextTable::Align align, bool last) {
    std::string const padding(width - std::min(width, display_width(cell)), ' ');
    if (align == TextTable::Align::right) {
        line += padding + cell;
    } else {
        line += last ? cell : cell + padding;
    }
    line += last ? "\n" : "  ";
}

} // namespace

std::size_t display_width(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    std::vector<std::string> headings;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = display_width(columns_[column].heading);
        for (auto const &row : rows_) {
            width = std::max(width, display_width(row.at(column)));
        }
        widths.push_back(width);
        headings.push_back(columns_[column].heading);
    }
    std::string out;
    auto const append_row = [&](std::vector<std::string> const &cells) {
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            append_cell(out, cells[column], widths[column], columns_[column].align,
                        column + 1 == columns_.size());
        }
    };
    append_row(headings);
    std::for_each(rows_.begin(), rows_.end(), append_row);
    return out;
}

} // namespace pgkeep
