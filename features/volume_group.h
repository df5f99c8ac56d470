// A volume group: the records that report the same rows, and what they amount to together.
//
// The group is a set of contributions, one a record; what it is worth is a pure function of that set, so neither the
// order of arrival nor what was posted before can change it. Kinds and their keys:
//   request    tenant, request id                      what one call read, seen by several sources
//   instance   tenant, query key, time of its `Query`   the pages of one run of a query
//   execution  tenant, execution id                    the chunks of one report or list view
//   job        tenant, job id                          the batches and state changes of one bulk job
//   sighting   tenant, record                          one record that other records may tell of, without a common key
// Jobs, sightings and the executions of reports take part in extractions (extraction.h): what they are worth is said
// there, by all groups that tell of one pull.
// Contributions of one lane belong together: a repeated total counts once (their maximum), the rows of one event type
// add up. Lanes tell of the same rows, so the group is worth the largest of them. Contributions of lane kAdditive
// (reports, searches, views: rows of their own) are not part of that and simply add.
// A contribution may stand for many records: beyond kMaxRows those that differ only in their time and id are folded
// into the earliest. What the group is worth stays the same to the row; a `Query` that comes later than that no longer
// splits them.
// By hour: what the group is worth up to an hour, less what it was worth up to the hour before.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "features/attribution.h"
#include "features/bytes.h"
#include "features/extraction.h"
#include "features/hour_table.h"

namespace outflow::features {

using Lane = std::uint32_t;
inline constexpr Lane kAdditive = 0;
inline constexpr Lane kTotal = 1;  // repeats the group's total
// The lane of an event type whose rows add up among themselves.
[[nodiscard]] constexpr Lane summed_lane(Fingerprint event_type) noexcept {
  return static_cast<Lane>(event_type) | 2U;
}

enum class GroupKind : std::uint8_t { kRequest, kInstance, kExecution, kJob, kSighting };

struct Contribution {
  std::int64_t time_ms = 0;
  std::int64_t anchor_ms = 0;  // in an instance: the page's time (its own, or that of the page whose request it shares)
  Fingerprint uid = 0;
  Fingerprint attribution = 0;
  Fingerprint app = 0;      // its own; 0 = none
  Fingerprint request = 0;  // in an instance; 0 = none
  Fingerprint objects = 0;
  std::uint64_t records = 0, bytes = 0;
  Lane lane = kAdditive;
  std::uint32_t events : 29 = 1;  // records it stands for
  bool uncounted : 1 = false;     // all of them
  bool tells : 1 = false;  // it says how many rows in the end, be it nought; a running job's `records` are a part
  bool page : 1 = false;   // in an instance: of the query itself, not another source's word on a page's request

  [[nodiscard]] std::int32_t hour() const { return hour_of(EventTime{time_ms}).hour; }
  // Stands for `later`, too. REQUIRES: same hour and lane.
  void absorb(const Contribution& later, bool total_bytes_add_up);
};
static_assert(sizeof(Contribution) == 80, "a group of one is the common case: keep it small");

// What the competing contributions of one hour and lane amount to.
struct Part {
  std::int32_t hour = 0;
  Lane lane = 0;
  std::uint64_t records = 0, bytes = 0;
};

struct HourValue {
  std::int32_t hour = 0;
  std::uint64_t records = 0, bytes = 0;
};

// Derived from the contributions; kept beside large groups, recomputed for small ones.
struct GroupSummary {
  std::vector<Part> parts;    // sorted by (hour, lane)
  std::int64_t taker_ms = 0;  // of the earliest competing contribution, whose attribution stands for the group
  Fingerprint taker_uid = 0;
  Fingerprint taker = 0;        // 0 = no competing contribution
  std::int64_t objects_ms = 0;  // of the earliest that names objects: what the rows are of
  Fingerprint objects_uid = 0;
  Fingerprint objects = 0;

  bool total_bytes_add_up = false;  // over the pages of a query; not over the chunks of an execution or a job's states

  void clear();
  void add(const Contribution& row);
  [[nodiscard]] bool would_change_taker(const Contribution& row) const;
  // What the group is worth, by hour, ascending, without zeros.
  void values(std::vector<HourValue>& out) const;
};

// What a group that takes part in extractions adds. See extraction.h for the words.
struct Sighted {
  SightingKind kind = SightingKind::kJob;
  bool opens = false;             // a bulk query's issue, not a page of it
  bool learns = false;            // listed in the memories of its subject and shape
  Reach reach = Reach::kUnknown;  // of its query
  Naming pool;                    // the earliest record that says where it belongs; its app field is the pool's key
  Fingerprint subject = 0;        // memory of its object or report; 0 = none
  Fingerprint shape = 0;          // memory of its query's shape; 0 = none
  std::uint64_t estimate = 0;     // posted on behalf of its extraction; 0 = none
  std::int64_t told = -1;         // rows it told its memories, as the first of its extraction; -1 = nothing
  std::int64_t told_ms = 0;

  void encode(ByteWriter& out) const;
  static std::unique_ptr<Sighted> decode(ByteReader& in);  // null where it is damaged
};

struct VolumeGroup : HourEntry {
  static constexpr std::uint8_t kVersion = 2;  // since 2: sighted; whether a contribution tells a count
  static constexpr std::size_t kKeepSummaryFrom = 12;
  static constexpr std::size_t kMaxRows = 1024;
  static constexpr std::size_t kMostRows = 65'536;  // where nothing can be folded; further ones count alone
  static constexpr std::size_t kMaxLinks = 1024;

  GroupKind kind = GroupKind::kRequest;
  bool voided = false;  // a COUNT(): whatever its records say, it moved nothing
  Naming name;
  // Instance: its query key and the time of its `Query` (kBeforeAll where none is known).
  // Request: the query key of its page and the page's time and id; query 0 = it is no page's.
  Fingerprint query = 0;
  std::int64_t anchor_ms = 0;
  Fingerprint anchor_uid = 0;
  absl::InlinedVector<Contribution, 1> rows;
  std::unique_ptr<std::vector<Fingerprint>> links;  // request: the groups that take its name
  std::unique_ptr<GroupSummary> kept;
  std::unique_ptr<Sighted> sighted;  // null where it takes part in no extraction

  [[nodiscard]] bool bytes_add_up() const { return kind == GroupKind::kRequest || kind == GroupKind::kInstance; }
  // Points into `kept` or at `scratch`.
  const GroupSummary& summary(GroupSummary& scratch);
  void add(const Contribution& row);
  // Folds rows beyond kMaxRows / 2, if need be also such of other objects; returns how many are gone.
  std::size_t fold();
  bool link(Fingerprint group);  // true where it is new; false also where there are kMaxLinks

  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const;
};

inline constexpr std::int64_t kBeforeAll = INT64_MIN;

// The times at which a query text was opened by one taker, ascending: they cut its pages into instances.
struct QueryRuns : HourEntry {
  static constexpr std::uint8_t kVersion = 1;
  std::vector<std::int64_t> openings;

  // The latest opening at or before `time`, or kBeforeAll.
  [[nodiscard]] std::int64_t opening_of(std::int64_t time_ms) const;
  bool open(std::int64_t time_ms);  // true where it is new
  // Forgets openings that no record at or after `hour` can belong to.
  void drop_before(std::int32_t hour);
  void encode(ByteWriter& out) const;
  bool decode(ByteReader& in, std::uint8_t version);
  [[nodiscard]] std::size_t heap_bytes() const { return openings.capacity() * sizeof(std::int64_t); }
};

}  // namespace outflow::features
