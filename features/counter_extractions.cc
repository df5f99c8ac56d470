#include <algorithm>
#include <bit>

#include "features/counter_impl.h"
#include "features/record_tag.h"

namespace outflow::features {
namespace {

constexpr Fingerprint kPoolSeed = 9, kReportSeed = 10, kShapeSeed = 12, kSightingSeed = 13;
constexpr std::size_t kPruneFrom = 64;
constexpr std::uint32_t kNowhere = UINT32_MAX;

Reach reach_of(const AuditEvent& event) {
  if (event.query_class == QueryClass::kLimited) return Reach::kLimited;
  if (event.filtered) return Reach::kFiltered;
  return event.query_class == QueryClass::kFull ? Reach::kWhole : Reach::kUnknown;
}

}  // namespace

// What the record at hand says of an extraction, and under which key it meets the others that do.
void Counter::Impl::look(const AuditEvent& event) {
  sight_ = {};
  const bool asks = event.proves_extraction && !event.records;
  const bool runs = event.action == Action::kReportRun || event.action == Action::kReportExport;
  const bool report = runs && !event.subject.empty();
  const bool job = keys_.job != 0 && (asks || event.count_semantics == CountSemantics::kJobProgress);
  const bool bulk_query =
      event.action == Action::kBulkJob && event.count_semantics == CountSemantics::kQueryTotalRepeated;
  if (!asks && !report && !job && !bulk_query) return;
  if (event.action == Action::kWrite || event.query_class == QueryClass::kCount) return;
  const bool view = event.count_semantics == CountSemantics::kExecutionTotalRepeated && keys_.execution != 0;
  if (view && !report) return;
  if (report && !asks && !view && event.count_semantics != CountSemantics::kPerEvent) return;

  using Kind = SightingKind;
  const Kind of_report = view                                     ? Kind::kReportView
                         : asks                                   ? Kind::kExport
                         : event.source == Source::kSalesforceElf ? Kind::kReportRow
                                                                  : Kind::kReportView;
  sight_.kind = job ? Kind::kJob : bulk_query ? Kind::kQuery : report ? of_report : Kind::kDownload;
  const Fingerprint tenant = keys_.tenant;
  const Fingerprint actor =
      event.actor_id.empty() ? (keys_.login != 0 ? keys_.login : keys_.session) : fingerprint(event.actor_id, tenant);
  if (is_report(sight_.kind)) {
    sight_.subject = fingerprint(event.subject, combine(tenant, kReportSeed));
  } else {
    sight_.opens = bulk_query && event.opens_query;
    sight_.reach = reach_of(event);
    const std::span<const std::string_view> objects = objects_beside_tag(event.objects);
    if (!objects.empty()) sight_.subject = object_key(objects.front());
    if (event.query_fingerprint && !job) {
      sight_.shape = combine(combine(combine(tenant, kShapeSeed), actor), *event.query_fingerprint);
    }
  }
  const Fingerprint meets = sight_.subject != 0 ? sight_.subject : sight_.shape;
  if (meets != 0) sight_.pool = combine(combine(combine(tenant, kPoolSeed), actor), meets);
  sight_.any = job || sight_.pool != 0;
  if (sight_.any && !job && !view) {
    const auto time = static_cast<Fingerprint>(event.event_time.ms);
    keys_.sighting = combine(combine(combine(tenant, kSightingSeed), time),
                             fingerprint(event.event_uid, combine(source_key(event), keys_.type)));
  }
}

Counter::Impl::Extraction Counter::Impl::gather(const std::vector<Sighting>& sightings, std::uint32_t first) {
  Extraction extraction;
  for (std::uint32_t i = first; i < sightings.size(); ++i) {
    if (sightings[i].first != first) continue;
    VolumeGroup* group = groups_.find(sightings[i].group);
    if (group == nullptr || group->rows.empty()) continue;
    if (extraction.groups.empty()) extraction.time_ms = sightings[i].time_ms;
    extraction.groups.push_back(group);
  }
  return extraction;
}

Counter::Impl::Extraction Counter::Impl::extraction_of(VolumeGroup& group) {
  const Fingerprint key = group.sighted ? group.sighted->pool.app : 0;
  const ExtractionPool* pool = key == 0 ? nullptr : pools_.find(key);
  const Sighting* sighting = pool == nullptr ? nullptr : pool->find(group.key);
  if (sighting != nullptr) return gather(pool->sightings, sighting->first);
  return {{&group}, std::clamp(group.summary(scratch_).taker_ms, -kFarthestMs, kFarthestMs)};
}

Fingerprint Counter::Impl::name_of_group(VolumeGroup& group) {
  if (!group.sighted || group.rows.empty()) return group.name.app;
  return ledger_.summarise(extraction_of(group).groups).name.app;
}

void Counter::Impl::post_group(VolumeGroup& group, int sign) {
  if (!group.sighted) return ledger_.add_group(group, sign);
  ledger_.add_extraction(extraction_of(group).groups, sign);
}

// From one set of sightings to another: takes back what the extractions that change were worth, that of `touched` among
// them, lets `change` change what they hold, and posts what those are worth that come of it.
template <typename Change>
void Counter::Impl::regroup(ExtractionPool& pool, std::vector<Sighting> after, const VolumeGroup* touched,
                            Change change) {
  pair_sightings(after);
  const std::vector<Sighting> before = std::exchange(pool.sightings, {});
  std::vector<std::uint32_t> size_before(before.size()), size_after(after.size()), place(before.size(), kNowhere);
  for (const Sighting& one : before) ++size_before[one.first];
  for (const Sighting& one : after) ++size_after[one.first];
  // Both are sorted alike: one walk finds each in the other.
  for (std::uint32_t i = 0, j = 0; i < before.size() && j < after.size();) {
    if (before[i].group == after[j].group) {
      place[i++] = j++;
    } else if (std::tie(before[i].time_ms, before[i].kind, before[i].group) <
               std::tie(after[j].time_ms, after[j].kind, after[j].group)) {
      ++i;
    } else {
      ++j;
    }
  }
  std::vector<bool> broken(before.size()), kept(after.size());
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    const std::uint32_t first = before[i].first, to = place[first];
    if (to == kNowhere || place[i] == kNowhere || after[place[i]].first != after[to].first ||
        size_after[after[to].first] != size_before[first] || (touched != nullptr && before[i].group == touched->key)) {
      broken[first] = true;
    }
  }
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    if (before[i].first != i) continue;
    if (!broken[i]) {
      kept[after[place[i]].first] = true;
    } else if (const Extraction gone = gather(before, i); !gone.groups.empty()) {
      ledger_.add_extraction(gone.groups, -1);
    }
  }
  change();
  pool.sightings = after;
  if (after.size() > before.size()) pools_.grew(pool, (after.size() - before.size()) * sizeof(Sighting));
  if (after.size() < before.size()) pools_.shrank(pool, (before.size() - after.size()) * sizeof(Sighting));
  pools_.changed(pool);
  for (std::uint32_t i = 0; i < after.size(); ++i) {
    if (after[i].first != i || kept[i]) continue;
    if (const Extraction made = gather(after, i); !made.groups.empty()) reckon(made);
  }
}

