// Reading the times that logs write, in every form they write them.
//
// Forms: yyyyMMddHHmmss[.SSS], ISO 8601 with `T` or a space, with Z, +0000, +00:00, +00, another offset or none
// (then UTC), epoch seconds, milliseconds, microseconds or nanoseconds as a number or a decimal string, told apart
// by their number of digits. Years 1970 to 2200; a leap second counts as the second before it; 24:00 is refused.
// Pure and thread-safe; never allocates.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "features/event_time.h"

namespace outflow::connectors {

// nullopt where the text is none of these forms or out of range. `zone_minutes` holds where the text names no zone.
[[nodiscard]] std::optional<features::EventTime> parse_event_time(std::string_view text, int zone_minutes = 0) noexcept;

// A time by its parts. What is not said is the beginning: of the month, of the day.
struct CivilTime {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0;
  int offset_minutes = 0;  // east of UTC
};
// nullopt where there is no such time, or none that is accepted.
[[nodiscard]] std::optional<features::EventTime> from_civil_time(const CivilTime& time) noexcept;
[[nodiscard]] std::optional<features::EventTime> time_in_range(std::int64_t ms) noexcept;

// Z, UTC, GMT, +hh, +hhmm or +hh:mm; nothing leaves `offset_minutes` as it is. False where it is something else.
[[nodiscard]] bool read_zone(std::string_view text, int& offset_minutes) noexcept;

}  // namespace outflow::connectors
