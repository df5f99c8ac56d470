// ClassHours: which classes of data an entity touched, and in which hour last: "was financial data in that window?"
//
// One entry a class, so at most DataClasses::kMost. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "features/data_classes.h"

namespace outflow::detector {

class ClassHours {
 public:
  struct Touched {
    std::uint8_t number = 0;  // of the class
    std::int32_t hour = 0;
    bool operator==(const Touched&) const = default;
  };

  void touch(features::DataClasses classes, std::int32_t hour) {
    if ((classes.bits() & ~latest_.bits()) == 0 && (classes.empty() || hour == latest_hour_)) return;
    note(classes, hour);
  }
  // Touched in `first` or later.
  [[nodiscard]] features::DataClasses since(std::int32_t first) const;

  [[nodiscard]] std::span<const Touched> touched() const { return touched_; }
  // REQUIRES: ascending by number, each below DataClasses::kMost (the decoder checks).
  void restore(std::vector<Touched> touched) { touched_ = std::move(touched), latest_ = {}; }

 private:
  void note(features::DataClasses classes, std::int32_t hour);

  features::DataClasses latest_;  // noted for `latest_hour_`; not persisted: only saves work
  std::int32_t latest_hour_ = 0;
  std::vector<Touched> touched_;
};

}  // namespace outflow::detector
