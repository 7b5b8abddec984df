#include "restore/workers.hpp"

#include "base/cancel.hpp"
#include "base/task_group.hpp"
#include "model/sql_text.hpp"

#include <algorithm>
#include <atomic>

namespace pgkeep {
namespace {

Crew crew_of(WorkPlace const &place) {
    return {[&place](std::string const &label, std::stop_token const &token) {
                return place.connect(label, token);
            },
            place.jobs, place.token};
}

void add_workers(TaskGroup &group, Crew const &crew, std::string const &label, unsigned count,
                 std::function<void(Worker const &)> const &work) {
    for (unsigned worker = 0; worker < count; ++worker) {
        std::string const name = label + " " + std::to_string(worker + 1);
        group.run(name, [&crew, &work, name, worker](std::stop_token const &token) {
            Connection connection = crew.connect(name, token);
            work({connection, worker, token});
        });
    }
}

} // namespace

Connection WorkPlace::connect(std::string const &label, std::stop_token const &stop) const {
    Connection connection = sessions.inside(database, label, stop);
    std::string const stored = connection.parameter("server_encoding");
    if (!encoding.empty() && encoding != stored && encoding != "SQL_ASCII" &&
        stored != "SQL_ASCII") {
        connection.execute("SET client_encoding = " + quote_literal(encoding));
    }
    return connection;
}

void run_workers(WorkPlace const &place, std::string const &label,
                 std::function<void(Worker const &)> const &work) {
    Crew const crew = crew_of(place);
    TaskGroup group{place.token};
    add_workers(group, crew, label, std::max(place.jobs, 1U), work);
    group.wait();
}

void run_tasks(Crew const &crew, std::string const &label, std::vector<DatabaseTask> const &tasks,
               std::function<void(std::stop_token const &)> const &beside) {
    std::atomic<std::size_t> next{0};
    std::function<void(Worker const &)> const work = [&](Worker const &worker) {
        for (std::size_t task; (task = next.fetch_add(1)) < tasks.size();) {
            tasks[task](worker.connection);
        }
    };
    TaskGroup group{crew.token};
    if (beside) {
        group.run(label, beside);
    }
    auto const useful = std::min<std::size_t>(std::max(crew.jobs, 1U), tasks.size());
    add_workers(group, crew, label, static_cast<unsigned>(useful), work);
    group.wait();
}

void run_tasks(WorkPlace const &place, std::string const &label,
               std::vector<DatabaseTask> const &tasks,
               std::function<void(std::stop_token const &)> const &beside) {
    run_tasks(crew_of(place), label, tasks, beside);
}

} // namespace pgkeep
