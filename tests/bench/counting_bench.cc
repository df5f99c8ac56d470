// What honest counting of one decoded event costs: de-duplication, integration join and volume ledger.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

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

// A stream that goes on for ever: the week comes again and again, each time seven days later, when what it left behind
// last time has just expired. So this includes expiry, and no table grows any more.
void join_and_ledger_steady(benchmark::State& state) {
  constexpr std::int64_t kWeekMs = 7 * features::kMsPerDay;
  std::vector<features::AuditEvent> events = Corpus::mixed().events();
  std::vector<std::int64_t> log_ms = Corpus::mixed().log_ms();
  features::Counter counter;
  std::size_t at = 0;
  const auto next = [&] {
    const std::size_t postings = counter.count(events[at], {log_ms[at]}).postings.size();
    events[at].event_time.ms += kWeekMs;
    log_ms[at] += kWeekMs;
    if (++at == events.size()) at = 0;
    return postings;
  };
  for (std::size_t i = 0; i < events.size(); ++i) next();
  for (auto _ : state) benchmark::DoNotOptimize(next());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["resident_MB"] = static_cast<double>(counter.stats().resident_bytes) / (1 << 20);
}
BENCHMARK(join_and_ledger_steady);

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
