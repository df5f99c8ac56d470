// Tripwire: how much of an object one entity took in a day, against the object's known size.
//
// ObjectSizes (per tenant) holds the largest count one unrestricted volume ever showed for an object. A size becomes
// known a day after it was seen, so that a theft does not set its own yardstick. ObjectHabits (per entity) holds the
// day's volume and the largest day of the last 28 for the objects it reads most. Both are bounded. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace outflow::detector {

struct ObjectSize {
  std::uint32_t object = 0;
  float known = 0;    // 0 = not known yet
  float pending = 0;  // seen within the last day
  std::int32_t pending_hour = 0;
  std::int32_t last_day = 0;
};

class ObjectSizes {
 public:
  static constexpr std::size_t kObjects = 256;  // a tenant; the one idle longest goes first

  void see(std::uint32_t object, double records, std::int32_t hour);
  // 0 where no size was known a day before `hour`.
  [[nodiscard]] double known(std::uint32_t object, std::int32_t hour) const;

 private:
  friend struct ObjectSizesCodec;
  std::vector<ObjectSize> sizes_;
};

struct ObjectHabit {
  std::uint32_t object = 0;
  std::int32_t day = 0;
  float today = 0;    // records on `day`
  float largest = 0;  // of the days before, within 28
  std::int32_t largest_day = 0;
};

class ObjectHabits {
 public:
  static constexpr std::size_t kObjects = 8;
  static constexpr std::int32_t kHabitDays = 28;

  // The habit after adding; records of days before the habit's own day are not added (late: volume evidence has them).
  const ObjectHabit& add(std::uint32_t object, double records, std::int32_t day);
  // A correction: they were fewer, or another's.
  void take_back(std::uint32_t object, double records, std::int32_t day);

 private:
  friend struct TripwireCodec;
  std::vector<ObjectHabit> habits_;
};

// Whether the day's share trips: at least `share` of a size that is plausible, three times the own largest day, and
// `least_records`. A day above half as much again as the known size says the size is wrong, not that it was all taken.
[[nodiscard]] bool trips(const ObjectHabit& habit, double known, double share, double least_records);

}  // namespace outflow::detector
