#include "restore/workers.hpp"

#include "base/cancel.hpp"
#include "base/task_group.hpp"

#include <algorithm>
#include <atomic>

namespace pgkeep {
namespace {

void add_workers(TaskGroup &group, WorkPlace const &place, std::string const &label, unsigned count,
                 std::function<void(Connection &, unsigned)> const &work) {
    for (unsigned worker = 0; worker < count; ++worker) {
        std::string const name = label + " " + std::to_string(worker + 1);
        group.run(name, [&place, &work, name, worker](std::stop_token const &token) {
            Connection connection = place.sessions.inside(place.database, name, token);
            work(connection, worker);
        });
    }
}

} // namespace

void run_workers(WorkPlace const &place, std::string const &label,
                 std::function<void(Connection &, unsigned)> const &work) {
    TaskGroup group{place.token};
    add_workers(group, place, label, std::max(place.jobs, 1U), work);
    group.wait();
}

void run_tasks(WorkPlace const &place, std::string const &label,
               std::vector<DatabaseTask> const &tasks,
               std::function<void(std::stop_token const &)> const &beside) {
    std::atomic<std::size_t> next{0};
    std::function<void(Connection &, unsigned)> const work = [&](Connection &connection, unsigned) {
        for (std::size_t task; (task = next.fetch_add(1)) < tasks.size();) {
            tasks[task](connection);
        }
    };
    TaskGroup group{place.token};
    if (beside) {
        group.run(label, beside);
    }
    auto const useful = std::min<std::size_t>(std::max(place.jobs, 1U), tasks.size());
    add_workers(group, place, label, static_cast<unsigned>(useful), work);
    group.wait();
}

} // namespace pgkeep
