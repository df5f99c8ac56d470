#include "connectors/metrics/monotone.h"

namespace outflow::connectors {

std::uint64_t MonotoneSum::advance(const std::string& part, std::uint64_t reading) {
  if (last_.size() >= kMaxParts && !last_.contains(part)) {
    last_.clear();
    forgot_ = true;
  }
  const auto [entry, first] = last_.try_emplace(part, reading);
  std::uint64_t growth = 0;
  if (first) {
    growth = forgot_ ? 0 : reading;  // after forgetting, nobody knows how much of it was added before
  } else {
    growth = reading >= entry->second ? reading - entry->second : reading;
    entry->second = reading;
  }
  total_ += growth;
  return growth;
}

}  // namespace outflow::connectors
