// 64-bit fingerprints of strings: XXH3, whose output is fixed since xxHash 0.8 and so may be persisted.
//
// Thread-safe (pure). Two different strings collide with probability 2^-64; a million entities collide with 3e-8.
#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace outflow::features {

using Fingerprint = std::uint64_t;

[[nodiscard]] inline Fingerprint fingerprint(std::string_view text, Fingerprint seed = 0) noexcept {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

// Order matters: combine(a, b) != combine(b, a).
[[nodiscard]] constexpr Fingerprint combine(Fingerprint first, Fingerprint second) noexcept {
  std::uint64_t mixed = first + 0x9E3779B97F4A7C15ULL + (second ^ (second >> 32)) * 0xD6E8FEB86659FD93ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

}  // namespace outflow::features
