// Episode: one stretch of abnormal behaviour of one entity; its alert, and what has been said of it so far.
//
// Opened by an alert, kept open by what still deviates in windows of a day or less (or in the window it began in),
// over once nothing did for kQuietHours of event time. Decisions change it (see decision.h); and it follows its rows:
// when most of them turn out to be another entity's, that entity has the episode, and what is left here is a shadow,
// passed on, whose hours stay explained. A pair of integration and user mirrors the integration's.
#pragma once

#include <cstdint>
#include <limits>

#include "detector/alert.h"
#include "detector/window.h"
#include "features/data_classes.h"
#include "features/fingerprint.h"

namespace outflow::detector {

inline constexpr std::int32_t kQuietHours = 24;
inline constexpr std::int32_t kNoHour = std::numeric_limits<std::int32_t>::min();

struct Episode {
  features::Fingerprint uid = 0;  // 0 = there never was one
  features::Fingerprint incident = 0;
  std::int64_t first_seen_ms = 0;     // event time of the first firing record
  std::int32_t first_hour = kNoHour;  // the hours whose volume the alert speaks of
  std::int32_t last_hour = kNoHour;
  std::int32_t last_fired_hour = kNoHour;
  std::uint32_t revision = 0;
  std::int64_t records = 0;       // as last said
  features::DataClasses classes;  // touched so far
  Severity severity = Severity::kLow;
  Window window = Window::k1h;  // it began in
  bool open = false;
  bool strange = false;    // novelty or a tripwire took part: its volumes are not learnt as they are
  bool estimated = false;  // part of the records last said was an estimate
  bool passed_on = false;  // its alert is another entity's now
  bool by_actor = false;   // the records last said are all its actor's, not the owner's alone

  bool operator==(const Episode&) const = default;

  // The record's volume belongs to this episode's time.
  [[nodiscard]] bool covers(std::int32_t hour) const { return uid != 0 && hour >= first_hour && hour <= last_hour; }
  [[nodiscard]] bool over_at(std::int32_t hour) const {
    return open && std::int64_t{hour} - last_fired_hour > kQuietHours;
  }
};

}  // namespace outflow::detector
