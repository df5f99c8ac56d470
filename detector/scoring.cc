#include "detector/scoring.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "detector/learning.h"
#include "detector/tail.h"

namespace outflow::detector {
namespace {

constexpr double kLeadShare = 0.75;
constexpr double kFullMateriality = 100.0;  // times the least
constexpr double kFullOddities = 12.0;      // nats
constexpr double kImmaterialNats = 3.0;
constexpr double kTwoTests = 0.6931471805599453;  // ln 2
constexpr std::int32_t kNewcomerHours = 72;

// Sixteen steps an octave: the top bits of the double. A pure function of the volume, so that what is scored does
// not depend on when the state was last read back.
std::uint64_t step_of(std::int64_t records) {
  return std::bit_cast<std::uint64_t>(static_cast<double>(records)) >> 48;
}

void refresh_bounds(Entity& entity, std::int32_t hour) {
  if (entity.bounds.hour == hour) return;
  entity.bounds.hour = hour;
  for (std::size_t i = 0; i < kWindows; ++i) {
    entity.bounds.scored_above[i] = entity.baseline.band(static_cast<Window>(i), hour).scored_above();
  }
}

}  // namespace

bool Oddities::any_news() const {
  return std::any_of(news.begin(), news.end(), [](double surprise) { return surprise > 0; });
}

double Oddities::total() const {
  return std::accumulate(news.begin(), news.end(), dormancy + newcomer);
}

double material_floor(double alone, double least, double oddities) {
  if (!(least > 0) || alone <= least) return least;
  return alone * std::pow(least / alone, std::clamp(oddities / kFullOddities, 0.0, 1.0));
}

bool lead_by_material_window(VolumeScore& score, double floor) {
  if (score.leading().records >= floor) return true;
  for (std::size_t i = 0; i < kWindows; ++i) {
    const WindowScore& window = score.windows[i];
    if (window.records < floor || window.surprise <= 0 || window.surprise < kLeadShare * score.surprise) continue;
    score.lead = i;
    return true;
  }
  return false;
}

const WindowSums& sums_for(Entity& entity, std::int32_t hour) {
  if (entity.sums.hour != hour) {
    const bool skip = entity.episode.uid != 0 && !entity.episode.open;
    entity.sums.hour = hour;
    entity.sums.sums = entity.cells.ending_with(hour, skip ? entity.episode.first_hour : kNoHour + 1,
                                                skip ? entity.episode.last_hour : kNoHour);
  }
  return entity.sums.sums;
}

bool worth_scoring(Entity& entity, const WindowSums& before, const WindowSums& after, std::int32_t hour,
                   double least_records) {
  if (static_cast<double>(after[kWindows - 1]) < least_records) return false;
  refresh_bounds(entity, hour);
  for (std::size_t i = 0; i < kWindows; ++i) {
    const auto records = static_cast<double>(after[i]);
    if (records >= least_records && records > entity.bounds.scored_above[i] &&
        step_of(after[i]) != step_of(before[i])) {
      return true;
    }
  }
  return false;
}

VolumeScore score_volume(Entity& entity, std::int32_t hour, const Calibration& calibration, double least_records) {
  return score_volume(entity, hour, sums_for(entity, hour), calibration, least_records);
}

VolumeScore score_volume(const Entity& entity, std::int32_t hour, const WindowSums& sums,
                         const Calibration& calibration, double least_records) {
  VolumeScore score;
  for (std::size_t i = 0; i < kWindows; ++i) {
    WindowScore& of = score.windows[i];
    of.window = static_cast<Window>(i);
    of.records = static_cast<double>(sums[i]);
    if (!entity.notes.empty()) {
      const std::int64_t estimated = entity.notes.estimated(hour - kWindowHours[i] + 1, hour);
      of.estimated = static_cast<double>(std::min(estimated, sums[i]));
    }
    of.band = entity.baseline.band(of.window, hour);
    of.peak = entity.baseline.largest_peak(of.window, day_of(hour));
    const double news = of.records - catching_up(entity, of.window, hour);
    if (of.records < least_records || news < least_records || news <= of.band.scored_above()) continue;
    of.surprise = calibration.surprise(of.window, entity.baseline.tail(of.window, hour, of.band, news));
    of.p_value = std::exp(-of.surprise);
    score.surprise = std::max(score.surprise, of.surprise);
    if (of.window != Window::k7d) score.recent_surprise = std::max(score.recent_surprise, of.surprise);
  }
  while (score.lead + 1 < kWindows && score.windows[score.lead].surprise < kLeadShare * score.surprise) ++score.lead;
  return score;
}

Oddities oddities_of(const Entity& owner, std::int32_t hour) {
  Oddities odd;
  for (std::size_t kind = 0; kind < kNoveltyKinds; ++kind) {
    odd.news[kind] = owner.novelty.surprise(static_cast<NoveltyKind>(kind), hour);
  }
  if (owner.woke_hour != kNoHour && hour >= owner.woke_hour && hour - owner.woke_hour < 24) {
    odd.dormancy = static_cast<double>(owner.woke_surprise);
  }
  if (hour - owner.first_hour < kNewcomerHours) odd.newcomer = static_cast<double>(owner.newcomer_surprise);
  return odd;
}

Combined combine_reasons(double volume_surprise, double records, const Oddities& oddities, double least_records) {
  Combined combined{volume_surprise, false};
  if (!(volume_surprise > 0)) return combined;
  const double material =
      std::clamp(std::log(std::max(records / least_records, 1.0)) / std::log(kFullMateriality), 0.0, 1.0);
  double sum = volume_surprise;
  int reasons = 1;
  const auto add = [&](double surprise) {
    if (surprise <= 0) return;
    sum += material * surprise;
    ++reasons;
  };
  for (const double surprise : oddities.news) add(surprise);
  add(oddities.dormancy);
  add(oddities.newcomer);
  if (reasons == 1) {
    // Volume alone has to matter: below a hundred times the least it takes up to three nats more.
    combined.surprise = std::max(volume_surprise - kImmaterialNats * (1.0 - material), 0.0);
    return combined;
  }
  const double together = -std::log(fisher_combined(sum, reasons)) - kTwoTests;
  if (together > volume_surprise) combined = {together, true};
  return combined;
}

}  // namespace outflow::detector
