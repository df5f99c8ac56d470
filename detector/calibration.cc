#include "detector/calibration.h"

#include <cmath>

namespace outflow::detector {

Calibration::Calibration(Tail tail) : tail_(tail), threshold_(-std::log(tail.zeta)) {}

double Calibration::surprise(double p) const {
  if (!(p < 1.0) || !(p > 0.0)) return 0.0;
  const double e = -std::log(p);
  if (e <= threshold_) return e;
  return threshold_ + std::log1p(tail_.gamma * (e - threshold_) / tail_.scale) / tail_.gamma;
}

}  // namespace outflow::detector
