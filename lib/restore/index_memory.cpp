#include "restore/index_memory.hpp"

#include <unistd.h>

#include <algorithm>

namespace pgkeep {

std::uint64_t memory_of_server_machine(ConnectionSettings const &settings) {
    std::string const host = settings.get("host");
    bool const local = host.empty() || host.starts_with('/') || host == "localhost" ||
                       host == "127.0.0.1" || host == "::1";
    long const pages = ::sysconf(_SC_PHYS_PAGES);
    long const page_size = ::sysconf(_SC_PAGE_SIZE);
    if (!local || pages <= 0 || page_size <= 0) {
        return 0;
    }
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
}

std::string maintenance_work_mem(std::uint64_t memory, unsigned jobs,
                                 std::uint64_t server_setting) {
    constexpr std::uint64_t kMost = 1ULL << 30;
    std::uint64_t const share = std::min(memory / 16 / std::max(jobs, 1U), kMost);
    return std::to_string(std::max(share, server_setting) >> 10) + "kB";
}

} // namespace pgkeep
