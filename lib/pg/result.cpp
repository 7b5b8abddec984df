#include "model/sql_text.hpp"
#include "pg/connection.hpp"
#include "pg/text_array.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace pgkeep {

namespace {

template <typename Number>
Number parse_number(std::string_view text) {
    Number value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw Error{ErrorKind::failed, "the server sent no whole number but: " + printable(text)};
    }
    return value;
}

} // namespace

void Result::Clear::operator()(pg_result *result) const noexcept {
    PQclear(result);
}

Result::Result(pg_result *result) noexcept : result_(result) {
}

int Result::rows() const noexcept {
    return PQntuples(result_.get());
}

int Result::columns() const noexcept {
    return PQnfields(result_.get());
}

bool Result::is_null(int row, int column) const noexcept {
    return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::text(int row, int column) const noexcept {
    char const *const value = PQgetvalue(result_.get(), row, column);
    return value == nullptr ? std::string_view{}
                            : std::string_view{value, static_cast<std::size_t>(
                                                          PQgetlength(result_.get(), row, column))};
}

std::optional<std::string> Result::optional(int row, int column) const {
    return is_null(row, column) ? std::nullopt : std::optional{str(row, column)};
}

bool Result::boolean(int row, int column) const {
    return text(row, column) == "t";
}

std::int64_t Result::integer(int row, int column) const {
    return parse_number<std::int64_t>(text(row, column));
}

std::uint64_t Result::unsigned_integer(int row, int column) const {
    return parse_number<std::uint64_t>(text(row, column));
}

std::vector<std::string> Result::text_array(int row, int column) const {
    return is_null(row, column) ? std::vector<std::string>{} : parse_text_array(text(row, column));
}

std::uint64_t Result::affected() const {
    std::string_view const count = PQcmdTuples(result_.get());
    return count.empty() ? 0 : parse_number<std::uint64_t>(count);
}

} // namespace pgkeep
