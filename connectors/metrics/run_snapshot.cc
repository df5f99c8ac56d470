#include "connectors/metrics/run_snapshot.h"

namespace outflow::connectors {

void LatencyHistogram::observe(double seconds, std::uint64_t times) {
  double bound = 1e-6;
  std::size_t bucket = 0;
  while (bucket + 1 < kBuckets && seconds > bound) {
    bound *= 2;
    ++bucket;
  }
  counts[bucket] += times;
  sum_seconds += seconds * static_cast<double>(times);
}

}  // namespace outflow::connectors
