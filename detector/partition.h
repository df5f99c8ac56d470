// Partition: the deterministic state machine behind one input partition.
//
//   (state, record) -> (state, outputs)     no clock, no randomness, no I/O but cold reads
//
// One thread owns it. `run` drives it from Kafka, `replay` from files, the simulation from a fake log.
// Decisions are data: apply() decides and says so in `Outputs::decisions`; on recovery, records below the committed
// offset pass through apply_decided() with what was decided then, so another CPU or version cannot decide otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "detector/alert.h"
#include "detector/options.h"
#include "features/audit_event.h"
#include "features/counter.h"
#include "features/result.h"
#include "features/state_io.h"

namespace outflow::detector {

// A decision to raise or update an alert, as written to the state topic. `bytes` is opaque to everybody but Partition.
struct Decision {
  std::int64_t offset = -1;      // the input record it was taken at
  std::int32_t event_index = 0;  // of the event within that record (a record may hold several)
  std::string bytes;
};

struct Anomaly {  // scored, below the alert threshold
  std::string tenant_id;
  features::EntityType entity_type{};
  std::string entity_id;
  features::EventTime time;
  double p_value = 1.0;
  std::string sentence;
};

struct Outputs {
  std::vector<Alert> alerts;        // raised and updated, in order
  std::vector<Decision> decisions;  // one for each alert
  std::vector<Anomaly> anomalies;
  void clear() {
    alerts.clear();
    decisions.clear();
    anomalies.clear();
  }
};

// What one integration takes against what it usually takes; for metrics.
struct IntegrationReading {
  std::string tenant_id;
  std::string integration;          // name, else id
  std::uint64_t records_total = 0;  // monotone since construction, for a counter
  double records_1h = 0;            // in the current hour of event time
  double expected_1h = 0;
  double upper_1h = 0;
  double score = 0;  // -log10 of the smallest p-value of the current hour
};

struct PartitionStats {  // monotone counts since construction, and gauges
  features::CountingStats counting;
  std::uint64_t alerts_raised = 0;
  std::uint64_t alerts_updated = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t decisions_diverged = 0;  // replay would have decided otherwise
  std::uint64_t entities_forgotten = 0;
  std::size_t entities = 0;        // gauge
  std::size_t incidents_open = 0;  // gauge
  std::int64_t watermark_ms = 0;   // gauge, event time; 0 = none yet
  // Gauges by features::source_slot(): how long the longest open gap in a feed lasts, among tenants; 0 = none.
  std::array<std::int64_t, features::kSourceSlots> feed_gap_ms{};
};

class Partition {
 public:
  // `cold` may be null (nothing is paged out); it must outlive the partition.
  Partition(const Options& options, const features::StateReader* cold);
  ~Partition();
  Partition(Partition&&) noexcept;
  Partition& operator=(Partition&&) noexcept;

  // Restores from `cold`. Call once, before the first record.
  Result<> load();

  // Counts, scores and decides. Appends to `out`.
  void apply(const features::AuditEvent& event, const Origin& origin, features::LogTime log_time,
             std::int32_t event_index, Outputs& out);

  // The same, below the committed offset: takes the decisions recorded for this event (often none) and emits nothing.
  void apply_decided(const features::AuditEvent& event, const Origin& origin, features::LogTime log_time,
                     std::span<const Decision> decided);

  // For `replay`, behind the last record: tells what still waits for its burst to be over (detector/unsaid.h), as the
  // next record of its tenant, after a while, would have it. No decisions: there is no record to tie them to, and `run`
  // has no end.
  void finish(Outputs& out);

  // At a record boundary: writes every unit that changed since the last call.
  void encode_dirty(features::StateWriter& out);
  void checkpoint_durable();
  [[nodiscard]] std::size_t dirty_bytes() const;

  [[nodiscard]] PartitionStats stats() const;
  // The `limit` integrations with the most records lately, most first.
  [[nodiscard]] std::vector<IntegrationReading> readings(std::size_t limit) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::detector
