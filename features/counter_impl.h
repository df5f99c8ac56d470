// The counter's inside: the way of one record through de-duplication, joins and groups. Private to counter*.cc.
//
//   counter.cc          the contract: a record's way, limits, state
//   counter_joins.cc    who a record belongs to, and what it names for others
//   counter_groups.cc   which group it counts in, and how groups change
//   counter_extractions.cc   which pull it tells of together with groups of other keys
//   counter_estimates.cc     what is estimated where nobody tells, and what estimates learn from
#pragma once

#include "features/attribution.h"
#include "features/counter.h"
#include "features/extraction.h"
#include "features/id_sets.h"
#include "features/ledger.h"
#include "features/object_memory.h"
#include "features/object_sets.h"
#include "features/tenant_clock.h"
#include "features/volume_group.h"

namespace outflow::features {

// Counts beyond these are damaged, not large: they stop here, so that sums stay far from overflow.
inline constexpr std::uint64_t kMostRecords = 1'000'000'000'000;
inline constexpr std::uint64_t kMostBytes = 1'000'000'000'000'000;
// Times stop here, so that their differences stay far from overflow.
inline constexpr std::int64_t kFarthestMs = 1LL << 60;

class Counter::Impl {
 public:
  Impl(const CountingOptions& options, const StateReader* cold);

  Result<> load();
  const CountedEvent& count(const AuditEvent& event, LogTime log_time);
  void encode_dirty(StateWriter& out);
  void checkpoint_durable();
  [[nodiscard]] std::size_t dirty_bytes() const;
  [[nodiscard]] std::optional<EventTime> watermark(Fingerprint tenant) const { return clocks_.watermark(tenant); }
  [[nodiscard]] const CountingStats& stats() {
    stats_.resident_bytes = resident_bytes();
    return stats_;
  }

 private:
  // The record at hand: its keys, made once.
  struct Keys {
    Fingerprint tenant = 0, uid = 0, app = 0;
    Fingerprint session = 0, login = 0, attribution = 0;         // the first two: where they may name an app
    Fingerprint sign_in = 0;                                     // the login, else the session, whatever they name
    Fingerprint request = 0, job = 0, execution = 0, query = 0;  // group keys; 0 = none
    Fingerprint sighting = 0;  // of a record that tells of an extraction without a job or an execution
    Fingerprint objects = 0, type = 0;
    std::string_view client;
    std::int32_t home = 0;  // the hour under which entries made now are kept
  };
  // Where a record's volume belongs.
  struct Route {
    enum class To : std::uint8_t { kAlone, kRequest, kInstance, kExecution, kJob, kSighting } to = To::kAlone;
    Lane lane = kAdditive;
  };
  // What a record says of an extraction.
  struct Sight {
    bool any = false;
    SightingKind kind = SightingKind::kJob;
    bool opens = false;
    Reach reach = Reach::kUnknown;
    Fingerprint pool = 0, subject = 0, shape = 0;
  };
  // Groups that tell of one pull, by time. Never empty.
  struct Extraction {
    absl::InlinedVector<VolumeGroup*, 4> groups;
    std::int64_t time_ms = 0;
  };

  // counter.cc
  [[nodiscard]] bool admit(const AuditEvent& event, LogTime log_time);
  const CountedEvent& refuse(const AuditEvent& event, Freshness freshness);
  void answer(const AuditEvent& event, VolumeGroup* group, const Attribution* attribution);
  void expire(Fingerprint tenant, std::int32_t floor);
  void keep_limits();
  [[nodiscard]] std::size_t entries() const;
  [[nodiscard]] std::size_t resident_bytes() const;

  // counter_joins.cc
  void make_keys(const AuditEvent& event);
  void prefetch() const;
  void warm() const;
  Attribution& attribute(const AuditEvent& event);
  void join_session(Fingerprint session, const Attribution& attribution);
  void learn_names(const AuditEvent& event);
  void name_app(const AuditEvent& event, App& app);
  void name_session(Fingerprint session, const Naming& naming);
  void name_group(VolumeGroup& group, const Naming& naming);
  [[nodiscard]] Fingerprint joined_app(const Attribution& attribution);

