#include "features/object_sets.h"

#include <algorithm>

namespace outflow::features {

Fingerprint ObjectSets::intern(Fingerprint tenant, std::int32_t hour, std::span<const std::string_view> objects,
                               DataClasses classes) {
  if (objects.empty() && classes.empty()) return 0;
  sorted_.assign(objects.begin(), objects.end());
  std::sort(sorted_.begin(), sorted_.end());
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
  if (sorted_.size() > ObjectSet::kMaxObjects) sorted_.resize(ObjectSet::kMaxObjects);
  Fingerprint key = tenant;
  for (const std::string_view name : sorted_) key = combine(key, fingerprint(name));
  if (!classes.empty()) key = combine(key, classes.bits());
  bool made = false;
  ObjectSet& set = table_.put(tenant, hour, key, made);
  if (made) {
    set.names.assign(sorted_.begin(), sorted_.end());
    set.refresh_views();
    set.classes = classes;
    table_.grew(set, set.heap_bytes());
  }
  table_.used_at(set, hour);
  return key;
}

}  // namespace outflow::features
