// Baseline: what one entity usually takes, per window and calendar cell. Learns closed periods only.
//
// Model (docs/detection.md): y = ln(1 + records). Active periods follow a Student-t in y around m = mu + shrunk cell
// deviation, with the predictive scale of a Normal-inverse-gamma posterior (Murphy 2007, section 3); whether a period
// is active at all is a Bernoulli per cell (the hurdle). Updates are winsorised, and surprises from above weigh less
// (an M-estimator's weight), so that one outlier cannot move the baseline far. Beside it stand the two largest peaks
// of the last 45 days per window: what was seen before in normal life is not news (conformal rank).
//
// Warming up: the prior of the entity's cohort, with four degrees of freedom. All fields are floats or integers, as
// they are persisted, so that a restored baseline is the same to the bit. One thread.
#pragma once

#include <array>
#include <cstdint>

#include "detector/calendar.h"
#include "detector/window.h"

namespace outflow::detector {

// Normal-inverse-gamma posterior of ln(1 + records) of active periods.
struct LogVolume {
  float mu = 0;
  float kappa = 0;
  float alpha = 0;
  float beta = 0;
};

struct CellHabit {
  std::int16_t deviation = 0;  // from mu, in 1/256 nats
  std::uint8_t active = 0;     // periods with volume; halved together with the days when those reach their cap
};

struct Peak {
  float records = 0;
  std::int32_t day = 0;
};

struct Prior {
  std::array<float, kWindows> mean;  // of ln(1 + records)
};

// The prior of an entity of which nothing is known, in a tenant of which nothing is known.
[[nodiscard]] Prior default_prior();

// What a window usually holds: everything a judgement needs, evaluated for one hour.
struct Band {
  double mean = 0;   // of ln(1 + records), active periods
  double scale = 1;  // predictive
  double dof = 4;
  double activity = 1;  // chance that the period is active at all
  double median() const;
  double upper() const;         // 99th percentile of active periods
  double scored_above() const;  // volumes up to here are usual: not scored
};

class Baseline {
 public:
  static constexpr int kPeaks = 2;
  static constexpr std::int32_t kPeakDays = 45;

  Baseline() : Baseline(default_prior()) {}
  explicit Baseline(const Prior& prior);

  [[nodiscard]] Band band(Window window, std::int32_t hour) const;

  // The chance of at least `records` in the window that ends with `hour`, before calibration.
  [[nodiscard]] double tail(Window window, std::int32_t hour, const Band& band, double records) const;

  // The largest peak of the window within kPeakDays before `day`; 0 where none is known.
  [[nodiscard]] double largest_peak(Window window, std::int32_t day) const;

  // A closed, active period. `weight` < 1 for periods that overlap others.
  void learn(Window window, std::int32_t hour, double records, double weight = 1.0);
  // A day has closed, active or not.
  void learn_day(std::int32_t day);
  void learn_peak(Window window, std::int32_t day, double records);

  [[nodiscard]] std::uint32_t days() const { return days_; }

 private:
  friend struct BaselineCodec;

  std::array<LogVolume, kWindows> volumes_;
  std::array<CellHabit, kCalendarCells> cells_{};
  std::array<std::array<Peak, kPeaks>, kWindows> peaks_{};  // larger first
  std::uint16_t weekdays_ = 0;                              // known, decayed
  std::uint16_t weekend_days_ = 0;
  std::uint16_t days_ = 0;  // known since first seen, capped
};

}  // namespace outflow::detector
