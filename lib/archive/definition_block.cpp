#include "archive/definition_block.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"

#include <algorithm>
#include <optional>

namespace pgkeep {

namespace {

constexpr std::size_t kShownText = 60;

bool is_wanted(std::string_view line, DefinitionFilter const &filter) {
    auto const kind = large_object_statement(line);
    return !(filter.no_owner && kind == LargeObjectStatement::owner) &&
           !(filter.no_privileges && kind == LargeObjectStatement::privileges);
}

} // namespace

void DefinitionBlocks::add(std::vector<std::string> const &statements) {
    std::optional<BlockBuilder> block;
    auto const finish = [&] {
        block->add_text(kDefinitionTail);
        sink_(block->finish());
        block.reset();
    };
    for (std::string const &statement : statements) {
        if (!block) {
            block.emplace(compressor_, format::BlockKind::other, 0);
            block->add_text(kDefinitionHead);
        }
        block->add_text(statement + '\n');
        if (block->text_size() >= kBlockText) {
            finish();
        }
    }
    if (block) {
        finish();
    }
}

std::vector<std::string_view> definitions_in(std::string_view block_text) {
    if (!block_text.starts_with(kDefinitionHead) || !block_text.ends_with(kDefinitionTail) ||
        block_text.size() < kDefinitionHead.size() + kDefinitionTail.size()) {
        throw Error{ErrorKind::damaged, "a block of definitions does not begin with `BEGIN;` or "
                                        "does not end with `COMMIT;`"};
    }
    block_text.remove_prefix(kDefinitionHead.size());
    block_text.remove_suffix(kDefinitionTail.size());
    std::vector<std::string_view> lines;
    while (!block_text.empty()) {
        std::size_t const end = std::min(block_text.find('\n'), block_text.size());
        std::string_view const line = block_text.substr(0, end);
        if (!large_object_statement(line)) {
            throw Error{ErrorKind::damaged, "this does not define a large object: `" +
                                                printable(line.substr(0, kShownText)) + '`'};
        }
        lines.push_back(line);
        block_text.remove_prefix(std::min(end + 1, block_text.size()));
    }
    return lines;
}

std::string filter_definitions(std::vector<std::string_view> const &definitions,
                               DefinitionFilter const &filter) {
    std::string text;
    for (std::string_view const line : definitions) {
        if (!is_wanted(line, filter)) {
            continue;
        }
        text.append(line).append("\n");
        if (line == kGrantAsOneself && !filter.role.empty()) {
            text += "SET ROLE " + quote_identifier(filter.role) + ";\n"; // the line undid it
        }
    }
    return text;
}

} // namespace pgkeep
