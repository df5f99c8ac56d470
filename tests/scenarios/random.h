// Random: small, fast, and the same on every machine and standard library (std::*_distribution is not).
//
// Streams are keyed, not shared: what one entity does on one day depends on (seed, org, entity, day) only, so adding an
// integration changes nobody else's life. Not thread-safe; one instance a caller.
#pragma once

#include <cmath>
#include <cstdint>

namespace outflow::scenarios {

[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {  // splitmix64's finaliser
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

class Random {
 public:
  template <typename... Keys>
  explicit Random(std::uint64_t seed, Keys... keys) {
    ((seed = mix(seed ^ mix(static_cast<std::uint64_t>(keys)))), ...);
    for (auto& word : state_) word = seed = mix(seed);
  }

  std::uint64_t next() noexcept {  // xoshiro256++ (Blackman, Vigna 2019)
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  // In [0, 1).
  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // In [0, n); REQUIRES n > 0. The bias of n / 2^64 does not matter here.
  std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
  std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(double p) noexcept { return uniform() < p; }

  double normal() noexcept {  // Box and Muller, one of the pair
    return std::sqrt(-2.0 * std::log(1.0 - uniform())) * std::cos(6.283185307179586 * uniform());
  }
  double exponential(double mean) noexcept { return -mean * std::log(1.0 - uniform()); }
  double lognormal(double median, double sigma) noexcept { return median * std::exp(sigma * normal()); }
  double weibull(double scale, double shape) noexcept {
    return scale * std::pow(-std::log(1.0 - uniform()), 1.0 / shape);
  }
  // Heavy-tailed; cut at `cap`, since a table has only so many rows.
  double pareto(double low, double alpha, double cap) noexcept {
    const double x = low / std::pow(1.0 - uniform(), 1.0 / alpha);
    return x < cap ? x : cap;
  }
  double gamma(double shape) noexcept;  // of scale 1
  std::uint64_t poisson(double mean) noexcept;
  // Over-dispersed counts: variance mean + mean²/shape.
  std::uint64_t negative_binomial(double mean, double shape) noexcept { return poisson(gamma(shape) * mean / shape); }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int bits) noexcept { return (x << bits) | (x >> (64 - bits)); }
  std::uint64_t state_[4];
};

}  // namespace outflow::scenarios
