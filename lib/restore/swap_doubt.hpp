// What became of a swap whose connection was lost, and how its errors say that nothing happened.
//
// Thread-safety: one thread.

#pragma once

#include "restore/swap.hpp"

#include <string>

namespace pgkeep {

// `database "app" was not replaced and is untouched`
[[nodiscard]] std::string nothing_changed(SwapPlan const &plan);

// Asks on a new connection, once the server process `pid` (empty: the transaction never began) is
// gone. Returns when the swap was committed; else throws Error{connection}, which says that nothing
// changed, or that this cannot be known and how to look.
void require_committed(Sessions const &sessions, SwapPlan const &plan, std::string const &pid,
                       PgError const &lost);

// The label of the connection that swaps, by which its server process is known.
inline constexpr char const *kSwapLabel = "swap";

} // namespace pgkeep
