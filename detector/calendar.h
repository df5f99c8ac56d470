// Calendar cells: which part of an entity's weekly rhythm an hour belongs to. UTC; weeks begin on Monday.
//
// 1 h: hour of day x weekday/weekend (48 cells); 6 h: quarter of day x weekday/weekend (8); 24 h: day of week (7);
// 7 d: none. Pure arithmetic, thread-safe, valid for every int32 hour.
#pragma once

#include <cstddef>
#include <cstdint>

#include "detector/window.h"

namespace outflow::detector {

inline constexpr std::size_t kCalendarCells = 48 + 8 + 7;
inline constexpr std::size_t kNoCell = kCalendarCells;

[[nodiscard]] constexpr std::int32_t day_of(std::int32_t hour) noexcept {
  return hour / 24 - (hour % 24 < 0 ? 1 : 0);
}
[[nodiscard]] constexpr std::int32_t hour_of_day(std::int32_t hour) noexcept {
  return hour - day_of(hour) * 24;
}
// 0 = Monday. 1970-01-01 was a Thursday.
[[nodiscard]] constexpr std::int32_t day_of_week(std::int32_t day) noexcept {
  return ((day + 3) % 7 + 7) % 7;
}
[[nodiscard]] constexpr bool is_weekend(std::int32_t day) noexcept {
  return day_of_week(day) >= 5;
}

// The cell of the window that ends with `hour`; kNoCell where the window has none.
[[nodiscard]] constexpr std::size_t cell_of(Window window, std::int32_t hour) noexcept {
  const std::int32_t day = day_of(hour);
  const auto of_day = static_cast<std::size_t>(hour_of_day(hour));
  const std::size_t weekend = is_weekend(day) ? 1 : 0;
  switch (window) {
    case Window::k1h:
      return weekend * 24 + of_day;
    case Window::k6h:
      return 48 + weekend * 4 + of_day / 6;
    case Window::k24h:
      return 56 + static_cast<std::size_t>(day_of_week(day));
    case Window::k7d:
      return kNoCell;
  }
  return kNoCell;
}

}  // namespace outflow::detector
