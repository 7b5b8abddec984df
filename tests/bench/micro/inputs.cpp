#include "inputs.hpp"

#include <fmt/format.h>

#include <array>
#include <random>

namespace pgkeep::bench {

namespace {

// Its numbers are fixed by the standard; those of the distributions are not, so none is used.
using Random = std::mt19937;

// In the order in which they were drawn, which arguments of a function have not.
template <std::size_t count>
std::array<unsigned long, count> draw(Random &random) {
    std::array<unsigned long, count> drawn{};
    for (auto &number : drawn) {
        number = random();
    }
    return drawn;
}

std::string narrow_row(Random &random, std::size_t number) {
    constexpr std::array words{"new", "paid", "shipped", "returned"};
    auto const [account, units, cents, word] = draw<4>(random);
    return fmt::format("{}\t{}\t2024-01-{:02} {:02}:{:02}:00+00\t{}.{:02}\t{}\n", number,
                       account % 500'000, 1 + number / 86'400 % 28, number / 3600 % 24,
                       number / 60 % 60, units % 1000, cents % 100, words.at(word % words.size()));
}

std::string json_row(Random &random, std::size_t number) {
    constexpr std::array actions{"view", "click", "buy", "leave"};
    auto const [ms, shop, first, second, third, fourth, tag, user, action] = draw<9>(random);
    return fmt::format("{0}\t{{\"id\": {0}, \"ms\": {1}.{2:03}, \"path\": "
                       "\"/shop/{3}/item/{4:08x}{5:08x}{6:08x}{7:08x}\", \"tags\": [\"a{8}\", "
                       "\"b{9}\"], \"user\": {10}, \"action\": \"{11}\"}}\n",
                       number, ms % 900, ms / 900 % 1000, shop % 1000, first, second, third, fourth,
                       tag % 10, tag / 10 % 10, user % 100'000,
                       actions.at(action % actions.size()));
}

std::string hex_row(Random &random, std::size_t number) {
    constexpr std::size_t words = 256; // of four bytes
    std::string row = fmt::format("{}\t\\\\x", number);
    for (std::size_t i = 0; i < words; ++i) {
        row += fmt::format("{:08x}", random());
    }
    return row + '\n';
}

std::string row_of(RowKind kind, Random &random, std::size_t number) {
    switch (kind) {
    case RowKind::narrow:
        return narrow_row(random, number);
    case RowKind::json:
        return json_row(random, number);
    case RowKind::hex:
        break;
    }
    return hex_row(random, number);
}

TableEntry sample_table(std::uint32_t number) {
    TableEntry table;
    table.number = number;
    table.schema = "public";
    table.name = fmt::format("table_{}", number);
    table.columns = {"id", "customer", "placed", "total", "state", "note"};
    table.proof = {number * 1000ULL, number * 60'000ULL, {number * 77ULL, number * 99ULL}};
    return table;
}

} // namespace

char const *name_of(RowKind kind) {
    constexpr std::array names{"narrow", "json", "hex"};
    return names.at(static_cast<std::size_t>(kind));
}

std::vector<std::string> rows_of(RowKind kind, std::size_t size) {
    Random random; // NOLINT: the default seed, on purpose
    std::vector<std::string> rows;
    for (std::size_t made = 0; made < size; made += rows.back().size()) {
        rows.push_back(row_of(kind, random, rows.size() + 1));
    }
    return rows;
}

std::string text_of(std::vector<std::string> const &rows) {
    std::string text;
    for (auto const &row : rows) {
        text += row;
    }
    return text;
}

SampleIndex sample_index(std::size_t blocks, std::uint32_t tables) {
    constexpr std::uint64_t members_each = 8;
    SampleIndex index;
    for (std::size_t i = 0; i < blocks; ++i) {
        BlockEntry block;
        block.kind = format::BlockKind::copy;
        block.table = 1 + static_cast<std::uint32_t>(i * 7919 % tables);
        block.offset = index.text_end;
        block.stored_size = 1'500'000 + i % 1000;
        block.text_size = members_each * format::kMaxMemberText;
        block.first_member = index.members;
        block.rows = 100'000;
        block.row_bytes = block.text_size - 100;
        block.hash = {i * 31, i * 37};
        index.text_end += block.stored_size;
        index.members += members_each;
        index.blocks.push_back(block);
    }
    return index;
}

Manifest sample_manifest(std::uint32_t tables) {
    Manifest manifest;
    manifest.origin.database = "shop";
    manifest.origin.system_identifier = "7300000000000000001";
    manifest.origin.server_version = "15.14";
    manifest.origin.server_version_num = 150014;
    manifest.origin.pg_dump_version = "15.14";
    manifest.origin.pgkeep_version = "1.0.0";
    manifest.database.owner = "owner";
    manifest.database.encoding = "UTF8";
    manifest.database.collate = manifest.database.ctype = "C.UTF-8";
    for (std::uint32_t number = 1; number <= tables; ++number) {
        manifest.tables.push_back(sample_table(number));
        manifest.sequences.push_back({"public", fmt::format("table_{}_id_seq", number), number});
    }
    manifest.object_counts = {{"TABLE", tables}, {"INDEX", tables * 2}, {"SEQUENCE", tables}};
    return manifest;
}

} // namespace pgkeep::bench
