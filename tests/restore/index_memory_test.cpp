#include "restore/index_memory.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

ConnectionSettings with_host(std::string const &host) {
    ConnectionSettings settings;
    settings.keywords["host"] = host;
    return settings;
}

} // namespace

TEST(MaintenanceWorkMem, IsAShareOfTheMachineForEachJob) {
    EXPECT_EQ(maintenance_work_mem(16384 * kMiB, 2, 64 * kMiB), "524288kB");
}

TEST(MaintenanceWorkMem, IsNeverBelowTheServersOwnSetting) {
    EXPECT_EQ(maintenance_work_mem(0, 2, 64 * kMiB), "65536kB");
    EXPECT_EQ(maintenance_work_mem(1024 * kMiB, 4, 64 * kMiB), "65536kB");
}

TEST(MaintenanceWorkMem, IsAtMostAGibibyte) {
    EXPECT_EQ(maintenance_work_mem(1024 * 1024 * kMiB, 1, 64 * kMiB), "1048576kB");
}

TEST(MemoryOfServerMachine, IsKnownOnlyForALocalServer) {
    EXPECT_GT(memory_of_server_machine(with_host("/var/run/postgresql")), 0U);
    EXPECT_GT(memory_of_server_machine(with_host("localhost")), 0U);
    EXPECT_EQ(memory_of_server_machine(with_host("db.example.com")), 0U);
}
