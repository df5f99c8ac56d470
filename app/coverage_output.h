// How `outflow coverage` prints (docs/coverage.md): feeds, integrations that fell silent, and what would be seen of
// which theft.
#pragma once

#include <string>
#include <vector>

#include "features/coverage.h"
#include "features/inventory.h"
#include "features/theft_coverage.h"

namespace outflow::app {

// An integration that was regular and has not been heard of for much longer than it ever paused.
struct SilentIntegration {
  std::string tenant_id, entity, name;
  std::int64_t silent_ms = 0, usual_ms = 0;
  bool feed_gap = false;  // all its feeds have a gap: that is why
};

struct CoverageReport {
  const features::TenantCoverage* tenant = nullptr;
  std::vector<features::TheftSight> thefts;
  std::vector<SilentIntegration> silent;
};

// `now`: the log's time; for files the newest event time of all.
[[nodiscard]] std::vector<CoverageReport> coverage_reports(const features::Coverage& coverage,
                                                           const features::Inventory& inventory);
// Something would go unseen, or a gap is open.
[[nodiscard]] bool has_findings(const std::vector<CoverageReport>& reports, features::LogTime now);

[[nodiscard]] std::string print_coverage(const std::vector<CoverageReport>& reports, features::LogTime now, bool json);

}  // namespace outflow::app
