// The trailing windows in which volume is judged, shortest first.
//
// A window ends with an hour of event time and includes it: "1h" is that hour to date, "6h" it and the five before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace outflow::detector {

enum class Window : std::uint8_t { k1h, k6h, k24h, k7d };

inline constexpr std::size_t kWindows = 4;
inline constexpr std::array<std::int32_t, kWindows> kWindowHours = {1, 6, 24, 168};

[[nodiscard]] constexpr std::int32_t hours_of(Window window) noexcept {
  return kWindowHours[static_cast<std::size_t>(window)];
}

[[nodiscard]] constexpr std::string_view name_of(Window window) noexcept {
  constexpr std::array<std::string_view, kWindows> kNames = {"1h", "6h", "24h", "7d"};
  return kNames[static_cast<std::size_t>(window)];
}

}  // namespace outflow::detector
