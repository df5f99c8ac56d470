// How `outflow volumes` prints its rows: a table for people, one JSON document, or one JSON object a line.
//
// Field names are fixed (docs/hunting.md). Texts from the logs are made safe for a terminal in the table, and valid
// UTF-8 in JSON. Times are ISO 8601 in UTC.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "features/event_time.h"
#include "features/volume_report.h"

namespace outflow::app {

enum class VolumesFormat : std::uint8_t { kTable, kJson, kJsonLines };

struct VolumesStyle {
  VolumesFormat format = VolumesFormat::kTable;
  std::vector<std::string> split;                                          // the names of VolumeRow::split
  std::function<std::vector<std::string>(features::DataClasses)> classes;  // their names; empty: the built-in ones
};
[[nodiscard]] std::string print_volumes(std::span<const features::VolumeRow> rows, const VolumesStyle& style);

// Lines of cells under a line of titles, columns as wide as they need; those in `right` are numbers.
[[nodiscard]] std::string print_table(const std::vector<std::vector<std::string>>& lines,
                                      const std::vector<bool>& right);
// "~" stands in front of a number that holds estimates.
[[nodiscard]] std::string with_estimate(std::int64_t value, std::int64_t estimated);

[[nodiscard]] std::string iso_time(features::EventTime time);                      // 2026-08-17T11:15:00.000Z
[[nodiscard]] std::string with_separators(std::int64_t value);                     // 1,200,000
[[nodiscard]] std::string terminal_safe(std::string_view text, std::size_t most);  // no control characters

}  // namespace outflow::app
