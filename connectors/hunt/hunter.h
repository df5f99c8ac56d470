// Hunter: audit events in, in any order; per tenant, entity and indicator what was done and taken there, out.
//
// Volume is counted honestly (features/counter.h), of the records that matched: pages, chunks and repeats of one pull
// count once. Records that match nothing are counted too, but without their rows: what they know of apps and sessions
// names the others. Indicators that name nothing but an app hold after all joins, and take the app's whole volume. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/hunt/indicator_matcher.h"
#include "features/counter.h"
#include "features/record_tag.h"
#include "features/volume_report.h"

namespace outflow::connectors {

struct Finding {
  std::uint32_t indicator = 0;       // its place in the list
  features::VolumeRow taken;         // of the entity; `split` is empty
  std::vector<std::string> matched;  // values that events showed; at most kMostMatched, sorted
  bool more_matched = false;
};

class Hunter {
 public:
  static constexpr std::size_t kMostMatched = 16;  // of a finding
  // `indicators` must outlive it.
  Hunter(const std::vector<Indicator>& indicators, const features::CountingOptions& counting,
         features::TimeWindow window = {});

  void take(const features::AuditEvent& event);

  // By tenant, then indicator, then most records, most events, entity.
  [[nodiscard]] std::vector<Finding> findings() const;
  [[nodiscard]] std::uint64_t matched_events() const { return matched_events_; }  // by what records say; repeats too
  [[nodiscard]] const features::CountingStats& stats() const { return of_records_.stats(); }

 private:
  void collect(bool records_say, std::vector<Finding>& findings) const;

  const std::vector<Indicator>& indicators_;
  features::TimeWindow window_;
  IndicatorMatcher matcher_;
  features::Counter of_records_, of_apps_;
  features::VolumeReport matched_, whole_;
  features::RecordTagger tagger_;
  features::LogTime log_time_{INT64_MIN / 2};
  std::uint64_t matched_events_ = 0;
  std::string tag_;
};

}  // namespace outflow::connectors
