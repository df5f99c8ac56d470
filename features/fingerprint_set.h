// FingerprintSet: a set of 64-bit fingerprints that only grows: one cache line a look-up.
//
// Open addressing with linear probing, 3/4 full at most: 11 to 21 bytes an id. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "features/fingerprint.h"

namespace outflow::features {

class FingerprintSet {
 public:
  // True where it is new.
  bool insert(Fingerprint id) {
    if (id == kEmpty) id = kInstead;
    if ((size_ + 1) * 4 > slots_.size() * 3) resize(slots_.empty() ? kFirstSlots : slots_.size() * 2);
    return put(id);
  }
  void reserve(std::size_t ids) {
    std::size_t slots = kFirstSlots;
    while (ids * 4 > slots * 3) slots *= 2;
    if (slots > slots_.size()) resize(slots);
  }
  void prefetch(Fingerprint id) const noexcept {
    if (!slots_.empty()) __builtin_prefetch(&slots_[id & mask_]);
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return slots_.capacity() * sizeof(Fingerprint); }

 private:
  static constexpr Fingerprint kEmpty = 0, kInstead = 1;
  static constexpr std::size_t kFirstSlots = 8;

  bool put(Fingerprint id) {
    std::size_t i = id & mask_;
    for (; slots_[i] != kEmpty; i = (i + 1) & mask_) {
      if (slots_[i] == id) return false;
    }
    slots_[i] = id;
    ++size_;
    return true;
  }

  void resize(std::size_t slots) {
    std::vector<Fingerprint> old(slots, kEmpty);
    old.swap(slots_);
    mask_ = slots - 1;
    size_ = 0;
    for (const Fingerprint id : old) {
      if (id != kEmpty) (void)put(id);
    }
  }

  std::vector<Fingerprint> slots_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace outflow::features
