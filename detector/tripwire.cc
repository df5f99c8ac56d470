#include "detector/tripwire.h"

#include <algorithm>
#include <tuple>

#include "detector/calendar.h"

namespace outflow::detector {
namespace {

constexpr std::int32_t kSettleHours = 24;
constexpr double kPlausibleShare = 1.5;
constexpr double kOwnMultiple = 3.0;

float settled(const ObjectSize& size, std::int32_t hour) {
  const bool due = std::int64_t{hour} - size.pending_hour > kSettleHours;
  return due ? std::max(size.known, size.pending) : size.known;
}

}  // namespace

void ObjectSizes::see(std::uint32_t object, double records, std::int32_t hour) {
  if (!(records > 0)) return;
  const auto count = static_cast<float>(std::min(records, 1e15));
  auto found = std::find_if(sizes_.begin(), sizes_.end(), [&](const ObjectSize& s) { return s.object == object; });
  if (found == sizes_.end()) {
    if (sizes_.size() >= kObjects) {
      const auto rank = [](const ObjectSize& s) { return std::tuple(s.last_day, s.known, s.object); };
      sizes_.erase(std::min_element(sizes_.begin(), sizes_.end(),
                                    [&](const ObjectSize& a, const ObjectSize& b) { return rank(a) < rank(b); }));
    }
    sizes_.push_back({object, 0, count, hour, day_of(hour)});
    return;
  }
  found->last_day = std::max(found->last_day, day_of(hour));
  if (count <= found->known) return;
  if (std::int64_t{hour} - found->pending_hour > kSettleHours) {
    found->known = settled(*found, hour);
    found->pending = 0;
  }
  if (count > found->known && count > found->pending) {
    if (found->pending <= 0) found->pending_hour = hour;
    found->pending = count;
  }
}

double ObjectSizes::known(std::uint32_t object, std::int32_t hour) const {
  for (const ObjectSize& size : sizes_) {
    if (size.object == object) return static_cast<double>(settled(size, hour));
  }
  return 0;
}

const ObjectHabit& ObjectHabits::add(std::uint32_t object, double records, std::int32_t day) {
  auto found = std::find_if(habits_.begin(), habits_.end(), [&](const ObjectHabit& h) { return h.object == object; });
  if (found == habits_.end()) {
    if (habits_.size() < kObjects) {
      habits_.push_back({object, day, 0, 0, day});
      found = habits_.end() - 1;
    } else {
      found = std::min_element(habits_.begin(), habits_.end(), [](const ObjectHabit& a, const ObjectHabit& b) {
        return std::tuple(a.day, std::max(a.today, a.largest), a.object) <
               std::tuple(b.day, std::max(b.today, b.largest), b.object);
      });
      *found = {object, day, 0, 0, day};
    }
  }
  if (day > found->day) {
    if (found->today >= found->largest || found->day - found->largest_day > kHabitDays) {
      found->largest = found->today;
      found->largest_day = found->day;
    }
    found->day = day;
    found->today = 0;
  }
  if (day == found->day) {
    found->today = static_cast<float>(std::clamp(found->today + records, 0.0, 1e15));
  }
  if (found->day - found->largest_day > kHabitDays) found->largest = 0;
  return *found;
}

void ObjectHabits::take_back(std::uint32_t object, double records, std::int32_t day) {
  for (ObjectHabit& habit : habits_) {
    if (habit.object != object || day > habit.day) continue;
    float& of_day = day == habit.day ? habit.today : habit.largest;
    if (day == habit.day || day == habit.largest_day) {
      of_day = static_cast<float>(std::max(static_cast<double>(of_day) - records, 0.0));
    }
  }
}

bool trips(const ObjectHabit& habit, double known, double share, double least_records) {
  const double today = habit.today;
  return today >= least_records && known > 0 && today >= share * known && today <= kPlausibleShare * known &&
         today >= kOwnMultiple * habit.largest;
}

}  // namespace outflow::detector
