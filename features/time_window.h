// TimeWindow: narrows a count to event times [from, to), exactly, though counting knows whole hours only.
//
// Its clock is stretched: an hour is put in before `from` and another before `to`, so that no hour of the stretched
// clock holds times of both sides. What a group of records was worth at either moment then falls on an hour's end, and
// the counter's sums by hour are the sums of the window. Order and distances within a side stay. A pure value.
#pragma once

#include <optional>

#include "features/event_time.h"

namespace outflow::features {

struct TimeWindow {
  std::optional<EventTime> from, to;  // from <= to

  [[nodiscard]] EventTime stretched(EventTime time) const noexcept {
    const bool begun = from && time >= *from;
    const bool over = to && time >= *to;
    return {time.ms + (begun ? kMsPerHour : 0) + (over ? kMsPerHour : 0)};
  }
  [[nodiscard]] EventTime original(EventTime time) const noexcept {
    const std::int64_t before_end = from ? 2 * kMsPerHour : kMsPerHour;
    if (to && time.ms >= to->ms + before_end) return {time.ms - before_end};
    if (from && time.ms >= from->ms + kMsPerHour) return {time.ms - kMsPerHour};
    return time;
  }
  // Of an hour of the stretched clock: is it inside, and which hour of the day it was part of.
  [[nodiscard]] bool holds(std::int32_t hour) const noexcept {
    if (from && hour < hour_of(*from).hour + 1) return false;
    return !to || hour <= hour_of(EventTime{to->ms - 1}).hour + (from ? 1 : 0);
  }
  [[nodiscard]] std::int32_t original_hour(std::int32_t hour) const noexcept {
    if (to && hour > hour_of(EventTime{to->ms - 1}).hour + (from ? 1 : 0)) return hour - (from ? 2 : 1);
    return from && hour >= hour_of(*from).hour + 1 ? hour - 1 : hour;
  }
};

}  // namespace outflow::features
