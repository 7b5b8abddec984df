// pgkeep-micro: the time of each hot path, by Google Benchmark. Takes its options, such as
// --benchmark_filter=deflate.

#include "hot_path.hpp"
#include <benchmark/benchmark.h>

namespace {

using namespace pgkeep::bench;

void measure(benchmark::State &state, HotPath const &path) {
    Work const work = path.prepare();
    for ([[maybe_unused]] auto _ : state) {
        work.run();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(work.bytes) * state.iterations());
}

} // namespace

int main(int argc, char **argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    for (auto const &path : all_hot_paths()) {
        benchmark::RegisterBenchmark(path.name.c_str(), measure, path)
            ->Unit(benchmark::kMillisecond);
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
