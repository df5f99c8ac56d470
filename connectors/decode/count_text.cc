#include "connectors/decode/count_text.h"

#include <arpa/inet.h>

#include <charconv>
#include <cmath>
#include <cstring>

namespace outflow::connectors {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr std::array<bool, 256> kAlphanumeric = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    table[i] = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  return table;
}();

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cheaper than to try: false for all that can be no decimal, such as ids, addresses and times; also for digits alone.
bool looks_like_a_number(std::string_view text) noexcept {
  int points = 0;
  bool digits_alone = true;
  for (const char c : text.substr(1)) {
    if (is_digit(c)) continue;
    digits_alone = false;
    if (c == '.') {
      if (++points > 1) return false;
    } else if (c != 'e' && c != 'E' && c != '+' && c != '-' && c != ' ' && c != '\t') {
      return false;
    }
  }
  return !digits_alone;
}

bool valid_ipv4(std::string_view text) noexcept {
  int parts = 0;
  std::size_t at = 0;
  while (true) {
    int value = 0;
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at]) && at - first < 3) value = value * 10 + (text[at++] - '0');
    if (at == first || value > 255 || (at - first > 1 && text[first] == '0')) return false;
    ++parts;
    if (at == text.size()) return parts == 4;
    if (text[at] != '.' || parts == 4) return false;
    ++at;
  }
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) noexcept {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
  // Nearly always digits alone, too few to be too large.
  if (!text.empty() && text.size() <= 15) {
    std::uint64_t whole = 0;
    std::size_t at = 0;
    while (at < text.size() && is_digit(text[at])) whole = whole * 10 + static_cast<std::uint64_t>(text[at++] - '0');
    if (at == text.size()) return whole;
  }
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) {
    return value <= kLargestCount ? std::optional(value) : std::nullopt;
  }
  const std::optional<double> decimal = parse_decimal(text);
  if (!decimal || !(*decimal >= 0) || *decimal > static_cast<double>(kLargestCount)) return std::nullopt;
  if (std::floor(*decimal) != *decimal) return std::nullopt;
  return static_cast<std::uint64_t>(*decimal);
}

std::string_view respelled_number(std::string_view text, std::array<char, 32>& buffer) noexcept {
  if (text.size() > 30 || !looks_like_a_number(text)) return text;
  const std::size_t first = text[0] == '-' ? 1 : 0;
  if (text.size() > first + 1 && text[first] == '0' && is_digit(text[first + 1])) return text;
  const std::optional<double> value = parse_decimal(text);
  if (!value) return text;
  const bool whole = std::floor(*value) == *value && std::fabs(*value) <= static_cast<double>(kLargestCount);
  const auto written =
      whole ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<std::int64_t>(*value))
            : std::to_chars(buffer.data(), buffer.data() + buffer.size(), *value);
  return written.ec == std::errc() ? std::string_view(buffer.data(), written.ptr) : text;
}

std::string_view canonical_id(std::string_view id) noexcept {
  if (id.size() != 18) return id;
  bool plain = true;
  for (std::size_t i = 0; i < 18; ++i) plain &= kAlphanumeric[static_cast<unsigned char>(id[i])];
  return plain ? id.substr(0, 15) : id;
}

std::string_view valid_ip(std::string_view text) noexcept {
  if (text.size() <= 15 && valid_ipv4(text)) return text;  // nearly always
  text = trimmed(text);
  if (text.size() < 2 || text.size() > 45) return {};
  if (text.find(':') == std::string_view::npos) return valid_ipv4(text) ? text : std::string_view();
  std::array<char, 48> terminated{};
  std::memcpy(terminated.data(), text.data(), text.size());
  in6_addr address{};
  if (inet_pton(AF_INET6, terminated.data(), &address) != 1) return {};
  // An IPv4 address is the same one, however it travels: `::ffff:203.0.113.7`.
  const bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&address) && text.find('.') != std::string_view::npos;
  return is_ipv4 ? text.substr(text.rfind(':') + 1) : text;
}

}  // namespace outflow::connectors
