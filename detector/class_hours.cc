#include "detector/class_hours.h"

#include <algorithm>

namespace outflow::detector {

using features::DataClasses;

void ClassHours::note(DataClasses classes, std::int32_t hour) {
  if (hour != latest_hour_) latest_ = {};
  latest_hour_ = hour;
  latest_ |= classes;
  for (unsigned number = 0; number < DataClasses::kMost; ++number) {
    if ((classes.bits() >> number & 1U) == 0) continue;
    const auto found = std::lower_bound(touched_.begin(), touched_.end(), number,
                                        [](const Touched& known, unsigned wanted) { return known.number < wanted; });
    if (found == touched_.end() || found->number != number) {
      touched_.insert(found, {static_cast<std::uint8_t>(number), hour});
    } else {
      found->hour = std::max(found->hour, hour);
    }
  }
}

DataClasses ClassHours::since(std::int32_t first) const {
  std::uint32_t bits = 0;
  for (const Touched& known : touched_) {
    if (known.hour >= first) bits |= 1U << known.number;
  }
  return DataClasses(bits);
}

}  // namespace outflow::detector
