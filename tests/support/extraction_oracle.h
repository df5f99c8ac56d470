// Which sightings tell of one pull, and what one without a count is estimated at: the rules of docs/counting.md in the
// plainest code, over the whole set. Knows nothing of features/ but the record.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/owned_event.h"

namespace outflow::tests {

// What one record says of an extraction.
struct Said {
  std::string kind;            // "job", "query", "download", "row", "view", "export"; empty: nothing
  std::string pool;            // tenant, actor and object (or report, or query); empty: alone
  std::string subject, shape;  // of estimates; may be empty
  std::string reach;           // "whole", "filtered", "limited", "unknown"
  bool opens = false;
};
[[nodiscard]] Said said_by(const OwnedEvent& event);
[[nodiscard]] bool asks(const OwnedEvent& event);  // proves an extraction, and does not say how much

// A group of records that tells of an extraction.
struct SeenGroup {
  std::string group;  // with its tenant
  std::int64_t time_ms = 0;
  Said said;
};
// The groups of each extraction, in order of time.
[[nodiscard]] std::vector<std::vector<SeenGroup>> paired(std::vector<SeenGroup> seen);

struct KnownSize {
  std::int64_t time_ms = 0;
  std::uint64_t rows = 0;
};
struct Known {
  std::map<std::string, std::vector<KnownSize>> sizes;   // by subject: seen whole
  std::map<std::string, std::vector<KnownSize>> truths;  // by subject (of whole queries and reports) and by shape
};
// 0 = nobody knows.
[[nodiscard]] std::uint64_t estimate_of(const std::vector<SeenGroup>& extraction, const Known& known);
// What a record shows of the size of its object.
[[nodiscard]] std::optional<std::pair<std::string, KnownSize>> size_shown(const OwnedEvent& event);

}  // namespace outflow::tests
