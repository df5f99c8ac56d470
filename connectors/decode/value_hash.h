// The hash of one value in a row's identity: 64 bits of a text and a seed, made for the short texts that rows hold.
//
// Each 16 bytes are multiplied into 128 bits, whose halves are folded into one; a last multiplication spreads the
// length. Part of ids that are kept for days: the result is the same on every machine, and changing it changes the id
// of every row without one of its own (then raise kDecoderVersion). Not for keys that an attacker must not guess.
// Pure and thread-safe.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "features/fingerprint.h"

namespace outflow::connectors {

// What is read of a text of at most 16 bytes: all of it, in two words that may overlap.
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

}  // namespace value_hash_parts

// REQUIRES: at most 16 bytes.
[[nodiscard]] inline ShortText short_text(std::string_view text) noexcept {
  using value_hash_parts::load;
  const char* const at = text.data();
  const std::size_t size = text.size();
  if (size >= 8) return {load<std::uint64_t>(at), load<std::uint64_t>(at + size - 8)};
  if (size >= 4) return {load<std::uint32_t>(at), load<std::uint32_t>(at + size - 4)};
  if (size == 0) return {};
  // The first, the middle and the last are all there are.
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])); };
  return {byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1), 0};
}

[[nodiscard]] inline features::Fingerprint hash_of(ShortText text, std::size_t size, std::uint64_t seed) noexcept {
  using namespace value_hash_parts;
  const std::uint64_t mixed = folded_product(text.first ^ kFirst, text.last ^ seed);
  return folded_product(mixed ^ size, seed ^ kLast);
}

[[nodiscard]] inline features::Fingerprint hash_of(std::string_view text, std::uint64_t seed) noexcept {
  using namespace value_hash_parts;
  const std::size_t size = text.size();
  std::uint64_t mixed = seed;
  while (text.size() > 16) {
    mixed = folded_product(load<std::uint64_t>(text.data()) ^ kFirst, load<std::uint64_t>(text.data() + 8) ^ mixed);
    text.remove_prefix(16);
  }

  return hash_of(short_text(text), size, mixed);
}

}  // namespace outflow::connectors
