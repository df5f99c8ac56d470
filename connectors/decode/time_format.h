// TimeFormat: how a mapping says that a source writes its times.
//
// Without one every usual form is read (event_clock.h). Immutable once made; const use from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "features/event_time.h"

namespace outflow::connectors {

struct TimeFormat {
  enum class Kind : std::uint8_t { kAny, kIso, kEpochS, kEpochMs, kEpochUs, kEpochNs, kPattern };
  Kind kind = Kind::kAny;
  std::string pattern;
};

// What is wrong with the text of a format; empty where it is one.
[[nodiscard]] std::string parse_time_format(std::string_view text, TimeFormat& format);
// `+02:00`, `-0330`, `Z`, `UTC`; nullopt where it is none.
[[nodiscard]] std::optional<int> parse_zone(std::string_view text);

// nullopt where the text is not of this form or out of range. `zone_minutes` holds where the text names no zone.
[[nodiscard]] std::optional<features::EventTime> read_time(std::string_view text, const TimeFormat& format,
                                                           int zone_minutes) noexcept;

}  // namespace outflow::connectors
