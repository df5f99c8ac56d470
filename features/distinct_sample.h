// DistinctSample: how many different things were seen, exactly up to kMost of them, about right beyond.
//
// Keeps the kMost smallest fingerprints (k minimum values, Bar-Yossef et al. 2002): of n things spread evenly over 2^64
// the k-th smallest stands near k/n of the way, so n is about (k - 1) / that share; relative error about 1 / sqrt(k -
// 2), here 13 %. The order of arrival does not matter. One thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "features/bytes.h"
#include "features/fingerprint.h"

namespace outflow::features {

class DistinctSample {
 public:
  static constexpr std::size_t kMost = 64;

  // True where that changed anything.
  bool add(Fingerprint thing) {
    const auto place = std::lower_bound(least_.begin(), least_.end(), thing);
    if (place != least_.end() && *place == thing) return false;
    if (least_.size() == kMost) {
      if (place == least_.end()) return std::exchange(more_, true) == false;
      least_.pop_back();
      more_ = true;
    }
    least_.insert(std::lower_bound(least_.begin(), least_.end(), thing), thing);
    return true;
  }
  void merge(const DistinctSample& other) {
    for (const Fingerprint thing : other.least_) (void)add(thing);
    more_ = more_ || other.more_;
  }

  [[nodiscard]] bool exact() const noexcept { return !more_; }
  [[nodiscard]] std::uint64_t count() const {
    if (exact()) return least_.size();
    const double share = (static_cast<double>(least_.back()) + 1.0) / 18446744073709551616.0;
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(kMost - 1) / share));
  }

  void encode(ByteWriter& out) const {
    out.u8(more_ ? 1 : 0);
    out.varint(least_.size());
    for (const Fingerprint thing : least_) out.u64(thing);
  }
  bool decode(ByteReader& in) {
    more_ = in.u8() == 1;
    const std::size_t size = in.count(sizeof(Fingerprint));
    if (size > kMost || (more_ && size != kMost)) return false;
    least_.clear();
    for (std::size_t i = 0; i < size; ++i) {
      const Fingerprint thing = in.u64();
      if (!least_.empty() && thing <= least_.back()) return false;
      least_.push_back(thing);
    }
    return in.ok();
  }

 private:
  std::vector<Fingerprint> least_;  // ascending
  bool more_ = false;               // things were seen beyond these
};

}  // namespace outflow::features
