#include "connectors/decode/unpacker.h"

#include <array>
#include <cstdint>

namespace outflow::connectors {
namespace {

constexpr std::array<std::int8_t, 256> kSextets = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  table[static_cast<unsigned char>('-')] = 62;  // the alphabet for URLs
  table[static_cast<unsigned char>('_')] = 63;
  return table;
}();

}  // namespace

RejectReason Unpacker::unpack(std::string_view in, std::string_view& out) {
  out = in;
  while (in.ends_with('=')) in.remove_suffix(1);
  if (in.empty()) return RejectReason::kNone;
  auto text = std::make_unique_for_overwrite<char[]>(in.size());
  std::size_t size = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : in) {
    const std::int8_t sextet = kSextets[static_cast<unsigned char>(c)];
    if (sextet < 0) return RejectReason::kNone;
    bits = bits << 6 | static_cast<std::uint32_t>(sextet);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    text[size++] = static_cast<char>(bits >> held & 0xFF);
  }
  if (size == 0 || (text[0] != '{' && text[0] != '[')) return RejectReason::kNone;
  out = {text.get(), size};
  texts_.push_back(std::move(text));
  return RejectReason::kNone;
}

}  // namespace outflow::connectors
