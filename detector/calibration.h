// Calibration: from the model's p-value to an honest one, per cohort (tenant x type of entity) and window.
//
// A log-t tail is not calibrated on real activity: people run a report now and then, and each looks impossible to a
// model of their clicks. So each cohort keeps a histogram of the surprise e = -ln p, one sample per entity, window and
// active day: the day's running maximum, because scoring at every event is optional stopping. A sample enters when
// its day is learnt (a day late). The calibrated p is the chance that an entity's *day* reaches e:
//
//   p'(e) = (n p_seen(e) + kPriorDays p_cold(e)) / (n + kPriorDays)
//
// p_seen: the share of samples at or above e (conformal rank); from u on, the top eight samples or half a percent, a
// generalised Pareto tail zeta (1 + gamma (e - u)/s)^(-1/gamma) (Pickands 1975), by moments shrunk towards p_cold's.
// p_cold: the fixed, conservative tail (gamma .15, s 1.6 from p < .005 on) times the window's tests in a day; with no
// samples it is all there is. Prior days keep a young cohort's bare "never seen" from counting for much.
//
// A sample that was an alert enters right-censored, at the e where alerts begin: one theft does not blind its cohort.
// Memory: at most kSurpriseBins a window, usually a dozen; halved at kMostDays, so old days fade. What is not
// persisted (the fit) is a pure function of what is. NaN and p >= 1 give 0. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "detector/window.h"

namespace outflow::detector {

inline constexpr std::size_t kSurpriseBins = 72;  // half a nat each up to 24, then four an octave

[[nodiscard]] std::size_t surprise_bin(double e);
[[nodiscard]] double surprise_bin_start(std::size_t bin);

// Without samples: the surprise of a day's largest e of this window.
[[nodiscard]] double cold_surprise(Window window, double e);

class SurpriseTail {
 public:
  static constexpr double kPriorDays = 64.0;
  static constexpr float kMostDays = 4096.0F;

  struct Bin {
    std::uint8_t bin = 0;
    float days = 0;
  };

  void add(double e);  // one entity's day; 0 = nothing to score
  [[nodiscard]] double surprise(Window window, double e) const;
  [[nodiscard]] float days() const { return days_; }

 private:
  friend struct CalibrationCodec;
  struct Fit {
    double start = 0;  // u
    double above = 0;  // samples from u on; 0 = no tail
    double gamma = 0;
    double scale = 1;
  };
  void fit() const;
  [[nodiscard]] double seen(double e) const;  // expected number of the days_ at or above e

  float days_ = 0;
  std::vector<Bin> bins_;  // by bin; days with anything to score
  mutable Fit fit_;
  mutable bool fitted_ = false;
};

class Calibration {
 public:
  // The surprise -ln p' of a model's p-value of the window.
  [[nodiscard]] double surprise(Window window, double p) const;
  // The day's largest e of one entity; alerts begin at `alert_surprise` (calibrated).
  void learn(Window window, double e, double alert_surprise);
  [[nodiscard]] float days(Window window) const { return tails_[static_cast<std::size_t>(window)].days(); }

 private:
  friend struct CalibrationCodec;
  std::array<SurpriseTail, kWindows> tails_;
};

}  // namespace outflow::detector
