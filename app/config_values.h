// Single values of the configuration: what the user wrote, as numbers with their unit.
//
// Durations: 100ms, 30s, 5m, 72h, 7d, or several ("1h30m"). Sizes: 32MiB, 1GiB, 512KiB (1024), 10MB (1000), 4096B.
// A bare number is in the unit that the key's name ends with. Errors say what is expected, never what was given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "features/result.h"

namespace outflow::app {

Result<bool> parse_boolean(std::string_view text);
Result<std::int64_t> parse_integer(std::string_view text);
Result<double> parse_number(std::string_view text);  // finite
// `unit_ms`: what a bare number counts, 1 for milliseconds, 3'600'000 for hours. Returns whole units.
Result<std::int64_t> parse_duration(std::string_view text, std::int64_t unit_ms);
Result<std::int64_t> parse_size(std::string_view text);

// The same, written for people: "30s", "32MiB"; round-trips through the above.
[[nodiscard]] std::string show_duration(std::int64_t units, std::int64_t unit_ms);
[[nodiscard]] std::string show_size(std::int64_t bytes);
[[nodiscard]] std::string show_number(double number);

}  // namespace outflow::app
