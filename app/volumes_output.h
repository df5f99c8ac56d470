// How `outflow volumes` prints its rows: a table for people, one JSON document, or one JSON object a line.
//
// Field names are fixed (docs/counting.md). Texts from the logs are made safe for a terminal in the table, and valid
// UTF-8 in JSON. Times are ISO 8601 in UTC.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "features/event_time.h"
#include "features/volume_report.h"

namespace outflow::app {

enum class VolumesFormat : std::uint8_t { kTable, kJson, kJsonLines };

[[nodiscard]] std::string print_volumes(std::span<const features::VolumeRow> rows, VolumesFormat format);

[[nodiscard]] std::string iso_time(features::EventTime time);                      // 2026-08-17T11:15:00.000Z
[[nodiscard]] std::string with_separators(std::int64_t value);                     // 1,200,000
[[nodiscard]] std::string terminal_safe(std::string_view text, std::size_t most);  // no control characters

}  // namespace outflow::app
