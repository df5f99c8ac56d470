// What honest counting of one decoded event costs: de-duplication, integration join and volume ledger.
#include <benchmark/benchmark.h>

#include <memory>

#include "features/counter.h"
#include "tests/bench/corpus.h"

namespace outflow::bench {
namespace {

void join_and_ledger(benchmark::State& state) {  // a week of twelve orgs from an empty state
  const Corpus& corpus = Corpus::mixed();
  std::uint64_t postings = 0;
  std::int64_t events = 0;
  for (auto _ : state) {
    features::Counter counter;
    for (std::size_t i = 0; i < corpus.events().size(); ++i) {
      postings += counter.count(corpus.events()[i], {corpus.log_ms()[i]}).postings.size();
    }
    events += static_cast<std::int64_t>(corpus.events().size());
  }
  benchmark::DoNotOptimize(postings);
  state.SetItemsProcessed(events);
}
BENCHMARK(join_and_ledger)->Unit(benchmark::kMillisecond);

void duplicates_only(benchmark::State& state) {  // the same week delivered again
  const Corpus& corpus = Corpus::mixed();
  features::Counter counter;
  for (std::size_t i = 0; i < corpus.events().size(); ++i) counter.count(corpus.events()[i], {corpus.log_ms()[i]});
  const features::LogTime now{corpus.log_ms().back()};
  std::size_t at = corpus.events().size() / 2;  // the later half lies within the horizon
  for (auto _ : state) {
    benchmark::DoNotOptimize(counter.count(corpus.events()[at], now).freshness);
    if (++at == corpus.events().size()) at = corpus.events().size() / 2;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(duplicates_only);

}  // namespace
}  // namespace outflow::bench
