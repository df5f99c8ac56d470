#include "connectors/decode/event_clock.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace outflow::connectors {
namespace {

using features::EventTime;

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2200;
constexpr std::int64_t kEndMs = 7'289'654'400'000;  // 2201-01-01T00:00:00Z

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// REQUIRES: text holds at least `at + count` characters. -1 where one of them is no digit.
int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

constexpr bool is_leap(int year) noexcept {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) noexcept {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
std::int64_t days_from_civil(int year, int month, int day) noexcept {
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<std::int64_t>(era) * 146097 + day_of_era - 719468;
}

}  // namespace

std::optional<EventTime> time_in_range(std::int64_t ms) noexcept {
  if (ms < 0 || ms >= kEndMs) return std::nullopt;
  return EventTime{ms};
}

std::optional<EventTime> from_civil_time(CivilTime t) noexcept {
  if (t.year < kFirstYear || t.year > kLastYear || t.month < 1 || t.month > 12 || t.day < 1) return std::nullopt;
  if (t.day > days_in_month(t.year, t.month)) return std::nullopt;
  if (t.hour < 0 || t.hour > 23 || t.minute < 0 || t.minute > 59 || t.second < 0 || t.second > 60) return std::nullopt;
  if (t.second == 60) {
    t.second = 59;
    t.millisecond = 999;
  }
  const std::int64_t seconds =
      days_from_civil(t.year, t.month, t.day) * 86400 + t.hour * 3600 + (t.minute - t.offset_minutes) * 60 + t.second;
  return time_in_range(seconds * features::kMsPerSecond + t.millisecond);
}

bool read_zone(std::string_view zone, int& offset_minutes) noexcept {
  while (!zone.empty() && zone.front() == ' ') zone.remove_prefix(1);
  if (zone.empty()) return true;
  if (zone == "Z" || zone == "z" || zone == "UTC" || zone == "GMT") {
    offset_minutes = 0;
    return true;
  }
  if ((zone[0] != '+' && zone[0] != '-') || zone.size() < 3) return false;
  const int hours = digits(zone, 1, 2);
  int minutes = 0;
  if (zone.size() == 5) {
    minutes = digits(zone, 3, 2);
  } else if (zone.size() == 6 && zone[3] == ':') {
    minutes = digits(zone, 4, 2);
  } else if (zone.size() != 3) {
    return false;
  }
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return false;
  offset_minutes = (hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1);
  return true;
}

namespace {

// `.SSS` or `,SSS` of 1 to 9 digits from `at`; moves `at` behind it. False where it is malformed.
bool read_fraction(std::string_view text, std::size_t& at, int& millisecond) noexcept {
  millisecond = 0;
  if (at >= text.size() || (text[at] != '.' && text[at] != ',')) return true;
  const std::size_t first = ++at;
  int scale = 100;
  while (at < text.size() && is_digit(text[at])) {
    millisecond += (text[at] - '0') * scale;
    scale /= 10;
    ++at;
  }
  return at > first && at - first <= 9;
}

// Eight characters of a time, as they lie in memory: a digit where `form` has a 0, the very character elsewhere.
struct Form {
  std::uint64_t characters = 0;
  std::uint64_t no_digits = 0;  // all bits of the bytes of the other characters
};
constexpr Form form_of(std::string_view text) noexcept {
  Form form;
  for (std::size_t i = 0; i < 8; ++i) {
    form.characters |= static_cast<std::uint64_t>(text[i]) << (8 * i);
    if (text[i] != '0') form.no_digits |= std::uint64_t{0xFF} << (8 * i);
  }
  return form;
}
constexpr Form kYearMonth = form_of("0000-00-");
constexpr Form kDayHourMinute = form_of("00T00:00");
constexpr Form kSpacedDayHourMinute = form_of("00 00:00");
constexpr Form kSecondMillisecond = form_of("0:00.000");  // and the last digit of the minute

// False where the characters are others; else `digits` holds the digits' values, each in its byte.
bool matches(const char* at, const Form& form, std::uint64_t& digits) noexcept {
  std::memcpy(&digits, at, 8);
  digits ^= form.characters;
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  return (digits & form.no_digits) == 0 && ((digits | (digits + kOnes * 6)) & (kOnes * 0xF0)) == 0;
}

constexpr int one(std::uint64_t digits, int at) noexcept {
  return static_cast<int>((digits >> (8 * at)) & 15);
}
constexpr int two(std::uint64_t digits, int at) noexcept {
  return one(digits, at) * 10 + one(digits, at + 1);
}

// 2023-03-20T14:59:33.958, as nearly every log writes it. REQUIRES: 23 characters. False where it is written otherwise.
bool read_usual_form(const char* text, CivilTime& t) noexcept {
  if constexpr (std::endian::native != std::endian::little) return false;
  std::uint64_t day = 0;
  std::uint64_t minute = 0;
  std::uint64_t second = 0;
  if (!matches(text, kYearMonth, day) || !matches(text + 15, kSecondMillisecond, second)) return false;
  if (!matches(text + 8, text[10] == ' ' ? kSpacedDayHourMinute : kDayHourMinute, minute)) return false;
  t = {
      two(day, 0) * 100 + two(day, 2),      two(day, 5), two(minute, 0), two(minute, 3), two(minute, 6), two(second, 2),
      one(second, 5) * 100 + two(second, 6)};
  return true;
}

// 2023-03-20T14:59[:33[.958]][zone]
std::optional<EventTime> parse_iso(std::string_view text, int zone_minutes) noexcept {
  CivilTime usual;
  if (text.size() >= 23 && (text.size() == 23 || !is_digit(text[23])) && read_usual_form(text.data(), usual)) {
    const bool utc = text.substr(23) == "Z" || text.substr(23) == "+0000";
    usual.offset_minutes = utc ? 0 : zone_minutes;
    if (!utc && !read_zone(text.substr(23), usual.offset_minutes)) return std::nullopt;
    return from_civil_time(usual);
  }
  if (text.size() < 16 || text[7] != '-' || text[13] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  CivilTime t{digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2), digits(text, 11, 2), digits(text, 14, 2)};
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    if (text.size() < 19) return std::nullopt;
    t.second = digits(text, 17, 2);
    at = 19;
    if (!read_fraction(text, at, t.millisecond)) return std::nullopt;
  }
  t.offset_minutes = zone_minutes;
  if (!read_zone(text.substr(at), t.offset_minutes)) return std::nullopt;
  return from_civil_time(t);
}

// 20230320145933[.958]
std::optional<EventTime> parse_compact(std::string_view text, int zone_minutes) noexcept {
  CivilTime t{digits(text, 0, 4), digits(text, 4, 2),  digits(text, 6, 2),
              digits(text, 8, 2), digits(text, 10, 2), digits(text, 12, 2)};
  std::size_t at = 14;
  if (!read_fraction(text, at, t.millisecond) || at != text.size()) return std::nullopt;
  t.offset_minutes = zone_minutes;
  return from_civil_time(t);
}

// What may follow an epoch in seconds: a zone, which does not move it, as text or as Snowflake writes it (the offset's
// minutes and 1440 more: `1692202187.123000000 1440`).
bool is_epoch_zone(std::string_view text) noexcept {
  int ignored = 0;
  if (text.empty() || read_zone(text, ignored)) return true;
  text.remove_prefix(1);
  const bool sized = !text.empty() && text.size() <= 4;
  const int minutes = sized ? digits(text, 0, text.size()) : -1;
  return minutes >= 0 && minutes <= 2880;
}

// Until 2200 seconds have at most 10 digits, milliseconds 13, microseconds 16, nanoseconds 19.
std::optional<EventTime> parse_epoch(std::string_view text, std::size_t whole_digits) noexcept {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + whole_digits, whole);
  if (error != std::errc()) return std::nullopt;
  std::size_t at = whole_digits;
  int fraction_ms = 0;
  if (!read_fraction(text, at, fraction_ms)) return std::nullopt;
  const std::string_view behind = text.substr(at);
  const bool seconds = whole_digits == 9 || whole_digits == 10;
  if (!behind.empty() && !(seconds && behind[0] == ' ' && is_epoch_zone(behind))) return std::nullopt;
  if (whole_digits <= 10) return time_in_range(whole * 1000 + fraction_ms);
  if (whole_digits <= 13) return time_in_range(whole);
  if (whole_digits <= 16) return time_in_range(whole / 1000);
  return time_in_range(whole / 1'000'000);
}

// 1.679324373958E12: rewritten as whole digits, then read like any other number.
std::optional<EventTime> parse_scientific(std::string_view text, int zone_minutes) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value < 9e18)) return std::nullopt;
  std::array<char, 24> buffer{};
  const auto rounded = static_cast<std::int64_t>(std::llround(value));
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded);
  const std::string_view whole(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  return whole.size() == 14 ? parse_compact(whole, zone_minutes) : parse_epoch(whole, whole.size());
}

}  // namespace

std::optional<EventTime> parse_event_time(std::string_view text, int zone_minutes) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty() || text.size() > 40) return std::nullopt;
  if (text.size() > 4 && text[4] == '-') return parse_iso(text, zone_minutes);
  std::size_t whole_digits = 0;
  while (whole_digits < text.size() && is_digit(text[whole_digits])) ++whole_digits;
  if (whole_digits == 0) return std::nullopt;
  if (text.find_first_of("eE") != std::string_view::npos) return parse_scientific(text, zone_minutes);
  if (whole_digits == 14) return parse_compact(text, zone_minutes);
  if (whole_digits > 19) return std::nullopt;
  return parse_epoch(text, whole_digits);
}

}  // namespace outflow::connectors
