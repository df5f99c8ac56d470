#include "detector/partition.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "detector/decision.h"
#include "detector/detection.h"
#include "detector/entity_store.h"
#include "detector/explanation.h"
#include "features/coverage.h"
#include "features/inventory.h"

namespace outflow::detector {

using features::AuditEvent;
using features::CountedEvent;
using features::Freshness;
using features::LogTime;

class Partition::Impl {
 public:
  Impl(const Options& options, const features::StateReader* cold)
      : options_(options),
        cold_(cold),
        counter_(options.counting, cold),
        store_({options.max_entities, options.max_tenants, options.max_resident_entities}, cold),
        detection_(options, store_) {}

  Result<> load() {
    if (auto counted = counter_.load(); !counted.ok()) return counted;
    if (cold_ != nullptr) {
      if (auto listed = inventory_.load(*cold_); !listed.ok()) return listed;
      if (auto covered = coverage_.load(*cold_); !covered.ok()) return covered;
    }
    return store_.load();
  }

  // Counts and scores. False where there is nothing to decide.
  bool observe(const AuditEvent& event, const Origin& origin, LogTime log_time) {
    counted_ = &counter_.count(event, log_time);
    coverage_.observe(event, counted_->tenant, log_time);
    inventory_.apply(event, *counted_, counter_.watermark(counted_->tenant));
    proposals_ = {};
    anomalies_.clear();
    if (counted_->freshness != Freshness::kNew) return false;
    watermark_ms_ = std::max(watermark_ms_, std::min(event.event_time.ms, log_time.ms + features::kMsPerHour));
    detection_.observe(event, *counted_, log_time);
    proposals_ = detection_.judge(event, *counted_, origin, log_time, anomalies_);
    return !proposals_.empty() || !anomalies_.empty();
  }

  void apply(const AuditEvent& event, const Origin& origin, LogTime log_time, std::int32_t event_index, Outputs& out) {
    if (!observe(event, origin, log_time)) return;
    for (const Proposal& proposal : proposals_) {
      detection_.settle(proposal.record);
      out.alerts.push_back(explain(proposal.finding, proposal.record.episode));
      out.decisions.push_back({origin.offset, event_index, encode(proposal.record)});
      ++(proposal.record.kind == DecisionKind::kRaise ? stats_.alerts_raised : stats_.alerts_updated);
    }
    stats_.anomalies += anomalies_.size();
    if (!options_.emit_anomalies) return;
    std::move(anomalies_.begin(), anomalies_.end(), std::back_inserter(out.anomalies));
  }

  void finish(Outputs& out) {
    std::vector<features::Fingerprint> tenants;
    for (const auto& [key, tenant] : store_.tenants()) tenants.push_back(key);
    std::sort(tenants.begin(), tenants.end());  // the table's own order is none
    for (const features::Fingerprint tenant : tenants) {
      for (const Proposal& proposal : detection_.judge_rest(tenant)) {
        detection_.settle(proposal.record);
        out.alerts.push_back(explain(proposal.finding, proposal.record.episode));
        ++stats_.alerts_updated;
      }
    }
  }

  void apply_decided(const AuditEvent& event, const Origin& origin, LogTime log_time,
                     std::span<const Decision> decided) {
    (void)observe(event, origin, log_time);
    bool same = decided.size() == proposals_.size();
    for (std::size_t i = 0; i < decided.size(); ++i) {
      same = same && decided[i].bytes == encode(proposals_[i].record);
      const auto decision = decode_decision(decided[i].bytes);
      if (decision.ok()) {
        detection_.settle(decision.value());
      } else {
        same = false;
      }
    }
    if (!same) ++stats_.decisions_diverged;
  }

  void encode_dirty(features::StateWriter& out) {
    counter_.encode_dirty(out);
    inventory_.encode_dirty(out);
    coverage_.encode_dirty(out);
    store_.encode_dirty(out);
  }
  void checkpoint_durable() {
    counter_.checkpoint_durable();
    store_.checkpoint_durable();
  }
  [[nodiscard]] std::size_t dirty_bytes() const {
    return counter_.dirty_bytes() + inventory_.dirty_bytes() + coverage_.dirty_bytes() + store_.dirty_bytes();
  }

