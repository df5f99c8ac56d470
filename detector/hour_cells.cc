#include "detector/hour_cells.h"

#include <algorithm>
#include <limits>

namespace outflow::detector {

std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

namespace {

bool by_hour(const HourCells::Cell& cell, std::int32_t hour) {
  return cell.hour < hour;
}

}  // namespace

bool HourCells::add(std::int32_t hour, std::int64_t records) {
  if (cells_.empty() || hour > cells_.back().hour) {
    // Trimmed a day at a time, so that a busy entity does not shift its cells every hour.
    const std::int64_t oldest = std::int64_t{hour} - kKeptHours;
    if (!cells_.empty() && cells_.front().hour < oldest - 24) {
      std::erase_if(cells_, [&](const Cell& cell) { return cell.hour <= oldest; });
    }
    cells_.push_back({hour, records});
    return true;
  }
  if (std::int64_t{hour} <= std::int64_t{cells_.back().hour} - kKeptHours) return false;
  if (cells_.back().hour == hour) {
    cells_.back().records = saturating_add(cells_.back().records, records);
    return true;
  }
  const auto found = std::lower_bound(cells_.begin(), cells_.end(), hour, by_hour);
  if (found != cells_.end() && found->hour == hour) {
    found->records = saturating_add(found->records, records);
  } else {
    cells_.insert(found, {hour, records});
  }
  return true;
}

void HourCells::cap(std::int32_t hour, std::int64_t records) {
  const auto found = std::lower_bound(cells_.begin(), cells_.end(), hour, by_hour);
  if (found != cells_.end() && found->hour == hour) found->records = std::min(found->records, records);
}

std::int64_t HourCells::at(std::int32_t hour) const {
  const auto found = std::lower_bound(cells_.begin(), cells_.end(), hour, by_hour);
  return found != cells_.end() && found->hour == hour ? found->records : 0;
}

std::int64_t HourCells::sum(std::int32_t first, std::int32_t last) const {
  std::int64_t total = 0;
  for (auto it = std::lower_bound(cells_.begin(), cells_.end(), first, by_hour); it != cells_.end() && it->hour <= last;
       ++it) {
    total = saturating_add(total, it->records);
  }
  return std::max<std::int64_t>(total, 0);
}

WindowSums HourCells::ending_with(std::int32_t hour, std::int32_t skip_first, std::int32_t skip_last) const {
  WindowSums sums{};
  for (auto it = cells_.rbegin(); it != cells_.rend(); ++it) {
    if (it->hour > hour || (it->hour >= skip_first && it->hour <= skip_last)) continue;
    const std::int64_t age = std::int64_t{hour} - it->hour;
    if (age >= kWindowHours[kWindows - 1]) break;
    for (std::size_t window = kWindows; window-- > 0 && age < kWindowHours[window];) {
      sums[window] = saturating_add(sums[window], it->records);
    }
  }
  for (std::int64_t& sum : sums) sum = std::max<std::int64_t>(sum, 0);
  return sums;
}

}  // namespace outflow::detector
