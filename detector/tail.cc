#include "detector/tail.h"

#include <algorithm>
#include <cmath>

namespace outflow::detector {
namespace {

constexpr double kTiny = 1e-300;

// std::lgamma writes a global (signgam): a data race between workers.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

// Converges in O(sqrt(max(a, b))) steps for x < (a+1)/(a+b+2).
double beta_fraction(double x, double a, double b) {
  double c = 1.0;
  double d = 1.0 - (a + b) * x / (a + 1.0);
  d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
  double result = d;
  for (int m = 1; m <= 300; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1.0 + even * d;
    c = 1.0 + even / c;
    d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
    if (std::abs(c) < kTiny) c = kTiny;
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1.0 + odd * d;
    c = 1.0 + odd / c;
    d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
    if (std::abs(c) < kTiny) c = kTiny;
    const double step = d * c;
    result *= step;
    if (std::abs(step - 1.0) < 1e-10) break;
  }
  return result;
}

double probability(double p) {
  return std::isnan(p) ? 1.0 : std::clamp(p, kTiny, 1.0);
}

}  // namespace

double regularised_beta(double x, double a, double b) {
  if (!(a > 0) || !(b > 0) || !(x > 0)) return 0.0;
  if (x >= 1) return 1.0;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(x, a, b) / a;
  return 1.0 - front * beta_fraction(1 - x, b, a) / b;
}

double student_t_tail(double t, double dof) {
  if (!(dof > 0) || std::isnan(t)) return 1.0;
  const double half = 0.5 * regularised_beta(dof / (dof + t * t), dof / 2, 0.5);
  return probability(t >= 0 ? half : 1.0 - half);
}

double negative_binomial_tail(double x, double mean, double shape) {
  if (!(mean > 0) || !(shape > 0) || !(x > 0)) return 1.0;
  return probability(regularised_beta(mean / (mean + shape), x, shape));
}

double student_t_upper_percentile(double dof) {
  constexpr double z = 2.3263478740408408;
  if (!(dof > 1)) return 31.82;
  const double z3 = z * z * z;
  const double z5 = z3 * z * z;
  const double z7 = z5 * z * z;
  return z + (z3 + z) / (4 * dof) + (5 * z5 + 16 * z3 + 3 * z) / (96 * dof * dof) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * dof * dof * dof);
}

double fisher_combined(double surprise, int count) {
  if (!(surprise > 0) || count <= 0) return 1.0;
  double term = 1.0;
  double sum = 1.0;
  for (int j = 1; j < count; ++j) {
    term *= surprise / j;
    sum += term;
  }
  return probability(std::exp(-surprise) * sum);
}

}  // namespace outflow::detector