// A pull of thousands of downloads would make its pool long and each further one dear.
void Counter::Impl::fold_sighting(std::int64_t time_ms) {
  if (sight_.kind != SightingKind::kDownload) return;
  const ExtractionPool* pool = pools_.find(sight_.pool);
  if (pool == nullptr) return;
  const Sighting* other = pool->stands_for(std::clamp(time_ms, -kFarthestMs, kFarthestMs), sight_.shape);
  if (other == nullptr || groups_.find(other->group) == nullptr) return;
  keys_.sighting = other->group;
  ++stats_.folded;
}

// Adds one record to a group that takes part in extractions, and posts what that changes.
void Counter::Impl::contribute_sighting(VolumeGroup& group, const Contribution& row) {
  make_room(group);
  if (group.rows.size() >= VolumeGroup::kMostRows) return contribute(group, row);
  if (group.sighted && !group.rows.empty()) {
    const Extraction extraction = extraction_of(group);
    if (contribute_quickly(group, extraction, row)) return;
  }
  place(group, row);
  const ExtractionSummary sum = ledger_.summarise(extraction_of(group).groups);
  // The record's own posting is no part of a correction.
  LedgerEntry own{row.hour(), sum.name.app, sum.taker, row.objects};
  own.events = 1;
  own.uncounted = row.uncounted && sum.unknown() ? 1 : 0;
  own.first_ms = own.last_ms = row.time_ms;
  LedgerEntry undo = own;
  undo.events = -own.events;
  undo.uncounted = -own.uncounted;
  ledger_.add(undo);
  ledger_.settle_correction();
  ledger_.add(own);
  ledger_.settle(false);
}

// Where nothing changes but that there is one record more, or where no other group and no estimate has a say.
bool Counter::Impl::contribute_quickly(VolumeGroup& group, const Extraction& extraction, const Contribution& row) {
  Naming place = group.sighted->pool;
  if (sight_.pool != 0 && place.take({row.time_ms, row.uid, sight_.pool})) return false;
  const GroupSummary& summary = group.summary(scratch_);
  if (summary.would_change_taker(row)) return false;
  const ExtractionSummary sum = ledger_.summarise(extraction.groups);
  if (extraction.groups.size() == 1 && !sum.asks && !row.uncounted) {
    contribute(group, row);
    teach(extraction, ledger_.summarise(extraction.groups));
    return true;
  }
  const bool names_objects =
      row.objects != 0 &&
      (summary.objects == 0 || std::tie(row.time_ms, row.uid) < std::tie(summary.objects_ms, summary.objects_uid));
  if (names_objects || !row.uncounted || row.bytes != 0 || !group.sighted->learns || row.time_ms < sum.asked_ms)
    return false;
  group.add(row);
  groups_.changed(group);
  groups_.grew(group, sizeof(Contribution));
  Contribution self = row;
  self.uncounted = sum.unknown();
  self.attribution = sum.taker;
  post_alone(self, sum.name.app);
  return true;
}

