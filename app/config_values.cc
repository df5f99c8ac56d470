#include "app/config_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace outflow::app {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Unit, 5> kDurations{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 10> kSizes{{{"TiB", 1LL << 40},
                                       {"GiB", 1LL << 30},
                                       {"MiB", 1LL << 20},
                                       {"KiB", 1LL << 10},
                                       {"B", 1},
                                       {"TB", 1'000'000'000'000},
                                       {"GB", 1'000'000'000},
                                       {"MB", 1'000'000},
                                       {"kB", 1'000},
                                       {"KB", 1'000}}};

Error refuse(const char* message) {
  return Error{ErrorCode::kRefuse, message};
}

// A sum of "<digits><unit>", or bare digits counted in `bare`; false where it is neither or overflows.
bool sum_of_units(std::string_view text, std::span<const Unit> units, std::int64_t bare, std::int64_t& sum) {
  sum = 0;
  bool first = true;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || text.front() == '-') return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::size_t length = std::min(text.find_first_of("0123456789-"), text.size());
    const std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    std::int64_t factor = name.empty() && first && text.empty() ? bare : 0;
    for (const Unit& unit : units) {
      if (unit.name == name) factor = unit.factor;
    }
    first = false;
    std::int64_t part = 0;
    if (factor == 0 || __builtin_mul_overflow(count, factor, &part) || __builtin_add_overflow(sum, part, &sum))
      return false;
  }
  return !first;
}

}  // namespace

Result<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return refuse("expected true or false");
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    return refuse("expected a whole number");
  return number;
}

Result<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || !std::isfinite(number)) {
    return refuse("expected a number");
  }
  return number;
}

Result<std::int64_t> parse_duration(std::string_view text, std::int64_t unit_ms) {
  std::int64_t milliseconds = 0;
  if (!sum_of_units(text, kDurations, unit_ms, milliseconds))
    return refuse("expected a duration such as 100ms, 30s, 5m or 72h");
  if (milliseconds % unit_ms != 0) {
    return refuse(unit_ms == 3'600'000 ? "expected whole hours" : "expected a duration such as 100ms, 30s, 5m or 72h");
  }
  return milliseconds / unit_ms;
}

Result<std::int64_t> parse_size(std::string_view text) {
  std::int64_t bytes = 0;
  if (!sum_of_units(text, kSizes, 1, bytes)) return refuse("expected a size such as 32MiB, 1GiB or 4096");
  return bytes;
}

std::string show_duration(std::int64_t units, std::int64_t unit_ms) {
  const std::int64_t milliseconds = units * unit_ms;
  if (milliseconds == 0) return "0ms";
  for (const Unit& unit : kDurations) {
    if (unit.name != "d" && milliseconds % unit.factor == 0) {
      return std::to_string(milliseconds / unit.factor).append(unit.name);
    }
  }
  return std::to_string(milliseconds) + "ms";
}

std::string show_size(std::int64_t bytes) {
  for (const Unit& unit : kSizes) {
    if (bytes != 0 && unit.factor >= 1024 && unit.name.ends_with("iB") && bytes % unit.factor == 0) {
      return std::to_string(bytes / unit.factor).append(unit.name);
    }
  }
  return std::to_string(bytes) + "B";
}

std::string show_number(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::string(text.data(), end) : std::string("0");
}

}  // namespace outflow::app
