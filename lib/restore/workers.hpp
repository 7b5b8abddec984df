// The workers of a restore or a comparison: threads with a connection each, inside one database.
//
// Thread-safety: called from the main thread; waits for all workers.

#pragma once

#include "pg/connection.hpp"
#include "restore/sessions.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace pgkeep {

struct WorkPlace {
    Sessions const &sessions;
    std::string database;
    unsigned jobs = 1;
    std::stop_token token;
    std::string encoding = {}; // of the content; empty: that of the database

    // The server converts what is sent and read, where the encodings differ.
    [[nodiscard]] Connection connect(std::string const &label, std::stop_token const &stop) const;
    [[nodiscard]] Connection connect(std::string const &label) const {
        return connect(label, token);
    }
};

struct Worker {
    Connection &connection;
    unsigned number = 0;   // from 0
    std::stop_token token; // fires when a sibling failed, too
};

// One call of `work` in each of the threads. The first error stops the others and is thrown here.
void run_workers(WorkPlace const &place, std::string const &label,
                 std::function<void(Worker const &worker)> const &work);

// Workers whose connections need more than a place, such as a snapshot that they import.
struct Crew {
    // Called once in the thread of each worker; `label` names the worker.
    std::function<Connection(std::string const &label, std::stop_token const &token)> connect;
    unsigned jobs = 1;
    std::stop_token token;
};

// Each task once, in this order, by whoever is free. `beside` runs meanwhile in a thread of its
// own, without a connection.
using DatabaseTask = std::function<void(Connection &connection)>;
void run_tasks(Crew const &crew, std::string const &label, std::vector<DatabaseTask> const &tasks,
               std::function<void(std::stop_token const &)> const &beside = {});
void run_tasks(WorkPlace const &place, std::string const &label,
               std::vector<DatabaseTask> const &tasks,
               std::function<void(std::stop_token const &)> const &beside = {});

} // namespace pgkeep
