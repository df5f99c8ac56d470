// HourCells: what one entity took in each hour of the last ten days. Sparse, sorted, bounded.
//
// Ten days, so that a row three days late still finds the seven days before its own hour. Cells are signed (a move
// may take away before the other half arrives); a window's sum never falls below zero. One thread.
// Older cells are dropped when a newer hour arrives: the list depends on the inputs alone, never on when it is read.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detector/window.h"

namespace outflow::detector {

using WindowSums = std::array<std::int64_t, kWindows>;

// Stops at the ends instead of overflowing.
[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept;

class HourCells {
 public:
  static constexpr std::int32_t kKeptHours = 240;

  struct Cell {
    std::int32_t hour = 0;
    std::int64_t records = 0;
    bool operator==(const Cell&) const = default;
  };

  // False where the hour is older than what is kept: then nothing changed.
  bool add(std::int32_t hour, std::int64_t records);
  // Lowers the hour's cell to `records` where it holds more.
  void cap(std::int32_t hour, std::int64_t records);

  [[nodiscard]] std::int64_t at(std::int32_t hour) const;
  // Over both ends, not below zero.
  [[nodiscard]] std::int64_t sum(std::int32_t first, std::int32_t last) const;
  // Of every window that ends with `hour`, leaving out the hours from `skip_first` to `skip_last`.
  [[nodiscard]] WindowSums ending_with(std::int32_t hour, std::int32_t skip_first, std::int32_t skip_last) const;

  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }
  // REQUIRES: sorted by hour, each hour once (the decoder checks).
  void restore(std::vector<Cell> cells) { cells_ = std::move(cells); }

 private:
  std::vector<Cell> cells_;
};

}  // namespace outflow::detector
