#include "connectors/metrics/catalogue.h"

namespace outflow::connectors {
namespace {

const std::vector<MetricInfo>& table() {
  constexpr auto kCounter = prometheus::MetricType::Counter;
  constexpr auto kGauge = prometheus::MetricType::Gauge;
  constexpr auto kHistogram = prometheus::MetricType::Histogram;
  static const std::vector<MetricInfo> metrics{
      // Records in.
      {"outflow_events_consumed_total", kCounter, "Kafka records read from the input topics", {"topic"}},
      {"outflow_events_rejected_total", kCounter, "Records that could not be decoded", {"source", "reason"}},
      {"outflow_source_events_total", kCounter, "Audit events decoded", {"source"}},
      {"outflow_source_newest_event_timestamp_seconds", kGauge, "Event time of the newest audit event", {"source"}},
      {"outflow_feed_gap_seconds", kGauge, "Longest open gap in a tenant's feed, 0 where none is open", {"source"}},
      {"outflow_events_duplicate_total", kCounter, "Audit events counted before and not again"},
      {"outflow_events_late_total", kCounter, "Audit events older than the horizon, counted as late and not as volume"},
      {"outflow_mismatched_keys_total", kCounter, "Records whose Kafka key was not their tenant"},
      {"outflow_dlq_events_total", kCounter, "Records written to the dead-letter topic", {"reason"}},
      {"outflow_event_processing_duration_seconds", kHistogram, "Time to decode, count and score one event, sampled"},
      {"outflow_event_age_seconds", kHistogram, "Processing time minus event time"},
      // Schemas.
      {"outflow_schema_registry_fetched_total", kCounter, "Schemas fetched from the registry"},
      {"outflow_schema_registry_missing_total", kCounter, "Answers of the registry that there is no such schema"},
      {"outflow_schema_registry_failures_total", kCounter, "Requests to the registry without a usable answer"},
      {"outflow_schema_registry_schemas", kGauge, "Schemas held"},
      {"outflow_schema_registry_bytes", kGauge, "Text of the schemas held"},
      // Kafka.
      {"outflow_kafka_consumer_lag_records", kGauge, "Records not read yet", {"topic", "partition"}},
      {"outflow_kafka_lag_seconds",
       kGauge,
       "Age of the last record read where more wait, else 0",
       {"topic", "partition"}},
      {"outflow_kafka_rebalances_total", kCounter, "Changes of the partition assignment"},
      {"outflow_kafka_assigned_partitions", kGauge, "Partitions this process works on"},
      {"outflow_kafka_broker_up", kGauge, "1 while every worker reaches its brokers"},
      {"outflow_workers", kGauge, "Worker threads by what they are doing", {"state"}},
      {"outflow_commits_total", kCounter, "Transactions of outputs and offsets committed"},
      {"outflow_commit_failures_total", kCounter, "Transactions that failed"},
      {"outflow_commit_duration_seconds", kHistogram, "Time to commit one transaction"},
      {"outflow_recoveries_total", kCounter, "Aborts, lost assignments and fatal errors recovered from"},
      {"outflow_checkpoints_total", kCounter, "Checkpoints of state made durable"},
      {"outflow_checkpoint_bytes_total", kCounter, "State written by checkpoints"},
      // Detection.
      {"outflow_alerts_emitted_total", kCounter, "Alerts raised", {"severity"}},
      {"outflow_alerts_updated_total", kCounter, "Alerts that got another revision"},
      {"outflow_alerts_suppressed_total", kCounter, "Alerts held back", {"reason"}},
      {"outflow_anomalies_total", kCounter, "Events scored as odd, below the alert threshold"},
      {"outflow_incidents_open", kGauge, "Episodes that are not over"},
      {"outflow_detection_latency_seconds", kHistogram, "Kafka time of the firing record to its alert committed"},
      {"outflow_decisions_diverged_total", kCounter, "Recorded decisions that a replay would have taken otherwise"},
      {"outflow_baselines", kGauge, "Entities that have a baseline"},
      {"outflow_baselines_forgotten_total", kCounter, "Baselines dropped because of the limit of entities"},
      {"outflow_watermark_timestamp_seconds",
       kGauge,
       "Event time up to which a partition is complete",
       {"topic", "partition"}},
      // Counting.
      {"outflow_volume_moves_total", kCounter, "Volumes that changed owner when a later record named the integration"},
      {"outflow_estimates_total", kCounter, "Extractions that were estimated, for want of a count"},
      {"outflow_estimates_settled_total", kCounter, "Estimates whose count came"},
      {"outflow_object_sizes_learnt_total", kCounter,
       "Times that an object was seen to hold more than was known for the day"},
      {"outflow_counting_forgotten_total", kCounter,
       "Counting entries dropped before their horizon because of a limit"},
      {"outflow_counting_units_paged_in_total", kCounter, "Cold units of state read back"},
      {"outflow_counting_units_paged_out_total", kCounter, "Cold units of state dropped from memory"},
      {"outflow_counting_resident_bytes", kGauge, "Counting state in memory"},
      // Integrations: the most active ones, the rest as "other" without a tenant.
      {"outflow_integration_taken_records_total", kCounter, "Records taken", {"tenant", "integration"}},
      {"outflow_integration_records",
       kGauge,
       "Records taken in the current hour of event time",
       {"tenant", "integration"}},
      {"outflow_integration_expected_records",
       kGauge,
       "Median of what is normal for an hour",
       {"tenant", "integration"}},
      {"outflow_integration_upper_records",
       kGauge,
       "99th percentile of what is normal for an hour",
       {"tenant", "integration"}},
      {"outflow_integration_score",
       kGauge,
       "-log10 of the smallest p-value of the current hour",
       {"tenant", "integration"}},
      {"outflow_integrations_folded", kGauge, "Integrations that are part of 'other'"},
      // RocksDB.
      {"outflow_rocksdb_block_cache_hits_total", kCounter, "Block cache hits"},
      {"outflow_rocksdb_block_cache_misses_total", kCounter, "Block cache misses"},
      {"outflow_rocksdb_block_cache_bytes", kGauge, "Memory of the block cache"},
      {"outflow_rocksdb_bytes_read_total", kCounter, "Bytes read by gets and iterators"},
      {"outflow_rocksdb_bytes_written_total", kCounter, "Bytes written by puts and batches"},
      {"outflow_rocksdb_stall_seconds_total", kCounter, "Time that writers were held up"},
      {"outflow_rocksdb_live_data_bytes", kGauge, "Estimated size of live data"},
      {"outflow_rocksdb_sst_files_bytes", kGauge, "Size of all table files"},
      {"outflow_rocksdb_memtables_bytes", kGauge, "Memory of all memtables"},
      {"outflow_rocksdb_pending_compaction_bytes", kGauge, "Bytes that compaction still has to rewrite"},
      {"outflow_rocksdb_write_stopped", kGauge, "1 while writes are stopped"},
      {"outflow_rocksdb_background_errors", kGauge, "Background errors accumulated"},
      // The process.
      {"outflow_build_info", kGauge, "Always 1; the versions are its labels", {"version", "librdkafka", "rocksdb"}},
      {"outflow_process_cpu_seconds_total", kCounter, "User and system CPU time"},
      {"outflow_process_resident_memory_bytes", kGauge, "Resident memory"},
      {"outflow_process_virtual_memory_bytes", kGauge, "Virtual memory"},
      {"outflow_process_open_fds", kGauge, "Open file descriptors"},
      {"outflow_process_max_fds", kGauge, "Limit of open file descriptors"},
      {"outflow_process_threads", kGauge, "Threads"},
      {"outflow_process_start_time_seconds", kGauge, "Start of the process, seconds since 1970"},
  };
  return metrics;
}

}  // namespace

std::span<const MetricInfo> metric_catalogue() {
  return table();
}

const MetricInfo* find_metric(std::string_view name) {
  for (const MetricInfo& metric : table()) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

}  // namespace outflow::connectors
