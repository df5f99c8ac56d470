#include "connectors/decode/base64.h"

#include <array>
#include <cstdint>

namespace outflow::connectors {
namespace {

constexpr std::uint8_t kSpace = 64;
constexpr std::uint8_t kPadding = 65;
constexpr std::uint8_t kForeign = 66;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = 62;
  values['_'] = 63;
  values['='] = kPadding;
  for (const char space : {' ', '\t', '\r', '\n'}) values[static_cast<unsigned char>(space)] = kSpace;
  return values;
}();

}  // namespace

bool append_base64_decoded(std::string_view text, ByteBuffer& out) {
  char* const begin = out.reserve(text.size() / 4 * 3 + 3);
  char* at = begin;
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kSpace) continue;
    if (value == kForeign) return false;
    if (value == kPadding) {
      if (++padding > 2) return false;
      continue;
    }
    if (padding > 0) return false;
    bits = bits << 6 | value;
    if (++digits % 4 != 0) continue;
    *at++ = static_cast<char>(bits >> 16);
    *at++ = static_cast<char>(bits >> 8);
    *at++ = static_cast<char>(bits);
  }
  const std::size_t rest = digits % 4;
  if (rest == 1 || (padding > 0 && rest + padding != 4)) return false;
  if (rest >= 2) *at++ = static_cast<char>(rest == 2 ? bits >> 4 : bits >> 10);
  if (rest == 3) *at++ = static_cast<char>(bits >> 2);
  out.grown(static_cast<std::size_t>(at - begin));
  return true;
}

void append_base64(std::string_view bytes, ByteBuffer& out) {
  char* const begin = out.reserve((bytes.size() + 2) / 3 * 4);
  char* at = begin;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < have ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) *at++ = k <= have ? kAlphabet[bits >> (18 - 6 * k) & 63U] : '=';
  }
  out.grown(static_cast<std::size_t>(at - begin));
}

}  // namespace outflow::connectors
