#include "base/scheduling.hpp"

#include <pthread.h>
#include <sched.h>

namespace pgkeep {

void wait_for_turn() noexcept {
    sched_param const ordinary{};
    static_cast<void>(pthread_setschedparam(pthread_self(), SCHED_BATCH, &ordinary));
}

} // namespace pgkeep
