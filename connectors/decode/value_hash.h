// The hash of one value in a row's identity: 64 bits of a text and a seed, made for the short texts that rows hold.
//
// Each 16 bytes are multiplied into 128 bits, whose halves are folded into one; a last multiplication spreads the
// length. Part of ids that are kept for days: the result is the same on every machine, and changing it changes the id
// of every row without one of its own (then raise kDecoderVersion). Not for keys that an attacker must not guess.
// Pure and thread-safe.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "features/fingerprint.h"

namespace outflow::connectors {

// Sixteen bytes as two words; a shorter text's are filled up with zeros.
struct ShortText {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

namespace value_hash_parts {

template <typename Word>
[[nodiscard]] inline std::uint64_t load(const char* at) noexcept {
  Word word = 0;
  std::memcpy(&word, at, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) {
    word = static_cast<Word>(sizeof(Word) == 8 ? __builtin_bswap64(word) : __builtin_bswap64(word) >> 32);
  }
  return word;
}

[[nodiscard]] inline std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Odd and without pattern; nothing hangs on which they are.
inline constexpr std::uint64_t kFirst = 0xA24BAED4963EE407ULL;
inline constexpr std::uint64_t kLast = 0x9FB21C651E98DF25ULL;

inline constexpr std::array<char, 32> kOnesThenZeros = [] {
  std::array<char, 32> bytes{};
  for (std::size_t i = 0; i < 16; ++i) bytes[i] = static_cast<char>(0xFF);
  return bytes;
}();

}  // namespace value_hash_parts

[[nodiscard]] inline ShortText sixteen_at(const char* at) noexcept {
  return {value_hash_parts::load<std::uint64_t>(at), value_hash_parts::load<std::uint64_t>(at + 8)};
}
// All bits of the first `size` bytes. REQUIRES: size <= 16.
[[nodiscard]] inline ShortText used_of(std::size_t size) noexcept {
  return sixteen_at(value_hash_parts::kOnesThenZeros.data() + 16 - size);
}
// REQUIRES: at most 16 bytes, and 16 that may be read: no size is waited for.
[[nodiscard]] inline ShortText padded_text(std::string_view text) noexcept {
  const ShortText read = sixteen_at(text.data());
  const ShortText used = used_of(text.size());
  return {read.first & used.first, read.last & used.last};
}
// The same of a text behind which nothing may be read.
[[nodiscard]] inline ShortText short_text(std::string_view text) noexcept {
  using value_hash_parts::load;
  const char* const at = text.data();
  const std::size_t size = text.size();
  if (size > 8) return {load<std::uint64_t>(at), load<std::uint64_t>(at + size - 8) >> (8 * (16 - size))};
  if (size == 8) return {load<std::uint64_t>(at), 0};
  if (size >= 4) return {load<std::uint32_t>(at) | load<std::uint32_t>(at + size - 4) << (8 * (size - 4)), 0};
  ShortText read;
  for (std::size_t i = 0; i < size; ++i) {
    read.first |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  }
  return read;
}

[[nodiscard]] inline features::Fingerprint hash_of(ShortText text, std::size_t size, std::uint64_t seed) noexcept {
  using namespace value_hash_parts;
  const std::uint64_t mixed = folded_product(text.first ^ kFirst, text.last ^ seed);
  return folded_product(mixed ^ size, seed ^ kLast);
}

// A long text's last sixteen bytes may overlap those before.
[[nodiscard]] inline features::Fingerprint hash_of(std::string_view text, std::uint64_t seed) noexcept {
  using namespace value_hash_parts;
  if (text.size() <= 16) return hash_of(short_text(text), text.size(), seed);
  std::uint64_t mixed = seed;
  for (std::size_t at = 0; at + 16 < text.size(); at += 16) {
    const ShortText read = sixteen_at(text.data() + at);
    mixed = folded_product(read.first ^ kFirst, read.last ^ mixed);
  }
  return hash_of(sixteen_at(text.data() + text.size() - 16), text.size(), mixed);
}

}  // namespace outflow::connectors
