#include "tests/support/metrics/snapshots.h"

#include "connectors/metrics/catalogue.h"

namespace outflow::test_support {
namespace {

connectors::PartitionSnapshot busy_partition(int number, std::uint64_t step, std::int64_t now_ms) {
  connectors::PartitionSnapshot partition;
  partition.topic = "salesforce.events";
  partition.partition = number;
  partition.lag_records = number == 0 ? 0 : 40 * number;
  partition.last_record_ms = now_ms - 2'000;
  partition.stats.counting.events = 900 * step;
  partition.stats.counting.duplicates = 30 * step;
  partition.stats.counting.late = step;
  partition.stats.counting.resident_bytes = 1 << 20;
  partition.stats.anomalies = 2 * step;
  partition.stats.alerts_updated = step;
  partition.stats.entities = 120;
  partition.stats.incidents_open = 1;
  partition.stats.watermark_ms = now_ms - 60'000;
  for (int i = 0; i < 3; ++i) {
    detector::IntegrationReading reading;
    reading.tenant_id = "00D00000000000" + std::to_string(number);
    reading.integration = "Chat integration " + std::to_string(i);
    reading.records_total = static_cast<std::uint64_t>(i + 1) * 100 * step;
    reading.records_1h = 100.0 * (i + 1);
    reading.expected_1h = 90;
    reading.upper_1h = 250;
    reading.score = 0.5 * i;
    partition.integrations.push_back(reading);
  }
  return partition;
}

}  // namespace

std::vector<connectors::WorkerSnapshot> busy_snapshots(std::uint64_t step, std::int64_t now_ms) {
  std::vector<connectors::WorkerSnapshot> workers(2);
  for (int w = 0; w < 2; ++w) {
    connectors::WorkerSnapshot& worker = workers[static_cast<std::size_t>(w)];
    worker.consumed_by_topic["salesforce.events"] = 1000 * step;
    worker.rejected[{"salesforce_rtem", "not_json"}] = 3 * step;
    worker.dead_letters["not_json"] = 3 * step;
    worker.alerts_by_severity["high"] = step;
    worker.alerts_suppressed["budget"] = step;
    worker.events_by_source["salesforce_elf"] = 400 * step;
    worker.events_by_source["salesforce_rtem"] = 600 * step;
    worker.newest_event_ms_by_source["salesforce_elf"] = now_ms - 3'600'000;
    worker.newest_event_ms_by_source["salesforce_rtem"] = now_ms - 5'000;
    worker.rebalances = 1;
    worker.commits = 10 * step;
    worker.checkpoints = step;
    worker.checkpoint_bytes = 4096 * step;
    worker.event_processing.observe(12e-6, 100 * step);
    worker.event_age.observe(4.0, 1000 * step);
    worker.detection_latency.observe(0.12, step);
    worker.commit_duration.observe(0.02, 10 * step);
    worker.partitions.push_back(busy_partition(2 * w, step, now_ms));
    worker.partitions.push_back(busy_partition(2 * w + 1, step, now_ms));
    worker.assigned = true;
  }
  return workers;
}

std::vector<std::pair<std::string, double>> store_values() {
  constexpr std::string_view kPrefix = "outflow_";
  std::vector<std::pair<std::string, double>> values;
  for (const connectors::MetricInfo& metric : connectors::metric_catalogue()) {
    if (metric.name.starts_with("outflow_rocksdb_")) values.emplace_back(metric.name.substr(kPrefix.size()), 1.0);
  }
  return values;
}

}  // namespace outflow::test_support
