#include "pg/savepoint.hpp"

namespace pgkeep {

void with_savepoint(Connection &connection, std::function<void()> const &work) {
    connection.execute("SAVEPOINT pgkeep");
    try {
        work();
    } catch (...) {
        if (connection.usable()) {
            connection.execute("ROLLBACK TO SAVEPOINT pgkeep; RELEASE SAVEPOINT pgkeep");
        }
        throw;
    }
    connection.execute("RELEASE SAVEPOINT pgkeep");
}

void without_keeping_locks(Connection &connection, std::function<void()> const &work) {
    with_savepoint(connection, [&] {
        work();
        connection.execute("ROLLBACK TO SAVEPOINT pgkeep");
    });
}

} // namespace pgkeep
