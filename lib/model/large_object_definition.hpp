// The statements that make large objects what they are: one each a line, for writer and reader of
// an archive.
//
// A line never holds a newline of a name or a text, so that a reader takes a block apart by lines
// and can leave kinds of statements out. Not for content (archive/copy_block.hpp).
//
// Thread-safety: pure functions. Texts are bytes in the database's encoding.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgkeep {

// Without their newlines.
[[nodiscard]] std::string create_large_object(std::uint32_t oid);
[[nodiscard]] std::string own_large_object(std::uint32_t oid, std::string_view owner);
// No grantee: PUBLIC.
[[nodiscard]] std::string revoke_large_object(std::uint32_t oid,
                                              std::optional<std::string> const &grantee);
[[nodiscard]] std::string grant_large_object(std::uint32_t oid, std::string_view privileges,
                                             std::optional<std::string> const &grantee,
                                             bool grant_option);
// Who grants what follows, when it is not the owner; as pg_dump does it.
[[nodiscard]] std::string grant_as(std::string_view grantor);
inline constexpr std::string_view kGrantAsOneself = "RESET SESSION AUTHORIZATION;";
[[nodiscard]] std::string comment_large_object(std::uint32_t oid, std::string_view comment);
[[nodiscard]] std::string label_large_object(std::uint32_t oid, std::string_view provider,
                                             std::string_view label);

enum class LargeObjectStatement { creation, owner, privileges, remark };
// What `line` (without newline) is, told by its first words; none: no statement of these.
[[nodiscard]] std::optional<LargeObjectStatement> large_object_statement(std::string_view line);
// The object that `line` creates; none: it does not create one.
[[nodiscard]] std::optional<std::uint32_t> created_large_object(std::string_view line);

} // namespace pgkeep
