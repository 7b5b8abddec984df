// The patterns of -t and -n applied to names of an archive, where no server is at hand to do it.
//
// `?` and regular expressions see characters, not bytes, when the name is valid UTF-8.
//
// Thread-safety: const functions may be called from several threads.

#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace pgkeep {

class TableMatcher {
public:
    // As of parse_table_pattern(); a pattern without schema means tables of any schema. Throws
    // Error{usage} for a pattern that cannot be used, among them one for another `database`.
    TableMatcher(std::string pattern, std::string const &database);
    [[nodiscard]] bool matches(std::string_view schema, std::string_view table) const;
    [[nodiscard]] std::string const &pattern() const noexcept { return pattern_; }

private:
    std::string pattern_;
    std::optional<std::wregex> schema_;
    std::wregex table_;
};

class SchemaMatcher {
public:
    // As of parse_name_pattern().
    explicit SchemaMatcher(std::string pattern);
    [[nodiscard]] bool matches(std::string_view schema) const;
    [[nodiscard]] std::string const &pattern() const noexcept { return pattern_; }

private:
    std::string pattern_;
    std::wregex schema_;
};

// A sentence that names those of `names` that are most like `pattern`; empty when none is.
[[nodiscard]] std::string nearest_names(std::string_view pattern,
                                        std::vector<std::string> const &names);

} // namespace pgkeep
