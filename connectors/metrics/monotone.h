// Sums counters of things that come and go, so that the sum never falls.
//
// A partition's counts begin at 0 again when it is loaded anew or moves away; the exported sum must not, or Prometheus
// takes the whole remaining sum for fresh growth. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace outflow::connectors {

class MonotoneSum {
 public:
  // `reading` is what `part` shows now: growth since its last reading is added, or all of it after a fresh start.
  // Returns what was added.
  std::uint64_t advance(const std::string& part, std::uint64_t reading);
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  // Parts are partitions or integrations of this process; beyond the limit all are forgotten, and each begins again
  // from its next reading.
  static constexpr std::size_t kMaxParts = 100'000;
  std::unordered_map<std::string, std::uint64_t> last_;
  std::uint64_t total_ = 0;
  bool forgot_ = false;
};

}  // namespace outflow::connectors
