// VolumeReport: what each entity took, added up from postings. The answer to "what did they take?".
//
// One thread. Memory grows with entities, the hours they were active in and the objects they touched, not with
// records. Sums are the counter's double entry: an entity whose volume moved elsewhere altogether vanishes.
// `first` and `last` are exact unless only a part of an hour's records moved away: then that hour keeps its ends.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "features/counted_event.h"

namespace outflow::features {

struct VolumeRow {
  std::string tenant_id;
  EntityType type = EntityType::kUser;
  std::string entity;  // app id, client name or actor id; empty where a record names nobody
  std::string name;
  std::int64_t records = 0;
  std::int64_t records_estimated = 0;  // part of `records` that is an estimate
  std::int64_t bytes = 0;
  std::int64_t events = 0;
  std::int64_t duplicates = 0;
  std::int64_t uncounted_events = 0;  // extractions whose count is unknown; not in `records`
  std::vector<std::string> objects;   // sorted
  EventTime first, last;
};

class VolumeReport {
 public:
  VolumeReport();
  ~VolumeReport();
  VolumeReport(VolumeReport&&) noexcept;
  VolumeReport& operator=(VolumeReport&&) noexcept;

  // Late records add nothing. Duplicates are ascribed to the owner known when they came.
  void apply(std::string_view tenant_id, const CountedEvent& counted);

  // By tenant, then most records, most events, entity.
  [[nodiscard]] std::vector<VolumeRow> rows() const;

 private:
  struct Entity;
  Entity& entity_of(std::string_view tenant_id, const Owner& owner);

  absl::flat_hash_map<Fingerprint, Entity> entities_;
};

}  // namespace outflow::features
