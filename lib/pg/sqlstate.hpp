// What an SQLSTATE means to an operator: the kind of error, whether waiting may help, and what to
// do.
//
// One table for the whole project. Not for texts: what happened is said by the server, in its own
// words. https://www.postgresql.org/docs/current/errcodes-appendix.html
//
// Thread-safety: pure functions.

#pragma once

#include "base/error.hpp"

#include <string_view>

namespace pgkeep {

struct SqlStateRow {
    std::string_view state; // five characters, or the two of a class
    ErrorKind kind;
    bool may_pass; // connecting again later may succeed
    std::string_view hint;
};

// The row of the state itself, else that of its class, else `failed` without a hint. An empty state
// means that the connection was lost before the server could say anything.
[[nodiscard]] SqlStateRow const &explain_sqlstate(std::string_view sqlstate) noexcept;

namespace sqlstate {
inline constexpr std::string_view kUndefinedTable = "42P01";
inline constexpr std::string_view kUndefinedSchema = "3F000";
inline constexpr std::string_view kWrongObjectType = "42809";
inline constexpr std::string_view kInsufficientPrivilege = "42501";
inline constexpr std::string_view kDuplicateDatabase = "42P04";
inline constexpr std::string_view kLockNotAvailable = "55P03";
inline constexpr std::string_view kDeadlock = "40P01";
} // namespace sqlstate

} // namespace pgkeep
