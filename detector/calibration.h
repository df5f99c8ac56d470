// Calibration: from a model's p-value to an honest one.
//
// A log-t tail is not calibrated on real activity (five times too many p < .001), so beyond its 99.5th percentile
// the surprise e = -ln p is mapped through a generalised Pareto tail, p' = zeta (1 + gamma (e - u) / s)^(-1/gamma)
// (Pickands 1975). These parameters are fixed and conservative; fitting them as the stream goes replaces this
// class's numbers, not its users. Pure, thread-safe.
#pragma once

namespace outflow::detector {

class Calibration {
 public:
  struct Tail {
    double zeta = 0.005;
    double gamma = 0.15;
    double scale = 1.6;
  };
  Calibration() : Calibration(Tail()) {}
  explicit Calibration(Tail tail);
  // The surprise -ln p' of a model's p-value; 0 for NaN or p >= 1.
  [[nodiscard]] double surprise(double p) const;

 private:
  Tail tail_;
  double threshold_;  // u
};

}  // namespace outflow::detector
