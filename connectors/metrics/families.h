// Collects samples into prometheus-cpp's metric families, in the catalogue's order. Not thread-safe; one per scrape.
//
// What would break a scrape cannot come out: values of one series are merged, labels are valid UTF-8 of bounded length,
// and a metric outside the catalogue is dropped (and asserted against in debug builds).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "connectors/metrics/run_snapshot.h"

namespace outflow::connectors {

using LabelValues = std::vector<std::string>;  // in the order of the catalogue's labels

inline constexpr std::size_t kMaxLabelBytes = 128;
inline constexpr std::size_t kMaxSeriesPerMetric = 2'000;  // of one scrape; what is beyond is dropped

class Families {
 public:
  void add(std::string_view name, double value, const LabelValues& labels = {});      // sums with what is there
  void set_max(std::string_view name, double value, const LabelValues& labels = {});  // keeps the larger
  void add(std::string_view name, const LatencyHistogram& histogram);                 // sums; without labels

  [[nodiscard]] std::vector<prometheus::MetricFamily> take() const;

 private:
  double* slot(std::string_view name, const LabelValues& labels, double initial);
  std::map<std::string, std::map<LabelValues, double>, std::less<>> values_;
  std::map<std::string, LatencyHistogram, std::less<>> histograms_;
};

// Valid UTF-8 of at most kMaxLabelBytes: bad bytes become U+FFFD, control characters spaces.
[[nodiscard]] std::string label_value(std::string_view text);

}  // namespace outflow::connectors
