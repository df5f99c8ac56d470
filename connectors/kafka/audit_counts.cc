#include "connectors/kafka/audit_counts.h"

#include <algorithm>

namespace outflow::connectors {
namespace {

constexpr std::array<std::string_view, AuditCounts::kSeverities> kSeverityNames = {"",       "",     "low",
                                                                                   "medium", "high", "critical"};
constexpr std::string_view kOther = "other";
constexpr std::string_view kUnknown = "unknown";

}  // namespace

AuditCounts::Accepted& AuditCounts::of_mapping(std::string_view name) {
  for (Mapping& mapping : mappings_) {
    if (mapping.name == name) return mapping.accepted;
  }
  if (mappings_.size() == kMostMappings) return built_in_[static_cast<std::size_t>(features::Source::kMapped)];
  return mappings_.emplace_back(Mapping{std::string(name), {}}).accepted;
}

void AuditCounts::accepted(const features::AuditEvent& event) {
  const bool mapped = event.source == features::Source::kMapped;
  Accepted& counts = mapped ? of_mapping(event.source_name) : built_in_[static_cast<std::size_t>(event.source)];
  ++counts.events;
  counts.newest_ms = std::max(counts.newest_ms, event.event_time.ms);
}

void AuditCounts::rejected(std::string_view pinned, RejectReason reason) {
  const std::string_view source = pinned.empty() ? kUnknown : pinned;
  const auto index = static_cast<std::size_t>(reason);
  for (Rejected& known : rejected_) {
    if (known.source == source) {
      ++known.reasons[index];
      return;
    }
  }
  if (rejected_.size() > kMostMappings && source != kOther) return rejected(kOther, reason);
  ++rejected_.emplace_back(Rejected{std::string(source), {}}).reasons[index];
}

void AuditCounts::describe(const std::string& topic, WorkerSnapshot& snapshot) const {
  snapshot.consumed_by_topic[topic] = consumed;
  snapshot.mismatched_keys = mismatched_keys;
  for (const Rejected& source : rejected_) {
    for (std::size_t i = 0; i < kRejectReasons; ++i) {
      if (source.reasons[i] == 0) continue;
      const std::string reason(name_of(static_cast<RejectReason>(i)));
      snapshot.rejected[{source.source, reason}] = source.reasons[i];
      snapshot.dead_letters[reason] += source.reasons[i];
    }
  }
  for (std::size_t i = 2; i < kSeverities; ++i) {
    snapshot.alerts_by_severity[std::string(kSeverityNames[i])] = alerts_[i];
  }
  const auto show = [&snapshot](std::string_view name, const Accepted& counts) {
    if (counts.events == 0) return;
    snapshot.events_by_source[std::string(name)] = counts.events;
    snapshot.newest_event_ms_by_source[std::string(name)] = counts.newest_ms;
  };
  for (std::size_t i = 0; i < built_in_.size(); ++i) {
    const auto source = static_cast<features::Source>(i);
    show(source == features::Source::kMapped ? kOther : features::name_of(source), built_in_[i]);
  }
  for (const Mapping& mapping : mappings_) show(mapping.name, mapping.accepted);
  snapshot.event_processing = processing;
  snapshot.event_age = age;
  snapshot.detection_latency = detection;
}

}  // namespace outflow::connectors
