// What a terminal can do for us: ask for a password or an answer, and say how wide it is.
//
// Thread-safety: one thread at a time.

#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace pgkeep {

// Asks on the controlling terminal, whatever stdin and stdout are, without showing what is typed.
// No value when there is no terminal. Throws Error{cancelled} when the token fires meanwhile; the
// terminal is put back in any case.
[[nodiscard]] std::optional<std::string> ask_secret(std::string const &prompt,
                                                    std::stop_token const &token);

// The same for an answer that may be seen, behind `text`.
[[nodiscard]] std::optional<std::string> ask_line(std::string const &text,
                                                  std::stop_token const &token);

// Whether the process has a controlling terminal to ask on.
[[nodiscard]] bool has_terminal();

// Columns of the terminal behind `fd`; 80 when it does not say.
[[nodiscard]] unsigned terminal_width(int fd);

} // namespace pgkeep
