#include "detector/baseline.h"

#include <algorithm>
#include <cmath>

#include "detector/tail.h"

namespace outflow::detector {
namespace {

// Prior: four degrees of freedom and a scale of about 1.7 nats, so that a first hour is judged, but not harshly.
constexpr float kPriorKappa = 0.25F;
constexpr float kPriorAlpha = 2.0F;
constexpr float kPriorBeta = 1.2F;
// Forgetting faster did better than longer memory (docs/detection.md).
constexpr double kKappaCap = 60.0;
constexpr double kAlphaCap = 12.0;
constexpr double kWinsorSigmas = 3.0;
constexpr double kFullWeightSigmas = 2.5;
constexpr double kUntriedCellWeight = 0.3;  // of variation seen before a cell is known, for the scale
constexpr double kScaleFloor = 0.35;
constexpr double kCellShrinkage = 2.0;
constexpr double kScoredSigmas = 1.4;
constexpr double kPeakSlack = 1.25;  // a peak seen before, and a quarter, is still the same
constexpr double kLowMean = 20.0;
constexpr std::uint16_t kWeekdaysCap = 60;
constexpr std::uint16_t kWeekendCap = 24;
constexpr std::uint16_t kDaysCap = 20'000;

double predictive_scale(const LogVolume& volume) {
  const double kappa = std::max<double>(volume.kappa, 0.01);
  const double alpha = std::max<double>(volume.alpha, 1.0);
  return std::max(std::sqrt(volume.beta * (kappa + 1) / (alpha * kappa)), 1e-3);
}

}  // namespace

Prior default_prior() {
  return {{std::log1p(60.0F), std::log1p(150.0F), std::log1p(300.0F), std::log1p(1000.0F)}};
}

double Band::median() const {
  return activity < 0.5 ? 0.0 : std::expm1(mean);
}
double Band::upper() const {
  return std::expm1(std::min(mean + scale * student_t_upper_percentile(dof), 60.0));
}
double Band::scored_above() const {
  return std::expm1(std::min(mean + kScoredSigmas * scale, 60.0));
}

Baseline::Baseline(const Prior& prior) {
  for (std::size_t i = 0; i < kWindows; ++i) volumes_[i] = {prior.mean[i], kPriorKappa, kPriorAlpha, kPriorBeta};
}

Band Baseline::band(Window window, std::int32_t hour) const {
  const auto& volume = volumes_[static_cast<std::size_t>(window)];
  Band band{volume.mu, std::max(predictive_scale(volume), kScaleFloor), 2.0 * volume.alpha, 1.0};
  const std::size_t cell = cell_of(window, hour);
  if (cell == kNoCell) return band;
  const CellHabit& habit = cells_[cell];
  band.mean += habit.active / (habit.active + kCellShrinkage) * (habit.deviation / 256.0);
  double days = is_weekend(day_of(hour)) ? weekend_days_ : weekdays_;
  if (window == Window::k24h) days /= is_weekend(day_of(hour)) ? 2.0 : 5.0;
  band.activity = std::clamp((habit.active + 0.5) / (days + 1.0), 0.0, 1.0);
  return band;
}

double Baseline::tail(Window window, std::int32_t hour, const Band& band, double records) const {
  const double y = std::log1p(std::max(records, 0.0));
  double p = student_t_tail((y - band.mean) / band.scale, band.dof);
  const double mean = std::expm1(band.mean + band.scale * band.scale / 2);
  if (mean < kLowMean && mean > 0) {
    // Gamma-Poisson with the lognormal's own mean and variance; the heavier of the two tails counts.
    const double shape = 1.0 / std::expm1(std::min(band.scale * band.scale, 20.0));
    p = std::max(p, negative_binomial_tail(records, mean, shape));
  }
  p *= band.activity;
  int seen = 0;
  for (const Peak& peak : peaks_[static_cast<std::size_t>(window)]) {
    if (peak.records * kPeakSlack >= records && day_of(hour) - peak.day <= kPeakDays) ++seen;
  }
  if (seen > 0) p = std::max(p, (seen + 1.0) / (std::min<double>(days_, kPeakDays) + 2.0));
  return std::clamp(p, 1e-300, 1.0);
}

double Baseline::largest_peak(Window window, std::int32_t day) const {
  double largest = 0;
  for (const Peak& peak : peaks_[static_cast<std::size_t>(window)]) {
    if (day - peak.day <= kPeakDays) largest = std::max<double>(largest, peak.records);
  }
  return largest;
}

void Baseline::learn(Window window, std::int32_t hour, double records, double weight) {
  if (!(records > 0)) return;
  LogVolume& volume = volumes_[static_cast<std::size_t>(window)];
  const double y = std::log1p(records);
  const Band expected = band(window, hour);
  const double scale = predictive_scale(volume);
  const double r = std::clamp(y - expected.mean, -kWinsorSigmas * scale, kWinsorSigmas * scale);
  const double t = (y - expected.mean) / scale;
  const double w = weight * (t > 0 ? std::min(1.0, kFullWeightSigmas / t) : 1.0);
  const std::size_t cell = cell_of(window, hour);
  const bool untried = cell != kNoCell && cells_[cell].active < 2 && volume.kappa > 2;
  const double kappa = volume.kappa;
  double beta = volume.beta + (untried ? kUntriedCellWeight : 1.0) * w * kappa * r * r / (2 * (kappa + w));
  double alpha = volume.alpha + w / 2;
  if (alpha > kAlphaCap) {  // beta shrinks with it: capping alpha alone lets the scale grow without end
    beta *= kAlphaCap / alpha;
    alpha = kAlphaCap;
  }
  volume.mu = static_cast<float>(volume.mu + w * r / (kappa + w));
  volume.kappa = static_cast<float>(std::min(kappa + w, kKappaCap));
  volume.alpha = static_cast<float>(alpha);
  volume.beta = static_cast<float>(beta);
  if (cell == kNoCell) return;
  CellHabit& habit = cells_[cell];
  const double deviation = habit.deviation / 256.0;
  const double target = std::clamp(y - volume.mu, deviation - kWinsorSigmas * scale, deviation + kWinsorSigmas * scale);
  const double moved = deviation + (target - deviation) / (std::min<int>(habit.active, 19) + 1);
  habit.deviation = static_cast<std::int16_t>(std::lround(std::clamp(moved, -100.0, 100.0) * 256.0));
  if (habit.active < 255) ++habit.active;
}

void Baseline::learn_day(std::int32_t day) {
  if (days_ < kDaysCap) ++days_;
  const bool weekend = is_weekend(day);
  std::uint16_t& known = weekend ? weekend_days_ : weekdays_;
  if (++known < (weekend ? kWeekendCap : kWeekdaysCap)) return;
  known = static_cast<std::uint16_t>(known / 2);
  for (std::int32_t hour = 0; hour < 24; ++hour) {
    const std::int32_t of_day = day * 24 + hour;
    for (const Window window : {Window::k1h, Window::k6h}) {
      if (window == Window::k6h && hour % 6 != 0) continue;
      CellHabit& habit = cells_[cell_of(window, of_day)];
      habit.active = static_cast<std::uint8_t>(habit.active / 2);
    }
  }
  for (std::size_t of_week = weekend ? 5 : 0; of_week < (weekend ? 7U : 5U); ++of_week) {
    CellHabit& habit = cells_[56 + of_week];
    habit.active = static_cast<std::uint8_t>(habit.active / 2);
  }
}

void Baseline::learn_peak(Window window, std::int32_t day, double records) {
  if (!(records > 0)) return;
  auto& peaks = peaks_[static_cast<std::size_t>(window)];
  for (Peak& peak : peaks) {
    if (day - peak.day > kPeakDays) peak = {};
  }
  if (peaks[0].records < peaks[1].records) std::swap(peaks[0], peaks[1]);
  const Peak fresh{static_cast<float>(std::min(records, 1e30)), day};
  if (fresh.records >= peaks[0].records) {
    peaks[1] = peaks[0];
    peaks[0] = fresh;
  } else if (fresh.records >= peaks[1].records) {
    peaks[1] = fresh;
  }
}

}  // namespace outflow::detector
