#include "connectors/kafka/audit_machines.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "connectors/kafka/dead_letter.h"
#include "connectors/kafka/origin_header.h"
#include "detector/partition.h"

namespace outflow::connectors {
namespace {

constexpr std::uint32_t kSampleEvery = 64;
constexpr std::size_t kReadings = 50;  // integrations a partition shows in metrics
constexpr std::size_t kCanonicalIdLength = 15;
constexpr std::size_t kLongIdLength = 18;
constexpr std::size_t kReasons = 32;
constexpr std::array<std::string_view, 6> kSeverities = {"", "", "low", "medium", "high", "critical"};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What one worker counts; plain memory of its thread.
struct Counts {
  std::uint64_t consumed = 0;
  std::uint64_t mismatched_keys = 0;
  std::array<std::uint64_t, kReasons> rejected{};
  std::array<std::uint64_t, kSeverities.size()> alerts{};
  std::array<std::uint64_t, features::kSources> events{};
  std::array<std::int64_t, features::kSources> newest_ms{};
  LatencyHistogram processing;
  LatencyHistogram age;
  LatencyHistogram detection;
};

// Keys of 18 characters name the same org as their first 15.
bool same_tenant(std::string_view key, std::string_view tenant) {
  if (key == tenant) return true;
  return key.size() == kLongIdLength && tenant.size() == kCanonicalIdLength && key.starts_with(tenant);
}

std::string anomaly_json(const detector::Anomaly& anomaly) {
  const nlohmann::ordered_json json = {
      {"tenant_id", anomaly.tenant_id}, {"entity_type", features::name_of(anomaly.entity_type)},
      {"entity", anomaly.entity_id},    {"time", anomaly.time.ms},
      {"p_value", anomaly.p_value},     {"sentence", anomaly.sentence}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct Shared {
  explicit Shared(AuditSettings s) : settings(std::move(s)), decoder(settings.decode) {}
  AuditSettings settings;
  Decoder decoder;
  Counts counts;
  detector::Outputs outputs;
  std::uint32_t until_sample = 0;
};

class AuditMachine final : public detector::RecordMachine {
 public:
  AuditMachine(Shared& shared, std::int32_t partition, const features::StateReader& cold)
      : shared_(shared), partition_(shared.settings.detection, &cold) {
    origin_.topic = shared.settings.topic;
    origin_.partition = partition;
  }

  Result<> load() override { return partition_.load(); }

  void apply(const detector::LogRecord& record, detector::RecordOutputs& outputs) override {
    if (shared_.until_sample-- > 0) {
      process(record, outputs);
      return;
    }
    shared_.until_sample = kSampleEvery - 1;
    const auto begin = std::chrono::steady_clock::now();
    const std::int64_t event_ms = process(record, outputs);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    shared_.counts.processing.observe(took.count(), kSampleEvery);
    if (event_ms > 0) {
      const double age = static_cast<double>(wall_ms() - event_ms) / 1000.0;
      shared_.counts.age.observe(std::max(0.0, age), kSampleEvery);
    }
  }

  void replay(const detector::LogRecord& record, std::span<const detector::Decision> decided) override {
    const Decoded& decoded = shared_.decoder.decode_json(record.value, tenant_of(record));
    if (!decoded.ok()) return;  // its dead letter is committed
    origin_.offset = record.offset;
    partition_.apply_decided(decoded.event, origin_, record.time, decided);
  }

  void encode_dirty(features::StateWriter& out) override { partition_.encode_dirty(out); }
  void checkpoint_durable() override { partition_.checkpoint_durable(); }
  [[nodiscard]] std::size_t dirty_bytes() const override { return partition_.dirty_bytes(); }

  void outputs_committed() override {
    if (raised_ms_.empty()) return;
    const std::int64_t now = wall_ms();
    for (const std::int64_t raised : raised_ms_) {
      shared_.counts.detection.observe(std::max(0.0, static_cast<double>(now - raised) / 1000.0));
    }
    raised_ms_.clear();
  }

  [[nodiscard]] const detector::Partition& partition() const { return partition_; }

 private:
  // The event's time, 0 where there was no event.
  std::int64_t process(const detector::LogRecord& record, detector::RecordOutputs& outputs) {
    ++shared_.counts.consumed;
    const Decoded& decoded = shared_.decoder.decode_json(record.value, tenant_of(record));
    if (!decoded.ok()) {
      reject(record, decoded, outputs);
      return 0;
    }
    const features::AuditEvent& event = decoded.event;
    const auto source = static_cast<std::size_t>(event.source);
    ++shared_.counts.events[source];
    shared_.counts.newest_ms[source] = std::max(shared_.counts.newest_ms[source], event.event_time.ms);
    if (shared_.settings.keyed_by_users && !same_tenant(record.key, event.tenant_id)) ++shared_.counts.mismatched_keys;
    const std::int64_t event_ms = event.event_time.ms;
    origin_.offset = record.offset;
    partition_.apply(event, origin_, record.time, /*event_index=*/0, shared_.outputs);
    if (!shared_.outputs.alerts.empty() || !shared_.outputs.anomalies.empty() || !shared_.outputs.decisions.empty()) {
      put_out(record, outputs);
    }
    return event_ms;
  }

  // What the transport says: the key, or the header that names the tenant.
  [[nodiscard]] std::string_view tenant_of(const detector::LogRecord& record) const {
    if (!record.key.empty()) return record.key;
    return record.headers->find(shared_.settings.tenant_header).value_or(std::string_view());
  }

  void reject(const detector::LogRecord& record, const Decoded& decoded, detector::OutputSink& outputs) {
    ++shared_.counts.rejected[std::min(static_cast<std::size_t>(decoded.reject), kReasons - 1)];
    const std::optional<std::string_view> forwarded = record.headers->find(kOriginHeader);
    const std::string own = format_origin(origin_.topic, record.partition, record.offset);
    DeadLetter letter;
    letter.reason = name_of(decoded.reject);
    letter.detail = decoded.detail;
    letter.origin = forwarded.value_or(own);
    letter.key = record.key;
    letter.value = record.value;
    letter.with_bytes =
        shared_.settings.dead_letter_bytes && record.value.size() <= shared_.settings.dead_letter_max_bytes;
    send_dead_letter(outputs, record.partition, letter);
  }

  void put_out(const detector::LogRecord& record, detector::RecordOutputs& outputs) {
    for (detector::Alert& alert : shared_.outputs.alerts) {
      cite_origin(record, alert);
      const std::string revision = std::to_string(alert.revision);
      const std::array<detector::OutputHeader, 2> headers = {
          {{"outflow-alert-uid", alert.uid}, {"outflow-revision", revision}}};
      outputs.send(detector::Stream::kAlerts, record.partition, alert.tenant_id, shared_.settings.render_alert(alert),
                   headers);
      ++shared_.counts.alerts[std::min(static_cast<std::size_t>(alert.severity), kSeverities.size() - 1)];
      raised_ms_.push_back(record.time.ms);
    }
    for (const detector::Decision& decision : shared_.outputs.decisions) outputs.decide(decision);
    for (const detector::Anomaly& anomaly : shared_.outputs.anomalies) {
      outputs.send(detector::Stream::kAnomalies, record.partition, anomaly.tenant_id, anomaly_json(anomaly), {});
    }
    shared_.outputs.clear();
  }

  // Looked up only for the few records that fire: reading headers costs an allocation.
  void cite_origin(const detector::LogRecord& record, detector::Alert& alert) const {
    if (alert.origin.offset != record.offset || alert.origin.topic != origin_.topic) return;
    if (const std::optional<std::string_view> text = record.headers->find(kOriginHeader)) {
      (void)parse_origin(*text, alert.origin);
    }
    if (const std::optional<std::string_view> text = record.headers->find(kOriginTimeHeader)) {
      (void)parse_origin_time(*text, alert.raised.ms);
    }
  }

  Shared& shared_;
  detector::Partition partition_;
  detector::Origin origin_;
  std::vector<std::int64_t> raised_ms_;  // of alerts not committed yet
};

class AuditMachines final : public WorkerMachines {
 public:
  explicit AuditMachines(AuditSettings settings) : shared_(std::move(settings)) {}

  std::unique_ptr<detector::RecordMachine> create(std::int32_t partition, const features::StateReader& cold) override {
    return std::make_unique<AuditMachine>(shared_, partition, cold);
  }
  [[nodiscard]] std::uint32_t decoder_version() const override { return kDecoderVersion; }

  void describe(const detector::RecordMachine& machine, PartitionSnapshot& partition) const override {
    const auto& audit = static_cast<const AuditMachine&>(machine);
    partition.stats = audit.partition().stats();
    partition.integrations = audit.partition().readings(kReadings);
  }

  void describe(WorkerSnapshot& snapshot) const override {
    const Counts& counts = shared_.counts;
    snapshot.consumed_by_topic[shared_.settings.topic] = counts.consumed;
    snapshot.mismatched_keys = counts.mismatched_keys;
    for (std::size_t i = 0; i < kReasons; ++i) {
      if (counts.rejected[i] == 0) continue;
      const std::string reason(name_of(static_cast<RejectReason>(i)));
      snapshot.rejected[{"salesforce", reason}] = counts.rejected[i];
      snapshot.dead_letters[reason] = counts.rejected[i];
    }
    for (std::size_t i = 2; i < kSeverities.size(); ++i) {
      snapshot.alerts_by_severity[std::string(kSeverities[i])] = counts.alerts[i];
    }
    for (std::size_t i = 0; i < features::kSources; ++i) {
      if (counts.events[i] == 0) continue;
      const std::string source(features::name_of(static_cast<features::Source>(i)));
      snapshot.events_by_source[source] = counts.events[i];
      snapshot.newest_event_ms_by_source[source] = counts.newest_ms[i];
    }
    snapshot.event_processing = counts.processing;
    snapshot.event_age = counts.age;
    snapshot.detection_latency = counts.detection;
  }

 private:
  Shared shared_;
};

}  // namespace

std::unique_ptr<WorkerMachines> make_audit_machines(AuditSettings settings) {
  return std::make_unique<AuditMachines>(std::move(settings));
}

}  // namespace outflow::connectors
