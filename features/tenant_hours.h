// TenantHours: something for each hour of each tenant, in order of hours; the newest are at hand at once.
//
// One thread. References hold until the next at() of a new hour or take_before().
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <tuple>
#include <utility>

#include "features/fingerprint.h"

namespace outflow::features {

template <typename Value>
class TenantHours {
 public:
  using Hours = std::deque<std::pair<std::int32_t, Value>>;

  [[nodiscard]] Value* find(Fingerprint tenant, std::int32_t hour) {
    Hours* hours = of(tenant);
    if (hours == nullptr) return nullptr;
    const std::size_t place = place_of(*hours, hour);
    return place < hours->size() && (*hours)[place].first == hour ? &(*hours)[place].second : nullptr;
  }

  // Makes it where missing; `before` is its neighbour in the hour before then, or null.
  Value& at(Fingerprint tenant, std::int32_t hour, const Value** before = nullptr) {
    Hours* hours = of(tenant);
    if (hours == nullptr) {
      auto& fresh = tenants_[tenant];
      fresh = std::make_unique<Hours>();
      hours = fresh.get();
      std::tie(recent_tenant_, recent_) = std::pair{tenant, hours};
    }
    const std::size_t place = place_of(*hours, hour);
    if (place == hours->size() || (*hours)[place].first != hour) {
      hours->emplace(hours->begin() + static_cast<std::ptrdiff_t>(place), hour, Value{});
      if (before != nullptr && place > 0) *before = &(*hours)[place - 1].second;
    }
    return (*hours)[place].second;
  }

  // Takes out the tenant's hours below `floor`, the oldest first.
  template <typename Take>
  void take_before(Fingerprint tenant, std::int32_t floor, Take take) {
    Hours* hours = of(tenant);
    if (hours == nullptr) return;
    while (!hours->empty() && hours->front().first < floor) {
      take(hours->front().first, hours->front().second);
      hours->pop_front();
    }
    if (!hours->empty()) return;
    recent_ = nullptr;
    tenants_.erase(tenant);
  }

  // The oldest hour of all (the smallest tenant of those that have it); false where there is none.
  bool oldest(Fingerprint& tenant, std::int32_t& hour) const {
    bool any = false;
    for (const auto& [candidate, hours] : tenants_) {
      const std::int32_t first = hours->front().first;
      if (!any || std::tie(first, candidate) < std::tie(hour, tenant))
        std::tie(hour, tenant) = std::tie(first, candidate);
      any = true;
    }
    return any;
  }

  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& [tenant, hours] : tenants_) {
      for (auto& [hour, value] : *hours) visit(tenant, hour, value);
    }
  }

 private:
  Hours* of(Fingerprint tenant) {
    if (recent_ != nullptr && recent_tenant_ == tenant) return recent_;
    const auto found = tenants_.find(tenant);
    if (found == tenants_.end()) return nullptr;
    std::tie(recent_tenant_, recent_) = std::pair{tenant, found->second.get()};
    return recent_;
  }

  // The first that is not before `hour`: nearly always one of the last.
  static std::size_t place_of(const Hours& hours, std::int32_t hour) {
    constexpr std::size_t kNear = 4;
    std::size_t place = hours.size();
    for (std::size_t i = 0; i < kNear; ++i) {
      if (place == 0 || hours[place - 1].first < hour) return place;
      --place;
    }
    if (place == 0 || hours.front().first >= hour) return 0;
    const std::int64_t guess = std::int64_t{hour} - hours.front().first;  // right where no hour is missing
    if (guess < static_cast<std::int64_t>(place) && hours[static_cast<std::size_t>(guess)].first == hour) {
      return static_cast<std::size_t>(guess);
    }
    const auto before = [](const auto& entry, std::int32_t sought) { return entry.first < sought; };
    const auto end = hours.begin() + static_cast<std::ptrdiff_t>(place);
    return static_cast<std::size_t>(std::lower_bound(hours.begin(), end, hour, before) - hours.begin());
  }

  absl::flat_hash_map<Fingerprint, std::unique_ptr<Hours>> tenants_;
  Fingerprint recent_tenant_ = 0;
  Hours* recent_ = nullptr;
};

}  // namespace outflow::features
