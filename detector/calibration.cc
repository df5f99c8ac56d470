#include "detector/calibration.h"

#include <algorithm>
#include <cmath>

namespace outflow::detector {
namespace {

constexpr double kColdStart = 5.298317366548036;  // -ln .005
constexpr double kColdGamma = 0.15;
constexpr double kColdScale = 1.6;
// Of a day, of an entity active half the hours: 12 hours, 4 quarters, the day, the week.
constexpr std::array<double, kWindows> kTests = {2.4849066497880004, 1.3862943611198906, 0.0, 0.0};  // ln 12, ln 4

constexpr std::size_t kFineBins = 48;
constexpr double kFineEnd = 24.0;
constexpr double kTailSamples = 8.0;
constexpr double kTailShare = 0.005;
constexpr double kScaleWeight = 4.0;   // samples the cold scale is worth
constexpr double kGammaWeight = 20.0;  // and the cold gamma: moments of a few say little of it
constexpr double kMostGamma = 0.5;
constexpr double kMostSurprise = 690.0;

}  // namespace

std::size_t surprise_bin(double e) {
  if (!(e > 0)) return 0;
  if (e < kFineEnd) return static_cast<std::size_t>(e * 2);
  const double octaves = std::log2(std::min(e, kMostSurprise) / kFineEnd);
  return std::min(kFineBins + static_cast<std::size_t>(octaves * 4), kSurpriseBins - 1);
}

double surprise_bin_start(std::size_t bin) {
  if (bin <= kFineBins) return static_cast<double>(bin) / 2;
  return kFineEnd * std::exp2(static_cast<double>(bin - kFineBins) / 4);
}

double cold_surprise(Window window, double e) {
  const double one =
      e <= kColdStart ? e : kColdStart + std::log1p(kColdGamma * (e - kColdStart) / kColdScale) / kColdGamma;
  return std::max(one - kTests[static_cast<std::size_t>(window)], 0.0);
}

void SurpriseTail::add(double e) {
  fitted_ = false;
  days_ += 1;
  if (e > 0) {
    const auto bin = static_cast<std::uint8_t>(surprise_bin(e));
    auto found =
        std::lower_bound(bins_.begin(), bins_.end(), bin, [](const Bin& b, std::uint8_t at) { return b.bin < at; });
    if (found == bins_.end() || found->bin != bin) found = bins_.insert(found, {bin, 0});
    found->days += 1;
  }
  if (days_ < kMostDays) return;
  days_ /= 2;
  for (Bin& b : bins_) b.days /= 2;
  std::erase_if(bins_, [](const Bin& b) { return b.days < 0.05F; });
}

// The tail begins where at most the top eight samples, or half a percent, are left, but with one at least.
void SurpriseTail::fit() const {
  fitted_ = true;
  fit_ = {};
  const double most = std::max(kTailSamples, kTailShare * static_cast<double>(days_));
  double weight = 0;
  double sum = 0;
  double squares = 0;
  for (auto it = bins_.rbegin(); it != bins_.rend(); ++it) {
    const double days = it->days;
    if (weight > 0 && weight + days > most) break;
    const double middle = (surprise_bin_start(it->bin) + surprise_bin_start(it->bin + 1UL)) / 2;
    weight += days;
    sum += days * middle;
    squares += days * middle * middle;
    fit_.start = surprise_bin_start(it->bin);
  }
  if (weight <= 0) return;
  const double mean = sum / weight - fit_.start;
  const double variance = std::max(squares / weight - (sum / weight) * (sum / weight), 1e-9);
  const double by_moments = std::clamp(0.5 * (1 - mean * mean / variance), 0.0, kMostGamma);
  fit_.above = weight;
  fit_.gamma = std::max((weight * by_moments + kGammaWeight * kColdGamma) / (weight + kGammaWeight), 0.01);
  fit_.scale = (weight * mean * (1 - fit_.gamma) + kScaleWeight * kColdScale) / (weight + kScaleWeight);
}

double SurpriseTail::seen(double e) const {
  if (!fitted_) fit();
  if (fit_.above > 0 && e >= fit_.start) {
    return fit_.above * std::pow(1 + fit_.gamma * (e - fit_.start) / fit_.scale, -1 / fit_.gamma);
  }
  const std::size_t at = surprise_bin(e);
  double days = 0;
  for (auto it = bins_.rbegin(); it != bins_.rend() && it->bin >= at; ++it) days += it->days;
  return days;
}

double SurpriseTail::surprise(Window window, double e) const {
  const double cold = cold_surprise(window, e);
  if (days_ <= 0) return cold;
  const double p = (seen(e) + kPriorDays * std::exp(-cold)) / (days_ + kPriorDays);
  return p > 0 ? std::max(-std::log(p), 0.0) : kMostSurprise;
}

double Calibration::surprise(Window window, double p) const {
  if (!(p < 1.0) || !(p > 0.0)) return 0.0;
  return tails_[static_cast<std::size_t>(window)].surprise(window, -std::log(p));
}

void Calibration::learn(Window window, double e, double alert_surprise) {
  SurpriseTail& tail = tails_[static_cast<std::size_t>(window)];
  e = std::clamp(e, 0.0, kMostSurprise);
  if (e > alert_surprise && tail.surprise(window, e) > alert_surprise) {
    double usual = 0;
    double alerting = e;
    while (alerting - usual > 0.25) {  // surprise() grows with e but for steps of bins
      const double middle = (usual + alerting) / 2;
      (tail.surprise(window, middle) > alert_surprise ? alerting : usual) = middle;
    }
    e = alerting;
  }
  tail.add(e);
}

}  // namespace outflow::detector
