// Budget: from "this many false alerts a tenant-day" to a threshold of surprise.
//
// Calibrated p-values are of an entity's day (its running maximum in one window), so what is left to split the budget
// over, by Bonferroni, are the tenant's entities and the families of evidence, which are the four windows. The number
// of entities is rounded up to a power of two, and is at least 64, so that the threshold moves rarely. Raised alerts
// never move it: decoys cannot eat the budget.
#pragma once

#include <cstdint>

namespace outflow::detector {

class Budget {
 public:
  static constexpr double kFamilies = 4.0;
  explicit Budget(double false_alerts_per_tenant_day);

  // -ln p at which something is an alert, in a tenant of so many entities.
  [[nodiscard]] double alert_surprise(std::uint32_t entities) const;
  // The same for an anomaly: twenty times as frequent.
  [[nodiscard]] double anomaly_surprise(std::uint32_t entities) const;

 private:
  double per_day_;
};

}  // namespace outflow::detector