  [[nodiscard]] PartitionStats stats() const {
    PartitionStats stats = stats_;
    stats.counting = counter_.stats();
    stats.entities = store_.size();
    stats.entities_forgotten = store_.forgotten() + store_.damaged();
    stats.watermark_ms = watermark_ms_;
    stats.feed_gap_ms = coverage_.open_gaps_ms();
    for (const auto& [key, tenant] : store_.tenants()) {
      stats.watermark_ms = std::max(stats.watermark_ms, tenant->watermark());
      if (tenant->incident != 0 && tenant->watermark() - tenant->incident_last_ms <= 24 * features::kMsPerHour) {
        ++stats.incidents_open;
      }
    }
    return stats;
  }

  [[nodiscard]] std::vector<IntegrationReading> readings(std::size_t limit) const {
    std::vector<std::pair<std::int64_t, const Entity*>> busiest;
    store_.for_each_integration([&](const Entity& entity) {
      const std::int64_t lately =
          entity.last_hour == kNoHour ? 0 : entity.cells.sum(entity.last_hour - 23, entity.last_hour);
      busiest.emplace_back(lately, &entity);
    });
    const std::size_t count = std::min(limit, busiest.size());
    std::partial_sort(busiest.begin(), busiest.begin() + static_cast<std::ptrdiff_t>(count), busiest.end(),
                      [](const auto& a, const auto& b) {
                        return std::pair(b.first, a.second->key) < std::pair(a.first, b.second->key);
                      });
    std::vector<IntegrationReading> readings;
    readings.reserve(count);
    for (std::size_t i = 0; i < count; ++i) readings.push_back(reading_of(*busiest[i].second));
    return readings;
  }

 private:
  [[nodiscard]] IntegrationReading reading_of(const Entity& entity) const {
    IntegrationReading reading;
    const Tenant* tenant = store_.find_tenant(entity.tenant);
    if (tenant != nullptr) reading.tenant_id = tenant->id;
    reading.integration = entity.label;
    reading.records_total = entity.records_since_start;
    const std::int32_t hour = tenant != nullptr ? features::hour_of({tenant->watermark()}).hour : entity.last_hour;
    reading.records_1h = static_cast<double>(std::max<std::int64_t>(entity.cells.at(hour), 0));
    const Band band = entity.baseline.band(Window::k1h, hour);
    reading.expected_1h = band.median();
    reading.upper_1h = band.upper();
    if (entity.score_hour == hour) reading.score = entity.score / std::log(10.0);
    return reading;
  }

  Options options_;
  const features::StateReader* cold_;
  features::Counter counter_;
  features::Inventory inventory_;
  features::Coverage coverage_;
  EntityStore store_;
  Detection detection_;
  const CountedEvent* counted_ = nullptr;
  std::span<const Proposal> proposals_;
  std::vector<Anomaly> anomalies_;
  PartitionStats stats_;
  std::int64_t watermark_ms_ = 0;
};

Partition::Partition(const Options& options, const features::StateReader* cold)
    : impl_(std::make_unique<Impl>(options, cold)) {}
Partition::~Partition() = default;
Partition::Partition(Partition&&) noexcept = default;
Partition& Partition::operator=(Partition&&) noexcept = default;

Result<> Partition::load() {
  return impl_->load();
}
void Partition::apply(const AuditEvent& event, const Origin& origin, LogTime log_time, std::int32_t event_index,
                      Outputs& out) {
  impl_->apply(event, origin, log_time, event_index, out);
}
void Partition::apply_decided(const AuditEvent& event, const Origin& origin, LogTime log_time,
                              std::span<const Decision> decided) {
  impl_->apply_decided(event, origin, log_time, decided);
}
void Partition::finish(Outputs& out) {
  impl_->finish(out);
}
void Partition::encode_dirty(features::StateWriter& out) {
  impl_->encode_dirty(out);
}
void Partition::checkpoint_durable() {
  impl_->checkpoint_durable();
}
std::size_t Partition::dirty_bytes() const {
  return impl_->dirty_bytes();
}
PartitionStats Partition::stats() const {
  return impl_->stats();
}
std::vector<IntegrationReading> Partition::readings(std::size_t limit) const {
  return impl_->readings(limit);
}

}  // namespace outflow::detector
