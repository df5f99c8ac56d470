// What one worker counts of the records it decodes. Plain memory of its thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/metrics/run_snapshot.h"
#include "features/audit_event.h"

namespace outflow::connectors {

class AuditCounts {
 public:
  // Mappings shown by name; further ones are "other", as labels must stay few.
  static constexpr std::size_t kMostMappings = 32;
  static constexpr std::size_t kSeverities = 6;

  void accepted(const features::AuditEvent& event);
  // `pinned`: the source the record is pinned to; empty: what the record would have been is unknown.
  void rejected(std::string_view pinned, RejectReason reason);
  void alert(std::size_t severity) { ++alerts_[severity < kSeverities ? severity : kSeverities - 1]; }

  void describe(const std::string& topic, WorkerSnapshot& snapshot) const;

  std::uint64_t consumed = 0;
  std::uint64_t mismatched_keys = 0;
  LatencyHistogram processing;
  LatencyHistogram age;
  LatencyHistogram detection;

 private:
  struct Accepted {
    std::uint64_t events = 0;
    std::int64_t newest_ms = 0;
  };
  struct Mapping {
    std::string name;
    Accepted accepted;
  };
  struct Rejected {
    std::string source;
    std::array<std::uint64_t, kRejectReasons> reasons{};
  };
  Accepted& of_mapping(std::string_view name);

  std::array<Accepted, features::kSources> built_in_{};  // that of kMapped: mappings beyond the limit
  std::vector<Mapping> mappings_;
  std::vector<Rejected> rejected_;
  std::array<std::uint64_t, kSeverities> alerts_{};
};

}  // namespace outflow::connectors
