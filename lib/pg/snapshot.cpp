#include "pg/snapshot.hpp"

#include "model/sql_text.hpp"
#include "pg/session.hpp"

namespace pgkeep {

namespace {

// Before BEGIN: a query inside would fix the transaction's snapshot.
void prepare_for_reading(Connection &connection) {
    end_snapshot(connection);
    connection.execute(reader_settings_sql());
}

} // namespace

bool is_in_recovery(Connection &connection) {
    return connection.query_row("SELECT pg_catalog.pg_is_in_recovery()").boolean(0, 0);
}

Snapshot export_snapshot(Connection &connection, SnapshotIsolation isolation) {
    prepare_for_reading(connection);
    bool const deferrable =
        isolation == SnapshotIsolation::serializable_deferrable && !is_in_recovery(connection);
    connection.execute(deferrable ? "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE"
                                  : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    connection.require_own_session();
    auto const row = connection.query_row("SELECT pg_catalog.pg_export_snapshot(),"
                                          " pg_catalog.floor(pg_catalog.date_part('epoch', "
                                          "pg_catalog.clock_timestamp()))::pg_catalog.int8");
    return {row.str(0, 0), Time{std::chrono::seconds{row.integer(0, 1)}}};
}

void import_snapshot(Connection &connection, std::string const &snapshot_id) {
    prepare_for_reading(connection);
    connection.execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT " +
        quote_literal(snapshot_id));
    connection.require_own_session();
}

void end_snapshot(Connection &connection) {
    if (connection.in_transaction()) {
        connection.execute("ROLLBACK");
    }
}

void require_alive(Connection &keeper) {
    keeper.execute("SELECT");
}

} // namespace pgkeep
