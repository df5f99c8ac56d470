// The events of files, for the commands that look at them once: volumes, inventory, coverage, hunt.
//
// One thread. What is rejected is counted by reason and told at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "connectors/decode/decoder.h"
#include "connectors/decode/exposure_catalogue.h"
#include "features/audit_event.h"
#include "features/counter.h"
#include "features/result.h"

namespace outflow::app {

struct EventTally {
  std::uint64_t records = 0;
  std::map<std::string, std::uint64_t, std::less<>> rejects;  // by reason
  [[nodiscard]] std::uint64_t rejected() const;
};

// Files may come in any order and span years: nothing in them is late, and memory has its own limit.
[[nodiscard]] features::CountingOptions file_counting(const Config& config);
[[nodiscard]] std::shared_ptr<const connectors::ExposureCatalogue> exposure_of(
    const connectors::DecodeOptions& options);

// Gives every event of the files to `visit`. An error says where reading ended; what came before stands.
using VisitEvent = std::function<void(const features::AuditEvent&)>;
Result<> read_events(const std::vector<std::string>& paths, const connectors::DecodeOptions& options, EventTally& tally,
                     const VisitEvent& visit);

// What was read and rejected, and what limits did, on stderr.
void summarise(const EventTally& tally, const features::CountingStats& stats);

// Writes to stdout; false where that failed.
[[nodiscard]] bool write_output(const std::string& text);

}  // namespace outflow::app
