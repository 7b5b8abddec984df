#include "pg/sqlstate.hpp"

#include <algorithm>
#include <array>

namespace pgkeep {

namespace {

constexpr auto kRows = std::to_array<SqlStateRow>({
    {"08", ErrorKind::connection, false,
     "Check that host and port are those of a PostgreSQL server or of its pooler."},
    {"08000", ErrorKind::connection, true, "The connection broke; look at the server's log."},
    {"08003", ErrorKind::connection, true, "The connection broke; look at the server's log."},
    {"08006", ErrorKind::connection, true, "The connection broke; look at the server's log."},
    {"0A000", ErrorKind::failed, false, "This server does not offer what was asked of it."},
    {"2201B", ErrorKind::usage, false,
     "The pattern is no valid regular expression for the server; put special characters in double "
     "quotes."},
    {"22021", ErrorKind::failed, false,
     "The data holds bytes that are not valid in the encoding of this database."},
    {"22023", ErrorKind::failed, false,
     "The server knows no such name or value; check it where it was given (--role, for example)."},
    {"22P04", ErrorKind::failed, false,
     "The rows do not have the form of this table: columns are missing or too many."},
    {"23", ErrorKind::failed, false, "The data breaks a constraint of the target."},
    {"25006", ErrorKind::failed, false,
     "The server is a standby or the transaction is read-only; use the primary server."},
    {"25P03", ErrorKind::connection, false,
     "The server ended an idle transaction: look for idle_in_transaction_session_timeout of a "
     "pooler or the role."},
    {"25P04", ErrorKind::connection, false,
     "The server ended a long transaction: look for transaction_timeout of a pooler or the role."},
    {"28", ErrorKind::authentication, false,
     "Check the user name (-U), and that pg_hba.conf of the server lets it in from here."},
    {"28P01", ErrorKind::authentication, false,
     "Check user and password; the password comes from the URL, --env-file, PGPASSWORD or the pass "
     "file "
     "(~/.pgpass)."},
    {"3D000", ErrorKind::not_found, false, "List the databases of the server with `psql -l`."},
    {"3F000", ErrorKind::not_found, false, "Check the name of the schema."},
    {"40001", ErrorKind::failed, false,
     "On a standby, set hot_standby_feedback = on or raise max_standby_streaming_delay; else run "
     "it again."},
    {"40P01", ErrorKind::failed, false,
     "Another session locked the same tables in another order; run it again."},
    {"42501", ErrorKind::privilege, false,
     "Grant the right to this role (GRANT SELECT for reading a table, GRANT USAGE for a schema), "
     "make it a member "
     "of pg_read_all_data (servers from 14), or connect as a superuser."},
    {"42704", ErrorKind::not_found, false, ""},
    {"42P01", ErrorKind::not_found, false, "Check the name of the table."},
    {"42710", ErrorKind::exists, false, "Choose another name, or remove what has this one."},
    {"42P04", ErrorKind::exists, false,
     "Choose another name, or drop the database that has this one."},
    {"42P06", ErrorKind::exists, false,
     "Choose another name, or drop the schema that has this one."},
    {"42P07", ErrorKind::exists, false,
     "Choose another name, or drop the relation that has this one."},
    {"53100", ErrorKind::no_space, false, "Free space on the disks of the server."},
    {"53200", ErrorKind::failed, false,
     "When it is shared memory that ran out, raise max_locks_per_transaction on the server: each "
     "table takes a "
     "lock. Else the server needs more memory."},
    {"53300", ErrorKind::connection, true,
     "Use fewer --jobs, raise max_connections of the server, or raise the connection limit of the "
     "role or database."},
    {"53400", ErrorKind::failed, false,
     "Raise the limit on the server (temp_file_limit, for example)."},
    {"55000", ErrorKind::failed, false,
     "The object is not in a state that allows this; see the server's text."},
    {"55006", ErrorKind::failed, false,
     "Other sessions use it; end them or wait until they are done."},
    {"55P03", ErrorKind::failed, false,
     "Another session holds the lock; run it at a quieter time or allow more time with "
     "--lock-wait-timeout."},
    {"57014", ErrorKind::failed, false,
     "Someone cancelled the statement, or a timeout of the server ended it."},
    {"57P01", ErrorKind::connection, true,
     "The server was shut down, or an administrator ended this session."},
    {"57P02", ErrorKind::connection, true, "The server crashed; look at its log."},
    {"57P03", ErrorKind::connection, true,
     "The server is starting up, shutting down or in recovery; try again later."},
    {"57P04", ErrorKind::connection, false, "Somebody dropped the database."},
    {"57P05", ErrorKind::connection, false,
     "The server ended an idle session: look for idle_session_timeout of a pooler or the role."},
    {"58", ErrorKind::failed, false,
     "The server could not use its own files; look at its log and its disks."},
    {"72000", ErrorKind::failed, false,
     "The server removed rows that the snapshot still needs: look for old_snapshot_threshold."},
    {"XX", ErrorKind::failed, false, "An internal error of the server; look at its log."},
    {"XX001", ErrorKind::failed, false,
     "The server found damaged data in its own files. Stop writing to this database, keep all old "
     "archives and see "
     "the server's log."},
    {"XX002", ErrorKind::failed, false, "The server found a damaged index; REINDEX may repair it."},
});

constexpr SqlStateRow kLost{
    "", ErrorKind::connection, true,
    "Look at the server's log, and at the network between here and the server."};
constexpr SqlStateRow kOther{"", ErrorKind::failed, false, ""};

SqlStateRow const *find(std::string_view state) noexcept {
    auto const *const row = std::ranges::find(kRows, state, &SqlStateRow::state);
    return row == kRows.end() ? nullptr : &*row;
}

} // namespace

SqlStateRow const &explain_sqlstate(std::string_view sqlstate) noexcept {
    if (sqlstate.empty()) {
        return kLost;
    }
    if (auto const *exact = find(sqlstate)) {
        return *exact;
    }
    auto const *const of_class = find(sqlstate.substr(0, 2));
    return of_class != nullptr ? *of_class : kOther;
}

} // namespace pgkeep
