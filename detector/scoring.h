// Scoring: how odd the volumes of one entity are in the windows that end with one hour, and all reasons together.
//
// A window is scored only where it holds a material volume above its usual range (Band::scored_above); the rest has
// no evidence by definition, which is also what keeps the cost of an ordinary event to a comparison. Surprises are
// -ln p after calibration. Reasons are combined by Fisher's method, or the strongest stands alone, whichever is
// odder, at the price of two tests. Pure but for the caches of Entity. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "detector/calibration.h"
#include "detector/entity.h"
#include "features/event_time.h"

namespace outflow::detector {

struct WindowScore {
  Window window = Window::k1h;
  double records = 0;    // as counted
  double estimated = 0;  // part of them that is an estimate
  double p_value = 1;    // after calibration
  double surprise = 0;   // -ln of it; 0 = usual
  Band band;
  double peak = 0;  // the largest seen in 45 days
};

struct VolumeScore {
  std::array<WindowScore, kWindows> windows{};
  std::size_t lead = 0;  // the window that tells it best: the shortest that has three quarters of the oddest's surprise
  double surprise = 0;   // of the oddest
  double recent_surprise = 0;  // of the oddest but the 7 d window
  [[nodiscard]] const WindowScore& leading() const { return windows[lead]; }
};

// What else is odd about an owner at the time.
struct Oddities {
  std::array<double, kNoveltyKinds> news{};  // surprise by kind
  double dormancy = 0;
  double newcomer = 0;
  [[nodiscard]] bool any_news() const;
  [[nodiscard]] double total() const;  // nats, all together
};

struct Combined {
  double surprise = 0;
  bool with_oddities = false;  // they took part
};

// The window volumes of the hour, from the entity's cache where it holds that hour.
[[nodiscard]] const WindowSums& sums_for(Entity& entity, std::int32_t hour);

// True if adding brought some window above its usual range into a new step of a twentieth: only then score anew.
[[nodiscard]] bool worth_scoring(Entity& entity, const WindowSums& before, const WindowSums& after, std::int32_t hour,
                                 double least_records);

[[nodiscard]] VolumeScore score_volume(Entity& entity, std::int32_t hour, const Calibration& calibration,
                                       double least_records);
// The same for volumes that are not (or no longer) those of the entity's windows.
[[nodiscard]] VolumeScore score_volume(const Entity& entity, std::int32_t hour, const WindowSums& sums,
                                       const Calibration& calibration, double least_records);
[[nodiscard]] Oddities oddities_of(const Entity& owner, std::int32_t hour);

// Volume alone takes up to three nats more while it is small. Oddities count in full from a hundred times
// `least_records` on, and not at all below `least_records`.
[[nodiscard]] Combined combine_reasons(double volume_surprise, double records, const Oddities& oddities,
                                       double least_records);

// Records a window must hold before it alerts: `alone` where nothing else is odd, down to `least` at twelve nats of
// oddities (an address, an agent and an object it never used, say).
[[nodiscard]] double material_floor(double alone, double least, double oddities);

// True if a window that tells it about as well as the leading one holds `floor` records; the shortest such one leads.
[[nodiscard]] bool lead_by_material_window(VolumeScore& score, double floor);

}  // namespace outflow::detector
