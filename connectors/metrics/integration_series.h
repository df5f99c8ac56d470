// Which integrations get series of their own: the most telling ones, the rest folded into "other".
//
// The set is chosen anew at each scrape: odd ones first (score of 3 or more), then by records of the current hour. An
// integration that drops out leaves its counter where it was and grows "other" from then on, so both never fall.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/metrics/families.h"
#include "connectors/metrics/monotone.h"
#include "detector/partition.h"

namespace outflow::connectors {

class IntegrationSeries {
 public:
  explicit IntegrationSeries(std::size_t limit) : limit_(limit) {}

  // `part` names where the readings come from (a partition); call for each, then render once.
  void take(const std::string& part, const std::vector<detector::IntegrationReading>& readings);
  void render(Families& families);

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, integration; both as label values
  struct Series {
    std::uint64_t growth = 0;  // since the last render
    double records = 0;
    double expected = 0;
    double upper = 0;
    double score = 0;
  };
  static constexpr std::size_t kMaxTotals = 10'000;

  const std::size_t limit_;
  std::map<Key, Series> current_;
  std::map<Key, std::uint64_t> totals_;  // of integrations that have or had their own series
  std::uint64_t other_total_ = 0;
  bool other_seen_ = false;
  MonotoneSum growth_;
};

}  // namespace outflow::connectors
