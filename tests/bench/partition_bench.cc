// What the whole state machine costs per decoded event: counting, windows, baselines, scores and decisions. The share
// of scoring is this less counting_bench's join_and_ledger.
#include <benchmark/benchmark.h>

#include "detector/partition.h"
#include "tests/bench/corpus.h"

namespace outflow::bench {
namespace {

void count_and_score(benchmark::State& state) {
  const Corpus& corpus = Corpus::mixed();
  std::int64_t events = 0;
  std::uint64_t alerts = 0;
  detector::Origin origin;
  origin.topic = "bench";
  origin.partition = 0;
  for (auto _ : state) {
    detector::Partition partition(detector::Options{}, nullptr);
    detector::Outputs out;
    for (std::size_t i = 0; i < corpus.events().size(); ++i) {
      origin.offset = static_cast<std::int64_t>(i);
      partition.apply(corpus.events()[i], origin, {corpus.log_ms()[i]}, 0, out);
      alerts += out.alerts.size();
      out.clear();
    }
    events += static_cast<std::int64_t>(corpus.events().size());
  }
  benchmark::DoNotOptimize(alerts);
  state.SetItemsProcessed(events);
}
BENCHMARK(count_and_score)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace outflow::bench
