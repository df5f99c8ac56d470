#include "connectors/kafka/audit_machines.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "connectors/kafka/audit_counts.h"
#include "connectors/kafka/dead_letter.h"
#include "connectors/kafka/origin_header.h"
#include "connectors/kafka/pinned_decoders.h"
#include "connectors/kafka/schema_gate.h"
#include "detector/partition.h"

namespace outflow::connectors {
namespace {

constexpr std::uint32_t kSampleEvery = 64;
constexpr std::size_t kReadings = 50;  // integrations a partition shows in metrics
constexpr std::size_t kCanonicalIdLength = 15;
constexpr std::size_t kLongIdLength = 18;
std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

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
  explicit Shared(AuditSettings s) : settings(std::move(s)), decoders(settings.decode), gate(settings.decode) {}
  AuditSettings settings;
  PinnedDecoders decoders;
  SchemaGate gate;
  AuditCounts counts;
  detector::Outputs outputs;
  std::uint32_t until_sample = 0;
};

// Of the decisions of a record: negative numbers are events that were set aside.
std::int32_t set_aside_index(std::int32_t event_index) {
  return -1 - event_index;
}

bool was_set_aside(std::span<const detector::Decision> decided, std::int32_t event_index) {
  return std::ranges::any_of(decided, [event_index](const detector::Decision& decision) {
    return decision.event_index == set_aside_index(event_index);
  });
}

bool lacks_schema(RejectReason reason) {
  return reason == RejectReason::kUnknownSchema || reason == RejectReason::kSchemaPending;
}

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

  bool ready(const detector::LogRecord& record) override {
    return shared_.gate.look(record.value) != SchemaStore::State::kPending;
  }

  bool ready_to_replay(const detector::LogRecord& record, std::span<const detector::Decision> decided) override {
    return was_set_aside(decided, 0) || shared_.gate.look(record.value) == SchemaStore::State::kKnown;
  }

  void replay(const detector::LogRecord& record, std::span<const detector::Decision> decided) override {
    const Reading reading = open(record);
    origin_.offset = record.offset;
    std::int32_t index = 0;
    for (const Decoded* decoded = reading.decoder->next(); decoded != nullptr; decoded = reading.decoder->next()) {
      const std::int32_t at = index++;
      // Its dead letter is committed, or it counts elsewhere.
      if (!decoded->ok() || was_set_aside(decided, at) || !counts_here(record, reading, decoded->event)) continue;
      while (!decided.empty() && decided.front().event_index < at) decided = decided.subspan(1);
      std::size_t own = 0;
      while (own < decided.size() && decided[own].event_index == at) ++own;
      partition_.apply_decided(decoded->event, origin_, record.time, decided.first(own));
    }
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
  // How one record is read.
  struct Reading {
    Decoder* decoder = nullptr;
    std::string_view pinned;
    bool shared = false;  // with other tenants: only events of the key's tenant count
  };

  Reading open(const detector::LogRecord& record) {
    const AuditSettings& settings = shared_.settings;
    Reading reading{.decoder = nullptr, .pinned = settings.pinned_source};
    std::string_view tenant = record.key;
    if (settings.rekeyed) {
      if (settings.header_pins) reading.pinned = record.headers->find(kSourceHeader).value_or(std::string_view());
      if (const std::optional<std::string_view> shared = record.headers->find(kSharedHeader)) {
        reading.shared = true;
        tenant = *shared;
      }
    } else if (tenant.empty()) {
      tenant = record.headers->find(settings.tenant_header).value_or(std::string_view());
    }
    reading.decoder = &shared_.decoders.of(reading.pinned);
    reading.decoder->open(record.value, tenant);
    return reading;
  }

  [[nodiscard]] static bool counts_here(const detector::LogRecord& record, const Reading& reading,
                                        const features::AuditEvent& event) {
    return !reading.shared || same_tenant(record.key, event.tenant_id);
  }

  // The time of the last event, 0 where there was none.
  std::int64_t process(const detector::LogRecord& record, detector::RecordOutputs& outputs) {
    ++shared_.counts.consumed;
    origin_.offset = record.offset;
    const Reading reading = open(record);
    Rejects rejects;
    std::int64_t event_ms = 0;
    std::int32_t index = 0;
    for (const Decoded* decoded = reading.decoder->next(); decoded != nullptr; decoded = reading.decoder->next()) {
      if (!decoded->ok()) {
        reject(record, reading, *decoded, index, rejects, outputs);
      } else if (counts_here(record, reading, decoded->event)) {
        event_ms = decoded->event.event_time.ms;
        take(record, decoded->event, index, outputs);
      }
      ++index;
    }
    return event_ms;
  }

  void take(const detector::LogRecord& record, const features::AuditEvent& event, std::int32_t index,
            detector::RecordOutputs& outputs) {
    shared_.counts.accepted(event);
    if (shared_.settings.keyed_by_users && !same_tenant(record.key, event.tenant_id)) ++shared_.counts.mismatched_keys;
    partition_.apply(event, origin_, record.time, index, shared_.outputs);
    if (!shared_.outputs.alerts.empty() || !shared_.outputs.anomalies.empty() || !shared_.outputs.decisions.empty()) {
      put_out(record, outputs);
    }
  }

  // Of one record.
  struct Rejects {
    std::int32_t seen = 0;
    bool told_elsewhere = false;  // by its first copy
  };

  void reject(const detector::LogRecord& record, const Reading& reading, const Decoded& decoded, std::int32_t index,
              Rejects& rejects, detector::RecordOutputs& outputs) {
    if (rejects.seen++ == 0) rejects.told_elsewhere = reading.shared && record.headers->find(kCopyHeader).has_value();
    if (lacks_schema(decoded.reject)) outputs.decide({record.offset, set_aside_index(index), {}});
    if (rejects.told_elsewhere) return;
    // A schema that is still on its way here was so beyond all waiting.
    const bool late = decoded.reject == RejectReason::kSchemaPending;
    const RejectReason reason = late ? RejectReason::kUnknownSchema : decoded.reject;
    shared_.counts.rejected(reading.pinned, reason);
    if (rejects.seen > kMostDeadLetters) return;
    const std::optional<std::string_view> forwarded = record.headers->find(kOriginHeader);
    const std::string own = format_origin(origin_.topic, record.partition, record.offset);
    DeadLetter letter;
    letter.reason = name_of(reason);
    letter.detail = decoded.detail;
    letter.origin = forwarded.value_or(own);
    letter.key = record.key;
    letter.value = record.value;
    letter.event_index = index;
    letter.with_bytes = shared_.settings.dead_letter_bytes && rejects.seen == 1 &&
                        record.value.size() <= shared_.settings.dead_letter_max_bytes;
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
      shared_.counts.alert(static_cast<std::size_t>(alert.severity));
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

  void describe(WorkerSnapshot& snapshot) const override { shared_.counts.describe(shared_.settings.topic, snapshot); }

 private:
  Shared shared_;
};

}  // namespace

std::unique_ptr<WorkerMachines> make_audit_machines(AuditSettings settings) {
  return std::make_unique<AuditMachines>(std::move(settings));
}

}  // namespace outflow::connectors
