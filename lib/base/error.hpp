// The closed list of error kinds, and the one table that gives each its exit code.
//
// Every failure that an operator can see is an Error: what failed, named, in lower case, and a hint
// that says what to do. Not for conditions that a caller handles as a matter of course (a missing
// optional file, the end of a stream): those are return values.
//
// Thread-safety: values; throw and copy them anywhere.

#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pgkeep {

enum class ErrorKind {
    usage,          // wrong option or value; nothing was started
    configuration,  // wrong configuration file, environment or installation; nothing was started
    failed,         // anything else that ended the run
    connection,     // the server cannot be reached or the connection was lost
    authentication, // the server refused the user or the password
    privilege,      // a right is missing, on the server or in the file system
    no_space,       // a disk is full
    exists,         // a name that must be free is taken
    not_found,      // a database, archive, role or program that must exist does not
    version,        // a program, server or archive of a version that cannot be used
    schema_moved,   // the schema changed between snapshot and lock; a new attempt may succeed
    damaged,        // an archive is not what its writer wrote
    differs,        // restored content is not what the archive says
    attention,      // done, with something a person should look at
    locked,         // another run holds the lock
    cancelled,      // stopped by a signal; the exit code comes from the signal, not from this table
};

// The exit code of a kind, from 1 to 5. `cancelled` gives 130; main() knows the signal and may say
// 143.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;

// A row of the table of exit codes as the manual shows it.
struct ExitCodeRow {
    int code;
    std::string_view meaning;
};
[[nodiscard]] std::span<ExitCodeRow const> exit_code_table() noexcept;

class Error : public std::runtime_error {
public:
    // `message` is one sentence in lower case without a full stop. `hint` is a whole sentence, or
    // empty when there is nothing that the reader could do.
    Error(ErrorKind kind, std::string const &message, std::string hint = {})
        : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
    [[nodiscard]] std::string const &hint() const noexcept { return hint_; }

    // The same error with `context: ` before its message, for a caller that knows the name of the
    // thing.
    [[nodiscard]] Error within(std::string const &context) const;

private:
    ErrorKind kind_;
    std::string hint_;
};

// What strerror() says, from any thread.
[[nodiscard]] std::string error_text(int errno_value);

// An error with the text of `errno_value` behind the message, and always a hint. ENOSPC and EDQUOT
// become no_space, EACCES, EPERM and EROFS privilege, ENOENT and ENOTDIR not_found, EEXIST exists;
// anything else failed.
[[nodiscard]] Error system_error(int errno_value, std::string const &message);

// The exception that is being handled, as an Error: an Error as it is, no memory and no thread to
// be had with what to do about it, and anything else as the defect of pgkeep that it is.
// REQUIRES: called from a handler.
[[nodiscard]] Error current_error();

} // namespace pgkeep
