// Networks: an address, or a range in CIDR notation, IPv4 or IPv6; and what a person writes for them.
//
// IPv4 addresses mapped into IPv6 (::ffff:10.0.0.1) are IPv4. Pure values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outflow::connectors {

struct Address {
  std::array<std::uint8_t, 16> bytes{};  // IPv4 in the mapped form
  bool v4 = false;
};

// A plain address; nullopt for anything else.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

class Network {
 public:
  // "10.0.0.0/8", "2001:db8::/32", "10.1.2.3"; bits of the host part may be set. Nullopt for anything else.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool holds(const Address& address) const noexcept;
  [[nodiscard]] bool single() const noexcept { return bits_ == 128; }

 private:
  Address base_;
  unsigned bits_ = 128;  // of the 128
};

// Undoes what protects people from clicking: 1.2.3[.]4, 1(.)2, hxxps://, [at], (dot), a[:]b.
[[nodiscard]] std::string refanged(std::string_view text);

}  // namespace outflow::connectors
