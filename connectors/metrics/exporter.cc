#include "connectors/metrics/exporter.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>

#include <librdkafka/rdkafka.h>
#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>
#include <rocksdb/version.h>

#include "connectors/metrics/catalogue.h"
#include "connectors/metrics/families.h"
#include "connectors/metrics/integration_series.h"
#include "connectors/metrics/monotone.h"
#include "connectors/metrics/process.h"

namespace outflow::connectors {
namespace {

// The counters of PartitionStats under their names.
struct PartitionCounter {
  std::string_view name;
  std::uint64_t (*read)(const detector::PartitionStats& stats);
};

constexpr std::array<PartitionCounter, 13> kPartitionCounters{{
    {"outflow_events_duplicate_total", [](const detector::PartitionStats& s) { return s.counting.duplicates; }},
    {"outflow_events_late_total", [](const detector::PartitionStats& s) { return s.counting.late; }},
    {"outflow_volume_moves_total", [](const detector::PartitionStats& s) { return s.counting.moves; }},
    {"outflow_estimates_total", [](const detector::PartitionStats& s) { return s.counting.estimates; }},
    {"outflow_estimates_settled_total", [](const detector::PartitionStats& s) { return s.counting.estimates_settled; }},
    {"outflow_object_sizes_learnt_total", [](const detector::PartitionStats& s) { return s.counting.sizes_learnt; }},
    {"outflow_counting_forgotten_total",
     [](const detector::PartitionStats& s) { return s.counting.forgotten_entries; }},
    {"outflow_counting_units_paged_in_total",
     [](const detector::PartitionStats& s) { return s.counting.units_paged_in; }},
    {"outflow_counting_units_paged_out_total",
     [](const detector::PartitionStats& s) { return s.counting.units_paged_out; }},
    {"outflow_alerts_updated_total", [](const detector::PartitionStats& s) { return s.alerts_updated; }},
    {"outflow_anomalies_total", [](const detector::PartitionStats& s) { return s.anomalies; }},
    {"outflow_decisions_diverged_total", [](const detector::PartitionStats& s) { return s.decisions_diverged; }},
    {"outflow_baselines_forgotten_total", [](const detector::PartitionStats& s) { return s.entities_forgotten; }},
}};

std::int64_t system_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

double seconds(std::int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000.0;
}
double number(std::uint64_t count) {
  return static_cast<double>(count);
}

void add_worker(Families& families, const WorkerSnapshot& worker) {
  for (const auto& [topic, count] : worker.consumed_by_topic)
    families.add("outflow_events_consumed_total", number(count), {topic});
  for (const auto& [key, count] : worker.rejected)
    families.add("outflow_events_rejected_total", number(count), {key.first, key.second});
  for (const auto& [reason, count] : worker.dead_letters)
    families.add("outflow_dlq_events_total", number(count), {reason});
  for (const auto& [severity, count] : worker.alerts_by_severity)
    families.add("outflow_alerts_emitted_total", number(count), {severity});
  for (const auto& [reason, count] : worker.alerts_suppressed)
    families.add("outflow_alerts_suppressed_total", number(count), {reason});
  for (const auto& [source, count] : worker.events_by_source)
    families.add("outflow_source_events_total", number(count), {source});
  for (const auto& [source, newest] : worker.newest_event_ms_by_source) {
    if (newest > 0) families.set_max("outflow_source_newest_event_timestamp_seconds", seconds(newest), {source});
  }
  families.add("outflow_mismatched_keys_total", number(worker.mismatched_keys));
  families.add("outflow_kafka_rebalances_total", number(worker.rebalances));
  families.add("outflow_kafka_assigned_partitions", number(worker.partitions.size()));
  families.add("outflow_commits_total", number(worker.commits));
  families.add("outflow_commit_failures_total", number(worker.commit_failures));
  families.add("outflow_recoveries_total", number(worker.recoveries));
  families.add("outflow_checkpoints_total", number(worker.checkpoints));
  families.add("outflow_checkpoint_bytes_total", number(worker.checkpoint_bytes));
  families.add("outflow_event_processing_duration_seconds", worker.event_processing);
  families.add("outflow_event_age_seconds", worker.event_age);
  families.add("outflow_detection_latency_seconds", worker.detection_latency);
  families.add("outflow_commit_duration_seconds", worker.commit_duration);
  const char* state = !worker.failure.empty() ? "failed" : worker.assigned ? "assigned" : "waiting";
  families.add("outflow_workers", 1, {state});
}

void add_lag(Families& families, const PartitionSnapshot& partition, std::int64_t now_ms) {
  const LabelValues labels{partition.topic, std::to_string(partition.partition)};
  if (partition.lag_records >= 0) {
    families.set_max("outflow_kafka_consumer_lag_records", static_cast<double>(partition.lag_records), labels);
  }
  if (partition.lag_records == 0) {
    families.set_max("outflow_kafka_lag_seconds", 0, labels);
  } else if (partition.lag_records > 0 && partition.last_record_ms > 0) {
    families.set_max("outflow_kafka_lag_seconds", seconds(std::max<std::int64_t>(0, now_ms - partition.last_record_ms)),
                     labels);
  }
  if (partition.stats.watermark_ms > 0) {
    families.set_max("outflow_watermark_timestamp_seconds", seconds(partition.stats.watermark_ms), labels);
  }
}

// The worst tenant's: which one, `outflow coverage` says.
void add_feed_gaps(Families& families, const detector::PartitionStats& stats) {
  for (std::size_t slot = 0; slot < stats.feed_gap_ms.size(); ++slot) {
    const auto source = static_cast<features::Source>(std::min(slot, features::kSources - 1));
    families.set_max("outflow_feed_gap_seconds", seconds(stats.feed_gap_ms[slot]), {std::string(name_of(source))});
  }
}

// Series that exist before anything happened: a rate needs a first value to grow from.
void add_zeros(Families& families) {
  for (const char* severity : {"low", "medium", "high", "critical"})
    families.add("outflow_alerts_emitted_total", 0, {severity});
  for (const char* state : {"assigned", "waiting", "failed"}) families.add("outflow_workers", 0, {state});
  families.add("outflow_counting_resident_bytes", 0);
  families.add("outflow_baselines", 0);
  families.add("outflow_incidents_open", 0);
}

}  // namespace

class Exporter::Impl final : public prometheus::Collectable {
 public:
  explicit Impl(ExporterOptions options) : options_(std::move(options)), integrations_(options_.max_integrations) {
    if (!options_.now_ms) options_.now_ms = system_now_ms;
  }

