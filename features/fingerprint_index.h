// FingerprintIndex: where the entry of a 64-bit key lives, in 8 bytes a slot.
//
// Open addressing with linear probing; a slot holds 32 bits of the key and a 32-bit place, so a look-up touches one
// cache line, which prefetch() can fetch ahead. The index narrows down, it does not decide: a place it names belongs
// to the key with certainty only once the entry's own key was compared. Among n entries a key that is in none of them
// meets a foreign place with probability n * 2^-32 (1 % at 50 million).
//
// One thread. Grows by doubling at 13/16 full, never shrinks: 10 to 20 bytes an entry.
#pragma once

#include <cstdint>
#include <vector>

#include "features/fingerprint.h"

namespace outflow::features {

class FingerprintIndex {
 public:
  using Place = std::uint32_t;
  static constexpr Place kNowhere = UINT32_MAX;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.capacity() * sizeof(std::uint64_t); }

  void prefetch(Fingerprint key) const noexcept {
    if (!slots_.empty()) __builtin_prefetch(&slots_[start_of(tag_of(key))]);
  }

  // Calls `belongs(place)` for every place that may be the key's until it returns true; returns that place.
  template <typename Belongs>
  Place find(Fingerprint key, Belongs belongs) const {
    if (slots_.empty()) return kNowhere;
    const std::uint32_t tag = tag_of(key);
    for (std::size_t i = start_of(tag); slots_[i] != kEmpty; i = (i + 1) & mask_) {
      if (tag_in(slots_[i]) != tag) continue;
      const Place place = place_in(slots_[i]);
      if (belongs(place)) return place;
    }
    return kNowhere;
  }

  // REQUIRES: the pair is not in it; place < kNowhere.
  void insert(Fingerprint key, Place place) {
    if ((size_ + 1) * 16 > slots_.size() * 13) grow();
    put(slot_of(tag_of(key), place));
    ++size_;
  }

  // True where the pair was in it.
  bool erase(Fingerprint key, Place place) {
    const std::size_t i = position(key, place);
    if (i == kAbsent) return false;
    close(i);
    --size_;
    return true;
  }

  [[nodiscard]] bool contains(Fingerprint key, Place place) const { return position(key, place) != kAbsent; }

  // Drops every pair whose place `doomed` names; returns how many. Linear: for what happens once in a lifetime.
  template <typename Doomed>
  std::size_t erase_if(Doomed doomed) {
    const std::vector<std::uint64_t> old = slots_;
    const std::size_t before = size_;
    slots_.assign(old.size(), kEmpty);
    size_ = 0;
    for (const std::uint64_t slot : old) {
      if (slot == kEmpty || doomed(place_in(slot))) continue;
      put(slot);
      ++size_;
    }
    return before - size_;
  }

 private:
  static constexpr std::uint64_t kEmpty = UINT64_MAX;
  static constexpr std::size_t kAbsent = SIZE_MAX;
  static constexpr std::size_t kFirstSlots = 16;

  static std::uint32_t tag_of(Fingerprint key) noexcept { return static_cast<std::uint32_t>(key >> 32); }
  static std::uint64_t slot_of(std::uint32_t tag, Place place) noexcept {
    return (static_cast<std::uint64_t>(tag) << 32) | place;
  }
  static std::uint32_t tag_in(std::uint64_t slot) noexcept { return static_cast<std::uint32_t>(slot >> 32); }
  static Place place_in(std::uint64_t slot) noexcept { return static_cast<Place>(slot); }
  // Fingerprints are uniform: the tag's own bits will do.
  [[nodiscard]] std::size_t start_of(std::uint32_t tag) const noexcept { return tag & mask_; }

  [[nodiscard]] std::size_t position(Fingerprint key, Place place) const {
    if (slots_.empty()) return kAbsent;
    const std::uint64_t sought = slot_of(tag_of(key), place);
    for (std::size_t i = start_of(tag_of(key)); slots_[i] != kEmpty; i = (i + 1) & mask_) {
      if (slots_[i] == sought) return i;
    }
    return kAbsent;
  }

  void put(std::uint64_t slot) {
    std::size_t i = start_of(tag_in(slot));
    while (slots_[i] != kEmpty) i = (i + 1) & mask_;
    slots_[i] = slot;
  }

  // Moves what follows back over the hole, as far as each may stand from its start.
  void close(std::size_t hole) {
    for (std::size_t i = (hole + 1) & mask_; slots_[i] != kEmpty; i = (i + 1) & mask_) {
      if (((i - start_of(tag_in(slots_[i]))) & mask_) < ((i - hole) & mask_)) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = kEmpty;
  }

  void grow() {
    std::vector<std::uint64_t> old(slots_.empty() ? kFirstSlots : slots_.size() * 2, kEmpty);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const std::uint64_t slot : old) {
      if (slot != kEmpty) put(slot);
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace outflow::features