  // counter_groups.cc
  [[nodiscard]] Route route_of(const AuditEvent& event) const;
  VolumeGroup& group(Fingerprint key, GroupKind kind);
  VolumeGroup& instance(Fingerprint query, std::int64_t time_ms);
  VolumeGroup* find_instance(Fingerprint query, std::int64_t time_ms);
  VolumeGroup* count_in_groups(const AuditEvent& event, const Contribution& row, Route route);
  void make_room(VolumeGroup& group);
  void contribute(VolumeGroup& group, const Contribution& row);
  void post_alone(const Contribution& row, Fingerprint app);
  void open_query(Fingerprint query, std::int64_t time_ms);
  void adopt_request(VolumeGroup& request, Fingerprint query, const Contribution& page);
  void rename_instance(VolumeGroup& instance);
  void link(VolumeGroup& from, VolumeGroup& to);

  // counter_extractions.cc
  void look(const AuditEvent& event);
  Extraction extraction_of(VolumeGroup& group);
  [[nodiscard]] std::int64_t time_of(VolumeGroup& group);
  Extraction gather(const std::vector<Sighting>& sightings, std::uint32_t first);
  void post_group(VolumeGroup& group, int sign);
  [[nodiscard]] Fingerprint name_of_group(VolumeGroup& group);
  void contribute_sighting(VolumeGroup& group, const Contribution& row);
  bool contribute_quickly(VolumeGroup& group, const Extraction& extraction, const Contribution& row);
  void fold_sighting(std::int64_t time_ms);
  void place(VolumeGroup& group, const Contribution& row);
  void belong(VolumeGroup& group, const Contribution& row);
  void add_row(VolumeGroup& group, const Contribution& row);
  void leave(VolumeGroup& group);
  void enter(VolumeGroup& group);
  void prune(std::vector<Sighting>& sightings);
  template <typename Change>
  void regroup(ExtractionPool& pool, std::vector<Sighting> after, const VolumeGroup* touched, Change change);

  // counter_estimates.cc
  [[nodiscard]] Fingerprint object_key(std::string_view name) const;
  void learn_size(const AuditEvent& event);
  void reckon(const Extraction& extraction);
  [[nodiscard]] std::uint64_t estimate_of(const Extraction& extraction);
  [[nodiscard]] std::uint64_t still_estimated(const Extraction& extraction, const ExtractionSummary& sum);
  void learn(VolumeGroup& group);
  void listen(Fingerprint memory, Fingerprint group);
  void teach(const Extraction& extraction, const ExtractionSummary& sum);
  void tell(VolumeGroup& group, std::int64_t rows, std::int64_t time_ms);
  ObjectMemory& memory(Fingerprint key);
  void revise();

  CountingOptions options_;
  const StateReader* cold_;
  CountingStats stats_;
  IdSets ids_;
  TenantClocks clocks_;
  HourTable<App> apps_;
  HourTable<Attribution> attributions_;
  HourTable<Session> sessions_;
  HourTable<VolumeGroup> groups_;
  HourTable<QueryRuns> runs_;
  ObjectSets objects_;
  HourTable<ExtractionPool> pools_;
  HourTable<ObjectMemory> memories_;
  Ledger ledger_;
  Keys keys_;
  Sight sight_;                          // of this record
  std::vector<Fingerprint> lessons_;     // memories that this record taught
  VolumeGroup* recent_group_ = nullptr;  // of this record
  std::int32_t floor_ = 0;
  std::vector<HourValue> before_, after_;
  GroupSummary scratch_;
  std::size_t resident_after_ = 0;  // the last eviction
  bool evictable_ = false;
  CountedEvent result_;
};

}  // namespace outflow::features
