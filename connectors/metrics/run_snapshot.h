// What `run` knows of itself at one moment: filled by workers, rendered as /metrics.
//
// Each worker keeps its counts in plain local variables and publishes a copy at every commit (SnapshotSlot below);
// the HTTP thread merges the copies. Nothing is atomic per event, and no metric call is on the hot path.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "detector/partition.h"

namespace outflow::connectors {

// A histogram with fixed upper bounds in seconds, powers of two from 1 µs; the last bucket is +Inf.
struct LatencyHistogram {
  static constexpr std::size_t kBuckets = 36;  // 1 µs * 2^i; 2^34 µs is 4.8 h
  std::array<std::uint64_t, kBuckets> counts{};
  double sum_seconds = 0;
  void observe(double seconds, std::uint64_t times = 1);
};

struct PartitionSnapshot {
  std::string topic;
  std::int32_t partition = -1;
  std::int64_t lag_records = -1;    // -1 = unknown
  std::int64_t last_record_ms = 0;  // Kafka time of the last record processed; 0 = none yet
  detector::PartitionStats stats;
  std::vector<detector::IntegrationReading> integrations;
};

struct WorkerSnapshot {
  std::map<std::string, std::uint64_t> consumed_by_topic;
  std::map<std::pair<std::string, std::string>, std::uint64_t> rejected;  // (source, reason)
  std::map<std::string, std::uint64_t> dead_letters;                      // by reason
  std::map<std::string, std::uint64_t> alerts_by_severity;                // low, medium, high, critical
  std::map<std::string, std::uint64_t> alerts_suppressed;                 // by reason
  std::map<std::string, std::uint64_t> events_by_source;                  // salesforce_elf, ...
  std::map<std::string, std::int64_t> newest_event_ms_by_source;          // event time; for the silent-source rule
  std::uint64_t mismatched_keys = 0;                                      // records whose key was not their tenant
  std::uint64_t rebalances = 0;
  std::uint64_t commits = 0;
  std::uint64_t commit_failures = 0;
  std::uint64_t recoveries = 0;  // aborts, lost assignments and fatal errors recovered from
  std::uint64_t checkpoints = 0;
  std::uint64_t checkpoint_bytes = 0;
  LatencyHistogram event_processing;   // of one event, sampled
  LatencyHistogram event_age;          // processing time minus event time
  LatencyHistogram detection_latency;  // Kafka time of the firing record to its alert committed
  LatencyHistogram commit_duration;
  std::vector<PartitionSnapshot> partitions;
  bool assigned = false;  // has partitions and has caught up its recovery
  bool broker_up = true;
  std::string failure;  // why this worker stopped; empty while it works
};

// One writer (the worker), one reader (the HTTP thread).
class SnapshotSlot {
 public:
  void publish(WorkerSnapshot snapshot) {
    const std::scoped_lock lock(mutex_);
    snapshot_ = std::move(snapshot);
  }
  [[nodiscard]] WorkerSnapshot read() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }

 private:
  mutable std::mutex mutex_;
  WorkerSnapshot snapshot_;
};

}  // namespace outflow::connectors
