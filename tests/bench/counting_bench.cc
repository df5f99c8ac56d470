// What honest counting of one decoded event costs: de-duplication, integration join and volume ledger.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/counter.h"
#include "features/coverage.h"
#include "features/inventory.h"
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

// What the life-long inventory and the coverage of feeds add to that. `with` 0: neither, 1: inventory, 2: both.
void inventory_and_coverage(benchmark::State& state) {
  constexpr std::int64_t kWeekMs = 7 * features::kMsPerDay;
  std::vector<features::AuditEvent> events = Corpus::mixed().events();
  std::vector<std::int64_t> log_ms = Corpus::mixed().log_ms();
  features::Counter counter;
  features::Inventory inventory;
  features::Coverage coverage;
  const std::int64_t with = state.range(0);
  std::size_t at = 0;
  const auto next = [&] {
    features::AuditEvent& event = events[at];
    const features::CountedEvent& counted = counter.count(event, {log_ms[at]});
    if (with > 0) inventory.apply(event, counted, counter.watermark(counted.tenant));
    if (with > 1) coverage.observe(event, counted.tenant, {log_ms[at]});
    event.event_time.ms += kWeekMs;
    log_ms[at] += kWeekMs;
    if (++at == events.size()) at = 0;
    return counted.postings.size();
  };
  for (std::size_t i = 0; i < events.size(); ++i) next();
  for (auto _ : state) benchmark::DoNotOptimize(next());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(inventory_and_coverage)->ArgName("with")->DenseRange(0, 2);

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

// One user's pulls of one object, all in one pool of about a thousand sightings: the dearest place a record can go to.
// `stage` 0: a further job; 1: a query issued, its download and its job; 2: a job told again.
void extraction_pool(benchmark::State& state) {
  using namespace features;
  constexpr std::int64_t kMsPerMinute = 60 * kMsPerSecond;
  constexpr std::int64_t kEveryMs = 10 * kMsPerMinute;  // 1,000 in the week that is kept
  const std::int64_t stage = state.range(0);
  Counter counter;
  std::int64_t now_ms = 480'000 * kMsPerHour;
  std::int64_t made = 0;
  const std::string_view object = "Case";
  std::string uid, job;
  AuditEvent event;
  const auto take = [&](Source source, const char* type, Action action, CountSemantics semantics) {
    uid = "u" + std::to_string(++made);
    event.source = source;
    event.source_event_type = type;
    event.event_uid = uid;
    event.action = action;
    event.count_semantics = semantics;
    event.job_id = semantics == CountSemantics::kJobProgress ? std::string_view(job) : std::string_view();
    event.proves_extraction = action == Action::kBulkResult;
    event.opens_query = action == Action::kBulkJob && event.job_id.empty();
    event.records = event.job_id.empty() ? std::optional<std::uint64_t>() : 100;
    event.event_time.ms = now_ms;
    benchmark::DoNotOptimize(counter.count(event, {now_ms}).postings.size());
  };
  event.tenant_id = "00D000000000001";
  event.actor_id = "005000000000001";
  event.session_key = "session";
  event.objects = {&object, 1};
  event.query_class = QueryClass::kFull;
  event.query_fingerprint = 77;
  const auto step = [&](bool pulls) {
    if (pulls) {
      take(Source::kSalesforceRtem, "ApiEvent", Action::kBulkJob, CountSemantics::kQueryTotalRepeated);
      now_ms += kMsPerMinute;
      take(Source::kSalesforceRtem, "BulkApiResultEvent", Action::kBulkResult, CountSemantics::kNone);
      now_ms += kMsPerMinute;
    }
    job = "750" + std::to_string(made);
    take(Source::kSalesforceElf, "BulkApi2", Action::kBulkJob, CountSemantics::kJobProgress);
    now_ms += kEveryMs;
  };
  for (int i = 0; i < (stage == 1 ? 340 : 1'000); ++i) step(stage == 1);
  std::int64_t records = 0;
  for (auto _ : state) {
    if (stage == 2) {
      take(Source::kSalesforceElf, "BulkApi2", Action::kBulkJob, CountSemantics::kJobProgress);
    } else {
      step(stage == 1);
    }
    records += stage == 1 ? 3 : 1;
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(extraction_pool)->ArgName("stage")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace outflow::bench
