// Reading counts and ids out of text that other systems have handled before us.
//
// Pure and thread-safe; never allocates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace outflow::connectors {

// No honest count is larger: beyond it (2^52) a float no longer holds every integer, and sums could overflow.
inline constexpr std::uint64_t kLargestCount = 1ULL << 52;

// "27", "20680.0", "8.16E7". Unknown (nullopt) is everything else: "", "N/A", "-1", NaN, infinities, fractions,
// anything above kLargestCount. "0" is zero.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;

// A number that stands for a score; nullopt where it is none or not finite.
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text) noexcept;

// One spelling for one number: 27, "27", 27.0 and 2.7E1 are the same text ("27"). Text that is no number, or has
// leading zeros, stays as it is. The result may point into `buffer`.
[[nodiscard]] std::string_view respelled_number(std::string_view text, std::array<char, 32>& buffer) noexcept;
[[nodiscard]] inline std::string_view canonical_number(std::string_view text, std::array<char, 32>& buffer) noexcept {
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '-')) return text;
  return respelled_number(text, buffer);  // REQUIRES there: text begins like a number
}

// Salesforce ids compare by their first 15 characters, case-sensitively: 18 characters [A-Za-z0-9] are cut to 15.
// Everything else stays whole.
[[nodiscard]] std::string_view canonical_id(std::string_view id) noexcept;

// The text if it is a valid IPv4 or IPv6 address, else nothing ("Salesforce.com IP" means none).
[[nodiscard]] std::string_view valid_ip(std::string_view text) noexcept;

}  // namespace outflow::connectors
