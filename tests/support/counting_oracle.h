// The truth about volumes, computed from the whole set of records by definition: slowly, and without any state.
//
// Deliberately naive (quadratic) and independent of features/: what docs/counting.md says, in the plainest code.
// Event times must differ between records, so that "the earliest" needs no tie-break.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "features/counted_event.h"
#include "tests/support/owned_event.h"

namespace outflow::tests {

struct Taken {
  std::int64_t records = 0, estimated = 0, bytes = 0, events = 0, uncounted = 0;
  auto operator<=>(const Taken&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Taken& taken);

struct TakenKey {
  std::string tenant, owner;  // owner: "integration:ID" or "user:ID"
  std::int64_t hour = 0;
  auto operator<=>(const TakenKey&) const = default;
};
std::ostream& operator<<(std::ostream& out, const TakenKey& key);

using TakenTable = std::map<TakenKey, Taken>;  // without rows that are all zero

[[nodiscard]] TakenTable true_volumes(const std::vector<OwnedEvent>& events);

// Adds a counted record's postings to a table, for comparison.
void add_postings(TakenTable& table, const std::string& tenant, const features::CountedEvent& counted);

}  // namespace outflow::tests
