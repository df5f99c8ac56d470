// VolumeReport: what each entity took, added up from postings. The answer to "what did they take?".
//
// Kept in cells by entity, actor, hour, objects (with a record's tag, features/record_tag.h) and classes, so that it
// may be narrowed to some cells and split by what a cell is of; every posting is in one cell, so the parts add up to
// the whole. One thread. Memory grows with cells, not with records. Sums are the counter's double entry: an entity
// whose volume moved elsewhere altogether vanishes. `first` and `last` are exact unless only a part of a cell's records
// moved away: then that cell keeps its ends.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/counted_event.h"
#include "features/time_window.h"

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
  DataClasses classes;
  EventTime first, last;
  std::vector<std::string> split;  // what the row is of, as the chooser said
};

// What a cell is of. Views are valid during the call.
struct VolumePart {
  std::string_view tenant_id;
  EntityType type = EntityType::kUser;
  std::string_view entity, name;
  std::string_view actor_id, actor_name;
  std::int32_t hour = 0;  // of the true clock
  std::span<const std::string> objects;
  DataClasses classes;
  std::string_view tag;
};

class VolumeReport {
 public:
  // Where the counter was given stretched times, `window` is what stretched them.
  explicit VolumeReport(TimeWindow window = {}) : window_(window) {}

  // Late records add nothing. Duplicates are ascribed to the owner known when they came. `event` (as it was counted)
  // says when a duplicate happened, and what it was tagged.
  void apply(std::string_view tenant_id, const CountedEvent& counted, const AuditEvent* event = nullptr);

  // Says which row of its entity a part belongs to (texts are compared); nullopt: to none.
  using Chooser = std::function<std::optional<std::vector<std::string>>(const VolumePart&)>;
  // By tenant, then entities with most records, most events, id; the rows of one by their split.
  [[nodiscard]] std::vector<VolumeRow> rows(const Chooser& choose = {}) const;

 private:
  struct Entity {
    std::string tenant_id, id, name;
    EntityType type = EntityType::kUser;
  };
  struct Actor {
    std::string id, name;
  };
  struct ObjectSet {
    std::vector<std::string> names;
    std::string tag;
  };
  struct Cell {
    Fingerprint entity = 0, actor = 0, objects = 0;
    std::int32_t hour = 0;
    DataClasses classes;
    std::int64_t records = 0, estimated = 0, bytes = 0, events = 0, duplicates = 0, uncounted = 0;
    std::int64_t first_ms = 0, last_ms = 0;
    [[nodiscard]] bool empty() const {
      return records == 0 && estimated == 0 && bytes == 0 && events == 0 && duplicates == 0 && uncounted == 0;
    }
  };

  Cell& cell_of(std::string_view tenant_id, const Owner& owner, const Owner& actor, std::int32_t hour,
                std::span<const std::string_view> objects, std::string_view tag, DataClasses classes, Fingerprint& key);
  void add(Cell& cell, const Posting& posting);

  TimeWindow window_;
  absl::flat_hash_map<Fingerprint, Entity> entities_;
  absl::flat_hash_map<Fingerprint, Actor> actors_;
  absl::flat_hash_map<Fingerprint, ObjectSet> object_sets_;
  absl::flat_hash_map<Fingerprint, Cell> cells_;
};

}  // namespace outflow::features
