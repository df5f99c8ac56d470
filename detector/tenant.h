// Tenant: what is shared by the entities of one org: its clock, cohorts, newcomers, object sizes, open incident.
//
// The clock is event time: per kind of source the highest event time seen, never beyond the log's time + 1 h. Learning
// follows the slowest source that spoke within three days, so that rows of a slow source are there when their hour
// is learnt. One thread. All fields are persisted but `dirty`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "detector/baseline.h"
#include "detector/calibration.h"
#include "detector/episode.h"
#include "detector/tripwire.h"
#include "detector/unsaid.h"
#include "features/counted_event.h"

namespace outflow::detector {

inline constexpr std::size_t kEntityTypes = 5;

// The cohort's ln(1 + records): exponentially forgotten mean, for the prior of newcomers.
struct Cohort {
  std::array<float, kWindows> mean{};
  float weight = 0;  // samples, capped
};

struct Newcomers {
  std::uint16_t days = 0;  // on which somebody of the type was new
  std::int32_t last_day = 0;
};

struct Tenant {
  features::Fingerprint key = 0;
  std::string id;
  std::int32_t first_hour = kNoHour;
  std::array<std::int64_t, features::kSourceSlots> watermark_ms{};  // 0 = silent so far
  std::uint32_t entities = 0;
  std::array<Cohort, kEntityTypes> cohorts{};
  std::array<Newcomers, kEntityTypes> newcomers{};
  std::array<Calibration, kEntityTypes> calibrations;
  ObjectSizes sizes;
  features::Fingerprint incident = 0;
  std::int64_t incident_last_ms = 0;  // event time of its latest alert
  std::vector<Unsaid> unsaid;         // at most kMostUnsaid
  bool dirty = false;

  [[nodiscard]] std::int64_t watermark() const;
  // The first hour that may not be learnt yet: a day behind the slowest source.
  [[nodiscard]] std::int32_t learn_limit() const;
  void advance(const features::AuditEvent& event, features::LogTime log);

  [[nodiscard]] Prior prior_for(features::EntityType type) const;
  [[nodiscard]] const Calibration& calibration_of(features::EntityType type) const {
    return calibrations[static_cast<std::size_t>(type)];
  }
  void teach_cohort(features::EntityType type, Window window, double log_volume);
  // Notes a newcomer; how rare newcomers of the type are, 0 in the tenant's first week.
  double greet(features::EntityType type, std::int32_t hour);
};

}  // namespace outflow::detector
