#include "pg/pipeline.hpp"

#include <libpq-fe.h>

#include <utility>

namespace pgkeep {

namespace {

constexpr char const *kDoing = "cannot run statements together";

void send_all(Connection &connection, std::vector<std::string> const &statements) {
    if (PQenterPipelineMode(connection.raw()) == 0) {
        connection.fail(nullptr, kDoing);
    }
    for (std::string const &statement : statements) {
        if (PQsendQueryParams(connection.raw(), statement.c_str(), 0, nullptr, nullptr, nullptr,
                              nullptr, 0) == 0) {
            connection.fail(nullptr, kDoing);
        }
    }
    if (PQpipelineSync(connection.raw()) == 0) {
        connection.fail(nullptr, kDoing);
    }
}

// To the end of what was sent, which a broken connection never reaches. The first result that
// failed, if any.
Result take_results(Connection &connection, std::size_t &done) {
    Result failed{nullptr};
    bool between = false; // two statements, where libpq says nothing once
    while (PQstatus(connection.raw()) == CONNECTION_OK) {
        Result result{PQgetResult(connection.raw())};
        if (result.raw() == nullptr && !between) {
            between = true;
            continue;
        }
        between = false;
        auto const status = PQresultStatus(result.raw());
        if (status == PGRES_PIPELINE_SYNC) {
            return failed;
        }
        bool const good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        if (failed.raw() == nullptr && good) {
            ++done;
        } else if (failed.raw() == nullptr) {
            failed = std::move(result);
        }
        if (failed.raw() == nullptr && !good) {
            break; // out of step with libpq
        }
    }
    connection.fail(failed.raw(), kDoing);
}

} // namespace

void run_pipelined(Connection &connection, std::vector<std::string> const &statements,
                   std::size_t &done) {
    done = 0;
    connection.throw_if_stopped();
    send_all(connection, statements);
    Result const failed = take_results(connection, done);
    if (PQexitPipelineMode(connection.raw()) == 0) {
        connection.fail(nullptr, kDoing);
    }
    if (failed.raw() != nullptr) {
        connection.fail(failed.raw(), kDoing);
    }
}

} // namespace pgkeep
