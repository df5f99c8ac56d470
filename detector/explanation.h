// Explanation: from what was found to an alert that says why, in one plain sentence with numbers.
//
// Pure functions, thread-safe. All text is English, times are UTC. Formats nothing for a SIEM (connectors/siem does).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "detector/alert.h"
#include "detector/episode.h"
#include "detector/scoring.h"
#include "features/audit_event.h"
#include "features/counted_event.h"

namespace outflow::detector {

// One entity that deviates, or the reported one even if it does not by itself.
struct Finding {
  features::EntityType type = features::EntityType::kIntegration;
  VolumeScore volume;
  Combined combined;
  std::uint32_t days = 0;  // its baseline knows
};

struct Trip {
  bool tripped = false;
  std::string_view object;
  double today = 0;
  double known = 0;
  double largest_before = 0;
};

// What an alert said before it was corrected.
struct Restated {
  std::int64_t records = 0;
  bool estimated = false;
  std::string_view other;  // the entity whose the records were held to be, or whose they are; empty: the same
  bool elsewhere = false;  // `other` is whose they are, and has an alert of its own
};

// Everything an alert is made of. Views live as long as the event in hand.
struct Case {
  const features::AuditEvent* event = nullptr;
  const Origin* origin = nullptr;
  features::LogTime log_time;
  std::int32_t hour = 0;
  std::string_view tenant_id;
  features::EntityType type = features::EntityType::kIntegration;  // reported
  std::string_view id;
  std::string_view name;
  features::Owner owner;  // of the firing rows
  features::Owner actor;
  std::array<Finding, 5> findings{};
  std::size_t found = 0;
  std::size_t main = 0;  // index of the finding that speaks
  Oddities oddities;
  Trip trip;
  bool newcomer_rule = false;
  std::int32_t first_hour = kNoHour;  // of the owner
  double surprise = 0;                // of the case as a whole
  double threshold = 0;               // at which it is an alert
  features::DataClasses classes;      // of data, touched in the window that leads or in the episode so far
  std::optional<Restated> restated;

  [[nodiscard]] const Finding& speaking() const { return findings[main]; }
  [[nodiscard]] const WindowScore& leading() const { return speaking().volume.leading(); }
  [[nodiscard]] bool strange() const { return trip.tripped || newcomer_rule || oddities.any_news(); }
};

// Strange: novelty or a tripwire took part. Then secrets, or free text that may hold some, are a step more severe.
[[nodiscard]] Severity severity_of(double records, double expected, bool strange, features::DataClasses classes);
[[nodiscard]] Alert explain(const Case& finding, const Episode& episode);
[[nodiscard]] std::string uid_text(features::Fingerprint uid);

// "1,200,000"; fractions are rounded, what is not a number is "0".
[[nodiscard]] std::string with_thousands(double number);
// "17 Aug".
[[nodiscard]] std::string date(features::EventTime time);
// "11:15 UTC on 17 Aug".
[[nodiscard]] std::string moment(features::EventTime time);

}  // namespace outflow::detector
