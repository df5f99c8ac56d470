// Reading the times that logs write, in every form they write them.
//
// Forms: yyyyMMddHHmmss[.SSS], ISO 8601 with `T` or a space, with Z, +0000, +00:00, +00, another offset or none
// (then UTC), epoch seconds, milliseconds, microseconds or nanoseconds as a number or a decimal string, told apart
// by their number of digits. Years 1970 to 2200; a leap second counts as the second before it; 24:00 is refused.
// Pure and thread-safe; never allocates.
#pragma once

#include <optional>
#include <string_view>

#include "features/event_time.h"

namespace outflow::connectors {

// nullopt where the text is none of these forms or out of range.
[[nodiscard]] std::optional<features::EventTime> parse_event_time(std::string_view text) noexcept;

}  // namespace outflow::connectors
