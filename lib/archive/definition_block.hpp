// Blocks that define large objects: that they are there, whose they are, rights and remarks.
//
// Such a block (kind `other`) is `BEGIN;`, one statement a line
// (model/large_object_definition.hpp), `COMMIT;` and an empty line. Anything else is
// Error{damaged}. Their content is in blocks of another kind.
//
// Thread-safety: pure functions, and a class for one thread at a time.

#pragma once

#include "archive/block.hpp"
#include "model/large_object_definition.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

inline constexpr std::string_view kDefinitionHead = "BEGIN;\n";
inline constexpr std::string_view kDefinitionTail = "COMMIT;\n\n";

// Makes blocks of statements that come without their newlines.
class DefinitionBlocks {
public:
    using Sink = std::function<void(FinishedBlock)>;

    // `compressor` must outlive this.
    DefinitionBlocks(MemberCompressor &compressor, Sink sink)
        : compressor_(compressor), sink_(std::move(sink)) {}

    // In as few blocks as their text allows: one, unless remarks are huge.
    void add(std::vector<std::string> const &statements);

private:
    MemberCompressor &compressor_;
    Sink sink_;
};

// The lines of a block that define something, without newlines.
[[nodiscard]] std::vector<std::string_view> definitions_in(std::string_view block_text);

// What of the definitions a restore leaves out, and as whom it makes the rest.
struct DefinitionFilter {
    bool no_owner = false;
    bool no_privileges = false;
    std::string role; // which the session acts as
};
// The statements of a block that are left, with newlines and without BEGIN and COMMIT.
[[nodiscard]] std::string filter_definitions(std::vector<std::string_view> const &definitions,
                                             DefinitionFilter const &filter);

} // namespace pgkeep
