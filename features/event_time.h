// Two kinds of time that never mix: when something happened in the CRM, and when the log took the record in.
//
// All values are UTC. Nothing below connectors/ reads a wall clock: time is the events' own.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace outflow::features {

inline constexpr std::int64_t kMsPerSecond = 1000;
inline constexpr std::int64_t kMsPerHour = 3'600'000;
inline constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;

// When the event happened, in milliseconds since 1970-01-01T00:00:00Z.
struct EventTime {
  std::int64_t ms = 0;
  auto operator<=>(const EventTime&) const = default;
};

// When the input log took the record in (Kafka's record timestamp; in `replay` the highest event time read so far).
struct LogTime {
  std::int64_t ms = 0;
  auto operator<=>(const LogTime&) const = default;
};

// Hours since the epoch: the unit in which state is kept, paged and forgotten. Floors, also before 1970.
struct EventHour {
  std::int32_t hour = 0;
  auto operator<=>(const EventHour&) const = default;
};

[[nodiscard]] constexpr EventHour hour_of(EventTime time) noexcept {
  std::int64_t hour = time.ms / kMsPerHour;
  if (time.ms % kMsPerHour < 0) --hour;
  constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
  return {static_cast<std::int32_t>(hour < kLow ? kLow : hour > kHigh ? kHigh : hour)};
}

[[nodiscard]] constexpr EventTime start_of(EventHour hour) noexcept {
  return {hour.hour * kMsPerHour};
}

}  // namespace outflow::features
