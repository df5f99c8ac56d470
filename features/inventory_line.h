// InventoryLine: what was taken of one thing over its whole life: sums, the largest pulls, first and last date,
// classes.
//
// Recent hours are kept one by one, so that what moves or is corrected later comes out right; whole days older than
// that are closed: they live on as the largest hour, the largest day and the first and last hour with events. One
// thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "features/bytes.h"
#include "features/counted_event.h"
#include "features/data_classes.h"

namespace outflow::features {

struct Pull {
  std::int64_t records = 0;
  std::int32_t hour = 0;  // its start; of a day, its first hour
};

class InventoryLine {
 public:
  static constexpr std::int32_t kNever = std::numeric_limits<std::int32_t>::min();
  static constexpr std::size_t kMostClassSets = 16;

  void add(const Posting& posting);
  // Closes whole days that lie below `hour`.
  void close_before(std::int32_t hour);
  // Takes another line's sums, dates, classes and pulls; a pull is then the larger of the two, or of the same hour.
  void merge(const InventoryLine& other);

  [[nodiscard]] bool empty() const {
    return records == 0 && estimated == 0 && bytes == 0 && events == 0 && uncounted == 0 && recent_.empty();
  }
  [[nodiscard]] Pull largest_hour() const;
  [[nodiscard]] Pull largest_day() const;
  // The first and last hour with events; kNever where there is none.
  [[nodiscard]] std::int32_t first_hour() const;
  [[nodiscard]] std::int32_t last_hour() const;
  [[nodiscard]] DataClasses classes() const;
  // The longest time without events between two recent hours with events, in hours; 0 where there are fewer.
  [[nodiscard]] std::int32_t longest_pause() const;
  [[nodiscard]] std::size_t recent_hours() const { return recent_.size(); }

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in);

  std::int64_t records = 0, estimated = 0, bytes = 0, events = 0, uncounted = 0;
  // Postings that came after their hour was closed: in the sums, not in the pulls.
  std::int64_t late_changes = 0;

 private:
  struct Hour {
    std::int32_t hour = 0;
    std::int32_t events = 0;
    std::int64_t records = 0;
  };
  Hour& at(std::int32_t hour);
  void add_classes(std::uint32_t bits, std::int64_t weight);

  std::vector<Hour> recent_;                                        // ascending
  std::vector<std::pair<std::uint32_t, std::int64_t>> class_sets_;  // and the events that were of each
  std::int32_t closed_below_ = kNever;
  std::int32_t first_closed_ = kNever, last_closed_ = kNever;
  Pull closed_hour_, closed_day_;
};

}  // namespace outflow::features
