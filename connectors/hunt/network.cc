#include "connectors/hunt/network.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <utility>

namespace outflow::connectors {
namespace {

constexpr std::size_t kMaxText = 64;
constexpr unsigned kMapped = 96;  // bits in front of an IPv4 address in IPv6

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() >= kMaxText) return std::nullopt;
  char terminated[kMaxText];
  std::memcpy(terminated, text.data(), text.size());
  terminated[text.size()] = '\0';
  Address address;
  address.bytes[10] = address.bytes[11] = 0xFF;
  if (inet_pton(AF_INET, terminated, address.bytes.data() + 12) == 1) {
    address.v4 = true;
    return address;
  }
  if (inet_pton(AF_INET6, terminated, address.bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  address.v4 = std::memcmp(address.bytes.data(), kPrefix.data(), kPrefix.size()) == 0;
  return address;
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  Network network;
  network.base_ = *base;
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), value);
  const bool as_v4 = base->v4 && text.find(':') == std::string_view::npos;
  if (error != std::errc() || end != bits.data() + bits.size() || value > (as_v4 ? 32U : 128U)) return std::nullopt;
  network.bits_ = value + (as_v4 ? kMapped : 0);
  return network;
}

bool Network::holds(const Address& address) const noexcept {
  const std::size_t whole = bits_ / 8;
  if (std::memcmp(address.bytes.data(), base_.bytes.data(), whole) != 0) return false;
  const unsigned rest = bits_ % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - rest));
  return ((address.bytes[whole] ^ base_.bytes[whole]) & mask) == 0;
}

std::string refanged(std::string_view text) {
  std::string out(text);
  constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
      {"[.]", "."},     {"(.)", "."}, {"{.}", "."},  {"[dot]", "."}, {"(dot)", "."},         {"[:]", ":"},
      {"[://]", "://"}, {"[@]", "@"}, {"[at]", "@"}, {"[/]", "/"},   {"hxxp://", "http://"}, {"hxxps://", "https://"}};
  for (const auto& [mark, meant] : kMarks) {
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + meant.size())) {
      out.replace(at, mark.size(), meant);
    }
  }
  return out;
}

}  // namespace outflow::connectors
