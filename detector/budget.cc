#include "detector/budget.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace outflow::detector {
namespace {
constexpr std::uint32_t kLeastEntities = 64;
constexpr std::uint32_t kMostEntities = 1U << 24;
const double kAnomalyMultiple = std::log(20.0);
}  // namespace

Budget::Budget(double false_alerts_per_tenant_day)
    : per_day_(std::isfinite(false_alerts_per_tenant_day) ? std::clamp(false_alerts_per_tenant_day, 1e-6, 100.0)
                                                          : 0.1) {}

double Budget::alert_surprise(std::uint32_t entities) const {
  const std::uint32_t rounded = std::bit_ceil(std::clamp(entities, kLeastEntities, kMostEntities));
  return std::max(std::log(rounded * kFamilies / per_day_), 3.0);
}

double Budget::anomaly_surprise(std::uint32_t entities) const {
  return std::max(alert_surprise(entities) - kAnomalyMultiple, 3.0);
}

}  // namespace outflow::detector
