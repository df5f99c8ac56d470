// ObjectSets: interns the objects that a record touched, so that contributions and cells carry 8 bytes for them.
// One thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "features/attribution.h"
#include "features/hour_table.h"

namespace outflow::features {

class ObjectSets {
 public:
  ObjectSets(const StateReader* cold, CountingStats& stats) : table_('o', cold, stats) {}

  // The key of the set; 0 for none. More than ObjectSet::kMaxObjects are cut off, in name order.
  Fingerprint intern(Fingerprint tenant, std::int32_t hour, std::span<const std::string_view> objects,
                     DataClasses classes);
  // Valid until the next expire() or evict(); null for key 0, and where the set was forgotten.
  [[nodiscard]] const ObjectSet* find(Fingerprint key) { return key == 0 ? nullptr : table_.find(key); }

  [[nodiscard]] HourTable<ObjectSet>& table() { return table_; }
  [[nodiscard]] const HourTable<ObjectSet>& table() const { return table_; }

 private:
  HourTable<ObjectSet> table_;
  std::vector<std::string_view> sorted_;
};

}  // namespace outflow::features
