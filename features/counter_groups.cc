#include <algorithm>
#include <bit>

#include "features/counter_impl.h"

namespace outflow::features {

Counter::Impl::Route Counter::Impl::route_of(const AuditEvent& event) const {
  using To = Route::To;
  const bool moves = event.action != Action::kWrite && event.query_class != QueryClass::kCount;
  if (sight_.any && keys_.sighting != 0) return {To::kSighting, kTotal};
  if (sight_.any && sight_.kind == SightingKind::kJob) return {To::kJob, kTotal};
  if (event.count_semantics == CountSemantics::kExecutionTotalRepeated && keys_.execution != 0) {
    return {To::kExecution, kTotal};
  }
  if (moves && event.count_semantics == CountSemantics::kQueryTotalRepeated) {
    if (keys_.query != 0) return {To::kInstance, kTotal};
    if (keys_.request != 0) return {To::kRequest, kTotal};
  }
  // Only what one call read is told by several sources; reports, searches and views are rows of their own.
  if (moves && event.count_semantics == CountSemantics::kPerEvent && event.action == Action::kQuery &&
      keys_.request != 0) {
    return {To::kRequest, summed_lane(keys_.type)};
  }
  if (keys_.job != 0) return {To::kJob, kAdditive};
  if (keys_.request != 0) return {To::kRequest, kAdditive};
  return {To::kAlone, kAdditive};
}

VolumeGroup& Counter::Impl::group(Fingerprint key, GroupKind kind) {
  if (recent_group_ != nullptr && recent_group_->key == key) return *recent_group_;
  bool made = false;
  VolumeGroup& group = groups_.put(keys_.tenant, keys_.home, key, made);
  if (made) group.kind = kind;
  groups_.used_at(group, keys_.home);
  recent_group_ = &group;
  return group;
}

VolumeGroup* Counter::Impl::find_instance(Fingerprint query, std::int64_t time_ms) {
  const QueryRuns* runs = runs_.find(query);
  const std::int64_t opening = runs == nullptr ? kBeforeAll : runs->opening_of(time_ms);
  return groups_.find(combine(query, static_cast<Fingerprint>(opening)));
}

VolumeGroup& Counter::Impl::instance(Fingerprint query, std::int64_t time_ms) {
  QueryRuns* runs = runs_.find(query);
  if (runs != nullptr) runs_.used_at(*runs, keys_.home);
  const std::int64_t opening = runs == nullptr ? kBeforeAll : runs->opening_of(time_ms);
  VolumeGroup& found = group(combine(query, static_cast<Fingerprint>(opening)), GroupKind::kInstance);
  found.query = query;
  found.anchor_ms = opening;
  return found;
}

void Counter::Impl::post_alone(const Contribution& row, Fingerprint app) {
  LedgerEntry entry{row.hour(), app, row.attribution, row.objects};
  entry.records = static_cast<std::int64_t>(row.records);
  entry.bytes = static_cast<std::int64_t>(row.bytes);
  entry.events = 1;
  entry.uncounted = row.uncounted ? 1 : 0;
  entry.first_ms = entry.last_ms = row.time_ms;
  ledger_.add(entry);
  ledger_.settle(false);
}

// Adds one record to a group and posts what that changes.
void Counter::Impl::contribute(VolumeGroup& group, const Contribution& row) {
  make_room(group);
  if (group.rows.size() >= VolumeGroup::kMostRows) {
    ++stats_.forgotten_entries;
    Contribution alone = row;
    if (row.lane == kTotal) alone.records = alone.bytes = 0;  // it repeats what the group has said long ago
    return post_alone(alone, name_of_group(group));
  }
  if (row.lane == kAdditive) {
    group.add(row);
    groups_.changed(group);
    if (group.rows.size() > 1) groups_.grew(group, sizeof(Contribution));
    return post_alone(row, name_of_group(group));
  }
  const GroupSummary* summary = &group.summary(scratch_);
  Fingerprint objects_before = summary->objects;
  if (summary->taker != 0 && summary->taker != row.attribution && summary->would_change_taker(row)) {
    // An earlier record stands for the group now: what was counted follows, before the record itself counts.
    ledger_.add_group(group, -1);
    Contribution herald = row;
    herald.records = herald.bytes = 0;
    group.add(herald);
    objects_before = group.summary(scratch_).objects;
    ledger_.add_group(group, +1);
    LedgerEntry undo{row.hour(), group.name.app, row.attribution, row.objects};
    undo.events = -1;
    undo.uncounted = row.uncounted ? -1 : 0;
    undo.first_ms = undo.last_ms = row.time_ms;
    ledger_.add(undo);
    if (ledger_.settle(true)) ++stats_.moves;
    group.rows.pop_back();
    group.kept.reset();
    summary = &group.summary(scratch_);
  }
  summary->values(before_);
  group.add(row);
  groups_.changed(group);
  if (group.rows.size() > 1) groups_.grew(group, sizeof(Contribution));
  summary = &group.summary(scratch_);
  summary->values(after_);
  if (!group.voided) {
    const auto add = [&](const HourValue& value, int sign) {
      LedgerEntry entry{value.hour, group.name.app, summary->taker, sign < 0 ? objects_before : summary->objects};
      entry.records = sign * static_cast<std::int64_t>(value.records);
      entry.bytes = sign * static_cast<std::int64_t>(value.bytes);
      ledger_.add(entry);
    };
    // Later hours are worth less where this record says earlier what they said.
    const bool corrects =
        (objects_before != summary->objects && !before_.empty()) ||
        std::any_of(before_.begin(), before_.end(), [&](const HourValue& old) { return old.hour > row.hour(); });
    for (const HourValue& value : before_) add(value, -1);
    for (const HourValue& value : after_) add(value, +1);
    if (corrects) ledger_.settle(true);
  }
  Contribution self = row;
  self.records = self.bytes = 0;
  self.attribution = summary->taker;
  post_alone(self, group.name.app);
}

// Tried at powers of two only, so that a group that cannot be folded does not try at every record.
void Counter::Impl::make_room(VolumeGroup& group) {
  const std::size_t size = group.rows.size();
  if (size < VolumeGroup::kMaxRows || size - std::bit_floor(size) > 2) return;  // rows may come by two
  const std::size_t gone = group.fold();
  groups_.shrank(group, gone * sizeof(Contribution));
  groups_.changed(group);
  stats_.folded += gone;
}

void Counter::Impl::link(VolumeGroup& from, VolumeGroup& to) {
  if (!from.link(to.key)) return;
  groups_.changed(from);
  groups_.grew(from, sizeof(Fingerprint));
  name_group(to, from.name);
}

// Counts the record; returns the group whose owner is its owner, or null.
VolumeGroup* Counter::Impl::count_in_groups(const AuditEvent& event, const Contribution& row, Route route) {
  using To = Route::To;
  VolumeGroup* request = keys_.request != 0 ? &group(keys_.request, GroupKind::kRequest) : nullptr;
  VolumeGroup* job = keys_.job != 0 ? &group(keys_.job, GroupKind::kJob) : nullptr;
  if (request != nullptr && job != nullptr) {
    link(*request, *job);
    link(*job, *request);
  }
  if (request != nullptr && event.query_class == QueryClass::kCount && event.source == Source::kSalesforceRtem &&
      !request->voided) {
    ledger_.add_group(*request, -1);
    request->voided = true;
    ledger_.add_group(*request, +1);
    groups_.changed(*request);
    ledger_.settle(true);
  }
  Contribution counted = row;
  VolumeGroup* home = nullptr;
  switch (route.to) {
    case To::kAlone:
      break;
    case To::kJob:
      home = job;
      break;
    case To::kSighting:
      fold_sighting(row.time_ms);
      home = &group(keys_.sighting, GroupKind::kSighting);
      if (request != nullptr) link(*request, *home);
      if (job != nullptr) link(*job, *home);
      break;
    case To::kExecution:
      home = &group(keys_.execution, GroupKind::kExecution);
      if (request != nullptr) link(*request, *home);
      break;
    case To::kInstance:
      if (event.opens_query) open_query(keys_.query, row.time_ms);
      home = &instance(keys_.query, row.time_ms);
      counted.request = keys_.request;
      counted.page = true;
      break;
    case To::kRequest:
      home = request;
      if (route.lane != kAdditive && request->query != 0) {
        counted.request = keys_.request;
        counted.anchor_ms = request->anchor_ms;
        home = &instance(request->query, request->anchor_ms);
      }
      break;
  }
  if (home != nullptr && row.app != 0) name_group(*home, {row.time_ms, row.uid, row.app});
  // A record that names its own app and competes with nobody is settled for good: no need to keep it.
  if (home == nullptr || (route.lane == kAdditive && row.app != 0)) {
    post_alone(row, row.app);
    return home;
  }
  if (route.lane != kAdditive && (sight_.any || home->sighted)) {
    contribute_sighting(*home, counted);
    return home;
  }
  contribute(*home, counted);
  if (route.to == To::kInstance && request != nullptr) adopt_request(*request, keys_.query, counted);
  return home;
}

// A new run of the query text: later pages are its own, also those that were counted before it was known.
void Counter::Impl::open_query(Fingerprint query, std::int64_t time_ms) {
  bool made = false;
  QueryRuns& runs = runs_.put(keys_.tenant, keys_.home, query, made);
  VolumeGroup* old = find_instance(query, time_ms);
  if (runs.last_hour < keys_.home) runs.drop_before(floor_);
  runs_.used_at(runs, keys_.home);
  if (!runs.open(time_ms)) return;
  runs_.changed(runs);
  runs_.grew(runs, sizeof(std::int64_t));
  if (old == nullptr) return;
  const auto later = [&](const Contribution& row) { return row.anchor_ms >= time_ms; };
  if (std::none_of(old->rows.begin(), old->rows.end(), later)) return;
  VolumeGroup& fresh = instance(query, time_ms);
  ledger_.add_group(*old, -1);
  ledger_.add_group(fresh, -1);
  for (const Contribution& row : old->rows) {
    if (later(row)) fresh.rows.push_back(row);
  }
  old->rows.erase(std::remove_if(old->rows.begin(), old->rows.end(), later), old->rows.end());
  old->kept.reset();
  fresh.kept.reset();
  rename_instance(*old);
  rename_instance(fresh);
  ledger_.add_group(*old, +1);
  ledger_.add_group(fresh, +1);
  if (ledger_.settle(true)) ++stats_.moves;
}

// The page's request belongs to its query: what other sources tell of that request joins the query's instance.
// Of several pages with one request id the earliest adopts it.
void Counter::Impl::adopt_request(VolumeGroup& request, Fingerprint query, const Contribution& page) {
  if (request.query != 0 && std::tie(request.anchor_ms, request.anchor_uid) <= std::tie(page.time_ms, page.uid)) return;
  VolumeGroup* from = request.query == 0 ? &request : find_instance(request.query, request.anchor_ms);
  VolumeGroup& to = instance(query, page.time_ms);
  const bool first = request.query == 0;
  const auto follows = [&](const Contribution& row) {
    return first ? row.lane != kAdditive : row.request == request.key && !row.page;
  };
  const bool any = from != nullptr && std::any_of(from->rows.begin(), from->rows.end(), follows);
  if (any) {
    ledger_.add_group(*from, -1);
    if (from != &to) ledger_.add_group(to, -1);
    absl::InlinedVector<Contribution, 4> moving;
    for (const Contribution& row : from->rows) {
      if (follows(row)) moving.push_back(row);
    }
    from->rows.erase(std::remove_if(from->rows.begin(), from->rows.end(), follows), from->rows.end());
    for (Contribution& row : moving) {
      row.request = request.key;
      row.anchor_ms = page.time_ms;
      to.rows.push_back(row);
    }
    from->kept.reset();
    to.kept.reset();
    groups_.changed(*from);
  }
  request.query = query;
  request.anchor_ms = page.time_ms;
  request.anchor_uid = page.uid;
  groups_.changed(request);
  groups_.changed(to);
  if (!any) {
    if (!first && from != nullptr && from != &to) {
      ledger_.add_group(*from, -1);
      rename_instance(*from);
      ledger_.add_group(*from, +1);
      ledger_.settle(true);
    }
    return name_group(to, request.name);
  }
  if (from->kind == GroupKind::kInstance) rename_instance(*from);
  rename_instance(to);
  ledger_.add_group(*from, +1);
  if (from != &to) ledger_.add_group(to, +1);
  if (ledger_.settle(true)) ++stats_.moves;
  make_room(to);
}

// The name of an instance, from its records and the requests it adopted. The caller posts the difference.
void Counter::Impl::rename_instance(VolumeGroup& instance) {
  // What was folded does not say any more which requests named it.
  const bool folded =
      std::any_of(instance.rows.begin(), instance.rows.end(), [](const auto& row) { return row.events > 1; });
  if (!folded) instance.name = {};
  for (const Contribution& row : instance.rows) {
    instance.name.take({row.time_ms, row.uid, row.app});
    const VolumeGroup* request = row.request == 0 ? nullptr : groups_.find(row.request);
    if (request == nullptr || request->query != instance.query) continue;
    const QueryRuns* runs = runs_.find(instance.query);
    const std::int64_t opening = runs == nullptr ? kBeforeAll : runs->opening_of(request->anchor_ms);
    if (opening == instance.anchor_ms) instance.name.take(request->name);
  }
  groups_.changed(instance);
}

}  // namespace outflow::features
