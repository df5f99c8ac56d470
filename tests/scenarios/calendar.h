// Calendar: UTC arithmetic and the timestamp forms Salesforce writes. Milliseconds since 1970 throughout.
#pragma once

#include <cstdint>
#include <string>

namespace outflow::scenarios {

inline constexpr std::int64_t kSecond = 1000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

struct Civil {
  int year, month, day, hour, minute, second, millisecond;
};

[[nodiscard]] constexpr Civil civil_of(std::int64_t ms) noexcept {  // days to civil: H. Hinnant, 2013
  const std::int64_t days = (ms >= 0 ? ms : ms - kDay + 1) / kDay;
  const std::int64_t rest = ms - days * kDay;
  const std::int64_t z = days + 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<int>(yoe + era * 400 + (month <= 2 ? 1 : 0)),
          static_cast<int>(month),
          static_cast<int>(doy - (153 * mp + 2) / 5 + 1),
          static_cast<int>(rest / kHour),
          static_cast<int>(rest / kMinute % 60),
          static_cast<int>(rest / kSecond % 60),
          static_cast<int>(rest % kSecond)};
}

// 0 = Monday … 6 = Sunday.
[[nodiscard]] constexpr int weekday_of(std::int64_t ms) noexcept {
  return static_cast<int>((ms / kDay + 3) % 7);
}

inline void append_digits(std::string& out, int value, int width) {
  char digits[8];
  for (int i = width - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

// 2025-08-17T11:11:56.123 and `zone`.
inline void append_iso(std::string& out, std::int64_t ms, const char* zone) {
  const Civil c = civil_of(ms);
  append_digits(out, c.year, 4);
  out += '-';
  append_digits(out, c.month, 2);
  out += '-';
  append_digits(out, c.day, 2);
  out += 'T';
  append_digits(out, c.hour, 2);
  out += ':';
  append_digits(out, c.minute, 2);
  out += ':';
  append_digits(out, c.second, 2);
  out += '.';
  append_digits(out, c.millisecond, 3);
  out += zone;
}

// 20250817111156.123
inline void append_compact(std::string& out, std::int64_t ms) {
  const Civil c = civil_of(ms);
  append_digits(out, c.year, 4);
  append_digits(out, c.month, 2);
  append_digits(out, c.day, 2);
  append_digits(out, c.hour, 2);
  append_digits(out, c.minute, 2);
  append_digits(out, c.second, 2);
  out += '.';
  append_digits(out, c.millisecond, 3);
}

}  // namespace outflow::scenarios
