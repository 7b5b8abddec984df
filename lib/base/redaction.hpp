// The forms in which a secret can appear in a text. Only lib/base and its tests need this.
//
// Thread-safety: pure functions.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

// As it is, percent-encoded (as strict and as lenient encoders do it, with upper and lower case
// digits), and escaped as in a connection string. Without repeats.
[[nodiscard]] std::vector<std::string> secret_forms(std::string_view secret);

// `text` with every occurrence of one of `secrets` as `***`; where several begin, the longest
// counts.
[[nodiscard]] std::string replace_secrets(std::string_view text,
                                          std::vector<std::string> const &secrets);

// Whether `secret` could be part of an ordinary message: only letters, only digits, or very short.
// To replace it everywhere would garble the messages, and tell what it is: `cannot read *** 3 of
// 9`.
[[nodiscard]] bool is_ordinary_word(std::string_view secret) noexcept;

// `text` with each of `words` as `***` where it stands as a password: behind `password=`,
// `PGPASSWORD=`, `PASSWORD '` or the like, between `:` and `@`, or alone.
[[nodiscard]] std::string replace_passwords(std::string_view text,
                                            std::vector<std::string> const &words);

} // namespace pgkeep
