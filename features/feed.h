// Feed: what one source of one tenant delivers: how much, how late, and in which rhythm.
//
// The rhythm is the longest silence of each of the last days on which the feed spoke: weekends and nightly files are
// part of it. A silence far beyond it is a gap in the feed, not in what people do. Silence is measured on the log's
// clock, which goes on with whatever else arrives. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "features/audit_event.h"
#include "features/bytes.h"
#include "features/event_time.h"

namespace outflow::features {

// How late records were: log time less event time, in powers of two of a second.
class DelayHistogram {
 public:
  static constexpr std::size_t kBuckets = 24;  // the last: half a year and more
  void add(std::int64_t ms);
  [[nodiscard]] std::uint64_t count() const;
  // The upper bound of the bucket of the q-th delay; 0 where there is none.
  [[nodiscard]] std::int64_t quantile_ms(double q) const;
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
};

struct FeedType {
  std::string name;
  std::uint16_t actions = 0;  // what its records did: a bit for each features::Action
  std::uint64_t events = 0;
  std::int64_t first_ms = 0, last_ms = 0;  // event time
  DelayHistogram delays;
};

class Feed {
 public:
  static constexpr std::size_t kMostTypes = 48;
  static constexpr std::size_t kDays = 15;  // two weekends
  static constexpr std::int64_t kLeastGapMs = kMsPerHour;
  static constexpr double kBeyondRhythm = 2.0;  // a silence so many times the longest usual one is a gap

  // `delayed`: the log's time is its own, so that a delay can be told.
  void add(std::string_view type, Action action, EventTime event, LogTime log, bool delayed);

  // How long it has been silent by `now`, and whether that is a gap; unknown rhythms (less than two days) make none.
  [[nodiscard]] std::int64_t silence_ms(LogTime now) const { return now.ms > last_log_ms ? now.ms - last_log_ms : 0; }
  [[nodiscard]] std::int64_t usual_silence_ms() const;  // 0 = not known yet
  [[nodiscard]] bool gap_open(LogTime now) const;

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

  std::string name;             // of the source
  std::vector<FeedType> types;  // in the order of their first records; the last one may be "(other)"
  std::int64_t first_log_ms = 0, last_log_ms = 0;
  std::int64_t longest_gap_ms = 0, longest_gap_end_ms = 0;  // ever, by log time

 private:
  struct Day {
    std::int32_t day = 0;
    std::int64_t longest_ms = 0;  // silence that ended on this day
  };
  std::vector<Day> days_;  // ascending
  std::size_t recent_type_ = 0;
};

}  // namespace outflow::features