// Puts the record into its group and the group into its pool. What its extraction was worth is taken back, and so is
// that of any other that it parts or joins.
void Counter::Impl::place(VolumeGroup& group, const Contribution& row) {
  if (!group.sighted) {
    if (!group.rows.empty()) ledger_.add_group(group, -1);  // of records that tell of no extraction
    group.sighted = std::make_unique<Sighted>();
    groups_.grew(group, sizeof(Sighted));
    group.sighted->kind = sight_.kind;
    group.sighted->opens = sight_.opens;
    group.sighted->reach = sight_.reach;
    group.sighted->shape = sight_.shape;
    belong(group, row);
    add_row(group, row);
    return enter(group);
  }
  const Fingerprint before = group.sighted->pool.app;
  Naming pool = group.sighted->pool;
  if (sight_.pool != 0) pool.take({row.time_ms, row.uid, sight_.pool});
  ExtractionPool* stays = pool.app != before || before == 0 ? nullptr : pools_.find(before);
  const Sighting* sighting = stays == nullptr ? nullptr : stays->find(group.key);
  if (sighting == nullptr) {
    leave(group);
    belong(group, row);
    add_row(group, row);
    return enter(group);
  }
  std::vector<Sighting> after = stays->sightings;
  std::int64_t& time_ms = after[static_cast<std::size_t>(sighting - stays->sightings.data())].time_ms;
  time_ms = std::clamp(std::min(time_ms, row.time_ms), -kFarthestMs, kFarthestMs);
  belong(group, row);
  pools_.used_at(*stays, keys_.home);
  regroup(*stays, std::move(after), &group, [&] { add_row(group, row); });
}

// The earliest record that says where a group belongs decides.
void Counter::Impl::belong(VolumeGroup& group, const Contribution& row) {
  Sighted& sighted = *group.sighted;
  if (sight_.pool == 0 || !sighted.pool.take({row.time_ms, row.uid, sight_.pool})) return;
  if (sighted.subject == sight_.subject) return;
  tell(group, -1, 0);
  sighted.subject = sight_.subject;
  if (sighted.learns) learn(group);
}

void Counter::Impl::add_row(VolumeGroup& group, const Contribution& row) {
  group.add(row);
  groups_.changed(group);
  if (group.rows.size() > 1) groups_.grew(group, sizeof(Contribution));
  if (!group.sighted->learns && (row.uncounted || (group.sighted->shape != 0 && !row.tells))) learn(group);
}

void Counter::Impl::leave(VolumeGroup& group) {
  const Fingerprint key = group.sighted->pool.app;
  ExtractionPool* pool = key == 0 ? nullptr : pools_.find(key);
  const Sighting* sighting = pool == nullptr ? nullptr : pool->find(group.key);
  if (sighting == nullptr) {
    VolumeGroup* alone = &group;
    return ledger_.add_extraction({&alone, 1}, -1);
  }
  std::vector<Sighting> after = pool->sightings;
  after.erase(after.begin() + (sighting - pool->sightings.data()));
  regroup(*pool, std::move(after), nullptr, [] {});
}

void Counter::Impl::enter(VolumeGroup& group) {
  const Sighted& sighted = *group.sighted;
  const std::int64_t time_ms = std::clamp(group.summary(scratch_).taker_ms, -kFarthestMs, kFarthestMs);
  if (sighted.pool.app != 0) {
    bool made = false;
    ExtractionPool& pool = pools_.put(keys_.tenant, keys_.home, sighted.pool.app, made);
    pools_.used_at(pool, keys_.home);
    std::vector<Sighting> after = pool.sightings;
    prune(after);
    const bool room = after.size() < ExtractionPool::kMost;
    if (room) after.push_back({time_ms, group.key, sighted.shape, sighted.kind, sighted.opens, 0});
    regroup(pool, std::move(after), nullptr, [] {});
    if (room) return;
    ++stats_.forgotten_entries;
  }
  reckon({{&group}, time_ms});
}

// Drops sightings that nothing can join any more, at powers of two only.
void Counter::Impl::prune(std::vector<Sighting>& sightings) {
  const std::size_t size = sightings.size();
  if (size < kPruneFrom || (!std::has_single_bit(size) && size < ExtractionPool::kMost)) return;
  const std::int64_t start_ms = start_of(EventHour{floor_}).ms - kMsPerDay;
  std::erase_if(sightings,
                [&](const Sighting& one) { return one.time_ms < start_ms || groups_.find(one.group) == nullptr; });
}

}  // namespace outflow::features