  std::string render() {
    std::vector<prometheus::MetricFamily> families = Collect();
    return prometheus::TextSerializer().Serialize(families);
  }

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    const std::vector<WorkerSnapshot> workers = options_.workers ? options_.workers() : std::vector<WorkerSnapshot>{};
    const std::int64_t now_ms = options_.now_ms();
    Families families;
    add_zeros(families);
    bool brokers_up = true;
    for (const WorkerSnapshot& worker : workers) {
      add_worker(families, worker);
      brokers_up = brokers_up && worker.broker_up;
      for (const PartitionSnapshot& partition : worker.partitions) add_lag(families, partition, now_ms);
    }
    families.add("outflow_kafka_broker_up", brokers_up ? 1 : 0);
    add_partitions(families, workers);
    add_store(families);
    add_schemas(families);
    families.add("outflow_build_info", 1, {options_.version, rd_kafka_version_str(), rocksdb_version()});
    add_process_metrics(families);
    return families.take();
  }

 private:
  static std::string rocksdb_version() {
    return std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." + std::to_string(ROCKSDB_PATCH);
  }

  void add_partitions(Families& families, const std::vector<WorkerSnapshot>& workers) const {
    const std::scoped_lock lock(mutex_);
    for (std::size_t w = 0; w < workers.size(); ++w) {
      for (const PartitionSnapshot& partition : workers[w].partitions) {
        const std::string part =
            std::to_string(w) + '\n' + partition.topic + '\n' + std::to_string(partition.partition);
        for (std::size_t i = 0; i < kPartitionCounters.size(); ++i) {
          counters_[i].advance(part, kPartitionCounters[i].read(partition.stats));
        }
        integrations_.take(part, partition.integrations);
        families.add("outflow_counting_resident_bytes", number(partition.stats.counting.resident_bytes));
        families.add("outflow_baselines", number(partition.stats.entities));
        families.add("outflow_incidents_open", number(partition.stats.incidents_open));
        add_feed_gaps(families, partition.stats);
      }
    }
    for (std::size_t i = 0; i < kPartitionCounters.size(); ++i) {
      families.add(kPartitionCounters[i].name, number(counters_[i].total()));
    }
    integrations_.render(families);
  }

  void add_store(Families& families) const {
    if (!options_.store) return;
    for (const auto& [name, value] : options_.store()) {
      const std::string full = "outflow_" + name;
      if (name.starts_with("rocksdb_") && find_metric(full) != nullptr) families.add(full, value);
    }
  }

  void add_schemas(Families& families) const {
    if (!options_.schemas) return;
    const SchemaRegistry::Counts counts = options_.schemas();
    families.add("outflow_schema_registry_fetched_total", number(counts.fetched));
    families.add("outflow_schema_registry_missing_total", number(counts.missing));
    families.add("outflow_schema_registry_failures_total", number(counts.failures));
    families.add("outflow_schema_registry_schemas", number(counts.schemas));
    families.add("outflow_schema_registry_bytes", number(counts.bytes));
  }

  ExporterOptions options_;
  // Collect() is const in prometheus-cpp's interface; what it remembers is guarded here.
  mutable std::mutex mutex_;
  mutable std::array<MonotoneSum, kPartitionCounters.size()> counters_;
  mutable IntegrationSeries integrations_;
};

Exporter::Exporter(ExporterOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Exporter::~Exporter() = default;
std::string Exporter::render() {
  return impl_->render();
}

}  // namespace outflow::connectors
