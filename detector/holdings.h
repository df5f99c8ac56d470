// Holdings: what an entity took, as its cells and notes say together, and how postings change it.
//
// Corrections (a late join, the true count after an estimate) may come for hours whose records are not in any window:
// set aside as the estimate of a habit, or withheld from learning as a theft. These functions keep the three apart and
// their sum exact. One thread.
#pragma once

#include <cstdint>

#include "detector/entity.h"

namespace outflow::detector {

struct Change {
  std::int64_t records = 0;    // with sign
  std::int64_t estimated = 0;  // part of `records`, with sign
  std::int64_t aside = 0;      // part of a positive `estimated` that stays out of the windows
};

struct Taken {
  bool kept = false;            // false: older than anything kept; nothing changed
  std::int64_t in_windows = 0;  // what the windows gained or lost
  std::int64_t from_aside = 0;  // what was taken off the records set aside
};

[[nodiscard]] Taken take_in(Entity& entity, std::int32_t hour, const Change& change);

// Leaves at most `most` of the hour's records in the windows; the rest is withheld.
void withhold(Entity& entity, std::int32_t hour, std::int64_t most);

// All it took from hour to hour, over both ends, not below zero.
[[nodiscard]] std::int64_t held(const Entity& entity, std::int32_t first, std::int32_t last);

// Of every window that ends with `hour`, whatever was set aside, withheld or spoken of by a closed alert.
[[nodiscard]] WindowSums held_in_windows(const Entity& entity, std::int32_t hour);

}  // namespace outflow::detector
