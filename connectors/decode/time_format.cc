#include "connectors/decode/time_format.h"

#include <array>
#include <charconv>
#include <cmath>

#include "connectors/decode/event_clock.h"

namespace outflow::connectors {
namespace {

using features::EventTime;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Reads one text by one pattern, both from left to right.
class PatternReader {
 public:
  PatternReader(std::string_view text, int zone_minutes) : text_(text) { civil_.offset_minutes = zone_minutes; }

  std::optional<EventTime> read(std::string_view pattern) noexcept {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const bool fits = pattern[i] == '%' && i + 1 < pattern.size() ? read_part(pattern[++i]) : skip(pattern[i]);
      if (!fits) return std::nullopt;
    }
    return at_ == text_.size() ? from_civil_time(civil_) : std::nullopt;
  }

 private:
  bool skip(char c) noexcept {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Up to `most` digits, one at least.
  bool number(std::size_t most, int& value) noexcept {
    const std::size_t first = at_;
    value = 0;
    while (at_ < text_.size() && at_ - first < most && is_digit(text_[at_])) value = value * 10 + (text_[at_++] - '0');
    return at_ > first;
  }
  bool fraction() noexcept {
    const std::size_t first = at_;
    int scale = 100;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_, scale /= 10) {
      civil_.millisecond += (text_[at_] - '0') * scale;
    }
    return at_ > first && at_ - first <= 9;
  }
  bool month_name() noexcept {
    if (at_ + 3 > text_.size()) return false;
    for (std::size_t month = 0; month < kMonths.size(); ++month) {
      bool same = true;
      for (std::size_t i = 0; i < 3; ++i) same = same && (text_[at_ + i] | 0x20) == kMonths[month][i];
      if (!same) continue;
      civil_.month = static_cast<int>(month) + 1;
      at_ += 3;
      return true;
    }
    return false;
  }
  bool zone() noexcept {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != ' ') ++end;
    const auto minutes = parse_zone(text_.substr(at_, end - at_));
    if (!minutes) return false;
    civil_.offset_minutes = *minutes;
    at_ = end;
    return true;
  }
  bool read_part(char part) noexcept {
    switch (part) {
      case 'Y':
        return number(4, civil_.year);
      case 'm':
        return number(2, civil_.month);
      case 'd':
        return number(2, civil_.day);
      case 'H':
        return number(2, civil_.hour);
      case 'M':
        return number(2, civil_.minute);
      case 'S':
        return number(2, civil_.second);
      case 'f':
        return fraction();
      case 'z':
        return zone();
      case 'b':
        return month_name();
      default:
        return skip(part);  // %%
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  CivilTime civil_;
};

// A number of `per_second` parts of a second.
std::optional<EventTime> read_epoch(std::string_view text, std::int64_t per_second) noexcept {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc() || whole < 0) return std::nullopt;
  double parts = static_cast<double>(whole);
  const bool is_whole = end == text.data() + text.size();
  if (!is_whole) {
    const auto [last, wrong] = std::from_chars(text.data(), text.data() + text.size(), parts);
    if (wrong != std::errc() || last != text.data() + text.size() || !(parts >= 0 && parts < 9e18)) return std::nullopt;
  }
  if (is_whole && per_second >= 1000) return time_in_range(whole / (per_second / 1000));
  if (parts > 1e18) return std::nullopt;
  return time_in_range(static_cast<std::int64_t>(std::llround(parts * 1000 / static_cast<double>(per_second))));
}

}  // namespace

std::string parse_time_format(std::string_view text, TimeFormat& format) {
  constexpr std::array<std::pair<std::string_view, TimeFormat::Kind>, 5> kNamed = {{
      {"iso", TimeFormat::Kind::kIso},
      {"epoch_s", TimeFormat::Kind::kEpochS},
      {"epoch_ms", TimeFormat::Kind::kEpochMs},
      {"epoch_us", TimeFormat::Kind::kEpochUs},
      {"epoch_ns", TimeFormat::Kind::kEpochNs},
  }};
  for (const auto& [name, kind] : kNamed) {
    if (text == name) {
      format = {kind, {}};
      return {};
    }
  }
  if (text.find('%') == std::string_view::npos || text.size() > 64) {
    return "is iso, epoch_s, epoch_ms, epoch_us, epoch_ns or a pattern of %Y %m %d %H %M %S %f %z %b";
  }
  bool year = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (++i == text.size() || std::string_view("YmdHMSfzb%").find(text[i]) == std::string_view::npos) {
      return "a pattern knows %Y %m %d %H %M %S %f %z %b and %% only";
    }
    year = year || text[i] == 'Y';
  }
  if (!year) return "a pattern needs %Y";
  format = {TimeFormat::Kind::kPattern, std::string(text)};
  return {};
}

std::optional<int> parse_zone(std::string_view text) {
  int minutes = 0;
  return !text.empty() && read_zone(text, minutes) ? std::optional(minutes) : std::nullopt;
}

std::optional<EventTime> read_time(std::string_view text, const TimeFormat& format, int zone_minutes) noexcept {
  if (text.size() > 64) return std::nullopt;
  switch (format.kind) {
    case TimeFormat::Kind::kAny:
      return parse_event_time(text, zone_minutes);
    case TimeFormat::Kind::kIso:
      return text.size() > 4 && text[4] == '-' ? parse_event_time(text, zone_minutes) : std::nullopt;
    case TimeFormat::Kind::kEpochS:
      return read_epoch(text, 1);
    case TimeFormat::Kind::kEpochMs:
      return read_epoch(text, 1000);
    case TimeFormat::Kind::kEpochUs:
      return read_epoch(text, 1'000'000);
    case TimeFormat::Kind::kEpochNs:
      return read_epoch(text, 1'000'000'000);
    case TimeFormat::Kind::kPattern:
      return PatternReader(text, zone_minutes).read(format.pattern);
  }
  return std::nullopt;
}

}  // namespace outflow::connectors
