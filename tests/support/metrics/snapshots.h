// Snapshots of a busy run, in which every metric has a value: for tests of the exporter, the rules and the dashboards.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "connectors/metrics/run_snapshot.h"

namespace outflow::test_support {

inline constexpr std::int64_t kNowMs = 1'700'000'000'000;

// Two workers with two partitions each. `step` grows every counter, as if time went on.
[[nodiscard]] std::vector<connectors::WorkerSnapshot> busy_snapshots(std::uint64_t step = 1,
                                                                     std::int64_t now_ms = kNowMs);
[[nodiscard]] std::vector<std::pair<std::string, double>> store_values();

}  // namespace outflow::test_support
