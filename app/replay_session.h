// ReplaySession: records in, in arrival order; alerts out, as OCSF lines; and what there is to say at the end.
//
// One partition holds all tenants of a run. The log's time is the highest event time read so far; a leap of more than
// a week counts only once three records in a row agree with it, so that one record dated 2099 cannot end the replay.
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "connectors/decode/decoder.h"
#include "connectors/siem/class_names.h"
#include "detector/partition.h"

namespace outflow::app {

class ReplayClock {
 public:
  // The log's time once a record of this event time has arrived.
  features::LogTime at(features::EventTime event);

 private:
  bool started_ = false;
  std::int64_t now_ms_ = 0;
  std::int64_t leap_ms_ = 0;  // where records say it is, beyond a leap
  int leapers_ = 0;
};

struct ReplaySummary {
  std::uint64_t records = 0;  // accepted
  std::uint64_t rejected = 0;
  std::map<std::string_view, std::uint64_t> rejects_by_reason;
  detector::PartitionStats stats;
};

class ReplaySession {
 public:
  // `emit` gets each alert as one OCSF line, without a newline. `own` names the installation's own classes of data.
  ReplaySession(const detector::Options& options, std::function<void(std::string_view line)> emit,
                connectors::OwnClassNames own = {});

  // `event_index`: of the event among those of the line.
  void take(const connectors::Decoded& decoded, std::string_view file, std::uint64_t line,
            std::int32_t event_index = 0);
  // Behind the last record: what still waited to be told.
  void finish();
  [[nodiscard]] ReplaySummary summary() const;
  [[nodiscard]] std::uint64_t alerts() const { return alerts_; }

 private:
  void emit_alerts();

  std::function<void(std::string_view)> emit_;
  connectors::OwnClassNames own_;
  detector::Partition partition_;
  ReplayClock clock_;
  detector::Origin origin_;
  detector::Outputs outputs_;
  ReplaySummary summary_;
  std::uint64_t alerts_ = 0;
};

// For a person, several lines.
[[nodiscard]] std::string describe(const ReplaySummary& summary);

}  // namespace outflow::app
