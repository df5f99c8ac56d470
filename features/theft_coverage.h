// Which thefts a tenant's feeds would show, and how soon: the table behind `outflow coverage`.
//
// A theft is seen live where a feed that shows it within minutes has spoken lately, late where only one that takes
// hours or days has, unseen where none has or its gap is open. Facts of the sources' documentation (docs/coverage.md).
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "features/coverage.h"

namespace outflow::features {

enum class Sight : std::uint8_t { kLive, kLate, kUnseen };
[[nodiscard]] std::string_view name_of(Sight sight) noexcept;  // live, late, unseen

struct TheftSight {
  std::string_view theft;  // "API query pull", ...
  Sight sight = Sight::kUnseen;
  std::int64_t typical_delay_ms = 0;  // measured; 0 = not known
  std::string shown_by;               // source and event type
  std::string_view advice;            // which feed to switch on, or to repair; empty where it is seen live
  bool gap = false;                   // a feed would show it, but its gap is open
};

inline constexpr std::int64_t kLiveDelayMs = 15 * 60 * kMsPerSecond;  // a typical delay up to this is live
inline constexpr std::int64_t kLatelyMs = 7 * kMsPerDay;  // a type that did not speak for longer is not relied on

// For the platforms the tenant sends anything of. REQUIRES: `now` is the log's time.
[[nodiscard]] std::vector<TheftSight> theft_sights(const TenantCoverage& tenant, LogTime now);

}  // namespace outflow::features
