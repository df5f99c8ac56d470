// What detection alone costs per counted event: five entities each (owner, pair, actor, address, tenant), no alert.
// Target: < 600 ns an event in steady state.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "detector/detection.h"

namespace outflow::bench {
namespace {

constexpr std::size_t kOwners = 200;

struct Taken {
  std::array<std::string, kOwners> ids;
  features::AuditEvent event;
  features::CountedEvent counted;
  features::Posting posting;
  std::string_view object = "Case";

  Taken() {
    for (std::size_t i = 0; i < kOwners; ++i) ids[i] = "0H4" + std::to_string(i);
    event.tenant_id = "00D000000000001";
    event.event_uid = "uid";
    event.user_agent = "python-requests/2.32.4";
    event.source_event_type = "RestApi";
    event.action = features::Action::kQuery;
    event.objects = {&object, 1};
    counted.tenant = features::fingerprint(event.tenant_id);
    counted.postings = {&posting, 1};
  }

  void next(std::uint64_t n) {
    const std::size_t i = (n * 7) % kOwners;
    const std::int64_t ms = 1'751'846'400'000 + static_cast<std::int64_t>(n) * 40;
    event.event_time = {ms};
    event.client_ip = "192.0.2.10";
    posting.hour = features::hour_of({ms});
    posting.owner = {features::EntityType::kIntegration, features::fingerprint(ids[i]), ids[i], ids[i]};
    posting.actor = {features::EntityType::kUser, features::fingerprint(ids[i], 1), ids[i], {}};
    posting.records = 1 + static_cast<std::int64_t>(n % 40);
    posting.events = 1;
    counted.owner = posting.owner;
    counted.actor = posting.actor;
  }
};

void observe_and_judge(benchmark::State& state) {
  detector::EntityStore store({}, nullptr);
  detector::Detection detection({}, store);
  detector::Origin origin;
  std::vector<detector::Anomaly> anomalies;
  Taken taken;
  std::uint64_t n = 0;
  const auto one = [&] {
    taken.next(n++);
    const features::LogTime log{taken.event.event_time.ms};
    detection.observe(taken.event, taken.counted, log);
    for (const auto& proposal : detection.judge(taken.event, taken.counted, origin, log, anomalies)) {
      detection.settle(proposal.record);
    }
    anomalies.clear();
  };
  while (n < 2'000'000) one();
  for (auto _ : state) one();
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(observe_and_judge);

}  // namespace
}  // namespace outflow::bench
