// Budget: from "this many false alerts a tenant-day" to a threshold of surprise.
//
// Bonferroni over the tests a tenant makes in a day: its entities x the tests of one entity-day. An entity's own
// number of tests is the sum over its calendar cells of min(1, activity / p); kTestsPerEntityDay bounds it for an
// entity that is active half the hours (12 + 4 + 1 + 1). The number of entities is rounded up to a power of two, and is
// at least 64, so that the threshold moves rarely. Raised alerts never move it: decoys cannot eat the budget.
#pragma once

#include <cstdint>

namespace outflow::detector {

class Budget {
 public:
  static constexpr double kTestsPerEntityDay = 18.0;
  explicit Budget(double false_alerts_per_tenant_day);

  // -ln p at which something is an alert, in a tenant of so many entities.
  [[nodiscard]] double alert_surprise(std::uint32_t entities) const;
  // The same for an anomaly: twenty times as frequent.
  [[nodiscard]] double anomaly_surprise(std::uint32_t entities) const;

 private:
  double per_day_;
};

}  // namespace outflow::detector
