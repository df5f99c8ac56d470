#include "detector/learning.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "detector/holdings.h"

namespace outflow::detector {
namespace {

constexpr std::int32_t kLongestCatchUp = 60 * 24;  // hours; silence beyond it teaches nothing more
constexpr double kWeekWeight = 0.25;               // of a day's 7 d sum: it overlaps the six before
constexpr std::int32_t kBacklogHours = 24;
constexpr double kNoticeableSilence = 2.0;  // active hours missed
constexpr std::int32_t kDormantDays = 7;

// What score_volume() would say of the window, before calibration. A theft counts as it was, not as it is learnt.
double model_surprise(const Entity& entity, Window window, std::int32_t hour, std::int64_t records, double least) {
  const double news = static_cast<double>(records) - catching_up(entity, window, hour);
  if (news < least) return 0;
  const Band band = entity.baseline.band(window, hour);
  return news <= band.scored_above() ? 0 : -std::log(entity.baseline.tail(window, hour, band, news));
}

bool spoken_of_before(const Episode& episode, std::int32_t first) {
  return episode.uid != 0 && episode.last_hour < first && episode.last_hour >= first - 167;
}

void note_surprise(Entity& entity, Window window, std::int32_t hour, std::int64_t records, double least) {
  float& largest = entity.day_surprise[static_cast<std::size_t>(window)];
  largest = std::max(largest, static_cast<float>(model_surprise(entity, window, hour, records, least)));
}

void learn_hour(Entity& entity, std::int32_t hour, double least) {
  std::int64_t records = entity.cells.at(hour);
  if (records <= 0) return;
  note_surprise(entity, Window::k1h, hour, records, least);
  if (entity.episode.strange && entity.episode.covers(hour)) {
    const double upper = entity.baseline.band(Window::k1h, hour).upper();
    if (static_cast<double>(records) > upper) {
      records = static_cast<std::int64_t>(upper);
      withhold(entity, hour, records);
    }
  }
  entity.baseline.learn(Window::k1h, hour, static_cast<double>(records));
}

std::int64_t largest_sum(const HourCells& cells, std::int32_t length, std::int32_t first_end, std::int32_t last_end) {
  std::int64_t sum = cells.sum(first_end - length + 1, first_end);
  std::int64_t largest = sum;
  for (std::int32_t end = first_end + 1; end <= last_end; ++end) {
    sum += cells.at(end) - cells.at(end - length);
    largest = std::max(largest, sum);
  }
  return largest;
}

void learn_quarter(Entity& entity, std::int32_t last, double least) {
  const std::int64_t most = largest_sum(entity.cells, 6, last - 5, last);
  note_surprise(entity, Window::k6h, last, most, least);
  entity.baseline.learn(Window::k6h, last, static_cast<double>(most));
}

void learn_day(Entity& entity, Tenant& tenant, std::int32_t last, const Standards& standards) {
  const std::array<float, 2> surprise = std::exchange(entity.day_surprise, {});
  const std::int32_t day = day_of(last);
  const std::int32_t first = last - 23;
  entity.baseline.learn_day(day);
  if (entity.cells.cells().empty() || entity.cells.sum(first - 167, last) <= 0) return;
  std::int64_t most_hour = 0;
  for (std::int32_t hour = first; hour <= last; ++hour) most_hour = std::max(most_hour, entity.cells.at(hour));
  const std::array<std::int64_t, kWindows> most = {most_hour, largest_sum(entity.cells, 6, first, last),
                                                   largest_sum(entity.cells, 24, first, last),
                                                   largest_sum(entity.cells, 168, first, last)};
  const bool active = most_hour > 0;
  if (active) {
    Calibration& calibration = tenant.calibrations[static_cast<std::size_t>(entity.type)];
    const double least = standards.least_records;
    const std::array<double, kWindows> e = {surprise[0], surprise[1],
                                            model_surprise(entity, Window::k24h, last, most[2], least),
                                            model_surprise(entity, Window::k7d, last, most[3], least)};
    for (std::size_t i = 0; i < kWindows; ++i) {
      // A week that still holds an earlier day's alert is not odd once more.
      if (i == kWindows - 1 && spoken_of_before(entity.episode, first)) continue;
      calibration.learn(static_cast<Window>(i), e[i], standards.alert_surprise);
    }
  }
  if (active) entity.baseline.learn(Window::k24h, last, static_cast<double>(most[2]));
  entity.baseline.learn(Window::k7d, last, static_cast<double>(most[3]), kWeekWeight);
  for (std::size_t i = 0; i < kWindows; ++i) {
    const auto window = static_cast<Window>(i);
    entity.baseline.learn_peak(window, day, static_cast<double>(most[i]));
    if (active && most[i] > 0) tenant.teach_cohort(entity.type, window, std::log1p(static_cast<double>(most[i])));
  }
  if (active) tenant.dirty = true;
}

}  // namespace

void learn_closed_hours(Entity& entity, Tenant& tenant, const Standards& standards) {
  const std::int32_t limit = tenant.learn_limit();
  if (entity.learnt_until == kNoHour || limit <= entity.learnt_until) return;
  std::int32_t hour = entity.learnt_until;
  if (std::int64_t{limit} - hour > kLongestCatchUp) {
    // The hours that hold anything are learnt; of the long silence after them, only its last part.
    const std::int32_t end = std::max(hour, std::min(limit, entity.last_hour + 1));
    for (; hour < end && std::int64_t{limit} - hour > kLongestCatchUp && hour - entity.learnt_until < 240; ++hour) {
      learn_hour(entity, hour, standards.least_records);
    }
    entity.day_surprise = {};
    hour = std::max(hour, limit - kLongestCatchUp);
  }
  for (; hour < limit; ++hour) {
    learn_hour(entity, hour, standards.least_records);
    const std::int32_t of_day = hour_of_day(hour);
    if (of_day % 6 == 5) learn_quarter(entity, hour, standards.least_records);
    if (of_day == 23) learn_day(entity, tenant, hour, standards);
  }
  entity.learnt_until = limit;
  entity.bounds.hour = kNoHour;
  entity.sums.hour = kNoHour;
}

void note_activity(Entity& entity, std::int32_t hour) {
  if (entity.last_volume_hour == kNoHour) {
    entity.last_volume_hour = hour;
    return;
  }
  if (hour <= entity.last_volume_hour) return;
  const std::int32_t gap_days = day_of(hour) - day_of(entity.last_volume_hour);
  if (hour - entity.last_volume_hour > 1) {
    double missed_hours = 0;
    double missed_records = 0;
    const std::int32_t first = std::max(entity.last_volume_hour + 1, hour - 7 * 24);
    for (std::int32_t silent = hour - 1; silent >= first; --silent) {
      const Band band = entity.baseline.band(Window::k1h, silent);
      missed_hours += band.activity;
      if (hour - silent <= kBacklogHours) missed_records += band.activity * std::expm1(band.mean);
    }
    if (missed_hours >= kNoticeableSilence) {
      entity.woke_hour = hour;
      entity.backlog = static_cast<float>(std::clamp(missed_records, 0.0, 1e15));
      const double usual = std::max<double>(entity.longest_gap_days, kDormantDays - 1);
      entity.woke_surprise = static_cast<float>(gap_days > usual ? std::log((gap_days + 1.0) / (usual + 1.0)) : 0.0);
    }
  }
  if (gap_days > entity.longest_gap_days) {
    entity.longest_gap_days = static_cast<std::uint16_t>(std::min(gap_days, 60'000));
  } else if (gap_days > 0 && entity.longest_gap_days > 7 && day_of(hour) % 28 == 0) {
    --entity.longest_gap_days;
  }
  entity.last_volume_hour = hour;
}

double catching_up(const Entity& entity, Window window, std::int32_t hour) {
  if (entity.backlog <= 0 || entity.woke_hour == kNoHour || hour < entity.woke_hour) return 0;
  if (hour - entity.woke_hour >= hours_of(window) + 5 || entity.novelty.any_news(hour)) return 0;
  const double spent = window == Window::k1h && hour > entity.woke_hour
                           ? static_cast<double>(entity.cells.sum(entity.woke_hour, hour - 1))
                           : 0.0;
  return std::max(0.0, static_cast<double>(entity.backlog) - spent);
}

}  // namespace outflow::detector
