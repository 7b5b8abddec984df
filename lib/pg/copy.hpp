// COPY out and COPY in over a Connection.
//
// Rows are handed on as the server sends them: text format, one line a row, with its newline.
// Ending is part of success: read_copy() returns only after the server confirmed the statement, and
// CopyIn sends its rows for good only in finish(); its destructor abandons the statement, so that
// an unwinding stack loads nothing.
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pgkeep {

// Runs `sql` (one COPY … TO STDOUT, text format) and calls `row` with each line, newline included.
// Statements before the COPY in the same text (such as LOCK TABLE) are allowed. Returns the number
// of rows.
std::uint64_t read_copy(Connection &connection, std::string const &sql,
                        std::function<void(std::string_view line)> const &row);

enum class CopyProtocol : std::uint8_t {
    simple,
    extended, // for a text of others: the server refuses a second statement in it
};

class CopyIn {
public:
    // `sql` is one COPY … FROM STDIN.
    CopyIn(Connection &connection, std::string const &sql,
           CopyProtocol protocol = CopyProtocol::simple);
    ~CopyIn(); // abandons unless finished
    CopyIn(CopyIn const &) = delete;
    CopyIn &operator=(CopyIn const &) = delete;

    void put(std::string_view data); // any piece of the stream, not necessarily whole lines
    std::uint64_t finish();          // the number of rows that the server took

private:
    Connection &connection_;
    std::string doing_; // for errors
    bool open_ = true;
};

} // namespace pgkeep
