#include "features/counter.h"

#include <algorithm>

#include "features/counter_impl.h"

namespace outflow::features {

Counter::Impl::Impl(const CountingOptions& options, const StateReader* cold)
    : options_(options),
      cold_(cold),
      ids_(cold, stats_),
      clocks_(options.horizon_hours, options.cut_late),
      apps_('a', cold, stats_),
      attributions_('w', cold, stats_),
      sessions_('s', cold, stats_),
      groups_('g', cold, stats_),
      runs_('q', cold, stats_),
      objects_(cold, stats_),
      pools_('x', cold, stats_),
      memories_('m', cold, stats_),
      ledger_(apps_, attributions_, objects_) {}

const CountedEvent& Counter::Impl::count(const AuditEvent& event, LogTime log_time) {
  keep_limits();
  ++stats_.events;
  if (!admit(event, log_time)) return refuse(event, Freshness::kLate);
  const bool fresh = ids_.insert(keys_.tenant, hour_of(event.event_time).hour, keys_.uid);
  warm();
  if (!fresh) {
    return refuse(event, Freshness::kDuplicate);
  }
  keys_.objects = objects_.intern(keys_.tenant, keys_.home, event.objects, event.classes);
  ledger_.begin(keys_.tenant, keys_.home, floor_);
  Attribution& attribution = attribute(event);
  ledger_.taker_is(attribution);
  learn_names(event);

  const Route route = route_of(event);
  const bool moves = event.action != Action::kWrite && event.query_class != QueryClass::kCount &&
                     event.count_semantics != CountSemantics::kNone;
  Contribution row;
  row.time_ms = row.anchor_ms = event.event_time.ms;
  row.uid = keys_.uid;
  row.attribution = attribution.key;
  row.app = keys_.app;
  row.objects = keys_.objects;
  row.lane = route.lane;
  if (moves) {
    row.records = std::min(event.records.value_or(0), kMostRecords);
    row.bytes = std::min(event.bytes.value_or(0), kMostBytes);
    // What a running job has read so far is no more than a part of what it reads.
    row.tells = event.records.has_value() && !event.proves_extraction;
  }
  row.uncounted = event.proves_extraction && !event.records && event.query_class != QueryClass::kCount;
  VolumeGroup* group = count_in_groups(event, row, route);
  learn_size(event);
  if (!lessons_.empty()) revise();
  result_.freshness = Freshness::kNew;
  answer(event, group, &attribution);
  result_.postings = ledger_.postings();
  return result_;
}

bool Counter::Impl::admit(const AuditEvent& event, LogTime log_time) {
  keys_ = {};
  result_.settles_estimate = false;
  recent_group_ = nullptr;
  keys_.tenant = fingerprint(event.tenant_id);
  make_keys(event);
  prefetch();
  // The type belongs to the id: some feeds give the records of one request, whatever their type, one identifier.
  keys_.uid = fingerprint(event.event_uid, combine(source_key(event), keys_.type));
  bool rose = false;
  floor_ = clocks_.observe(keys_.tenant, event, log_time, rose).floor;
  if (rose) expire(keys_.tenant, floor_);
  const std::int32_t hour = hour_of(event.event_time).hour;
  // What a record dated 2099 leaves behind is kept as if it were of now.
  keys_.home = std::max(std::min(hour, hour_of(EventTime{log_time.ms + TenantClocks::kLeadMs}).hour), floor_);
  return hour >= floor_;
}

const CountedEvent& Counter::Impl::refuse(const AuditEvent& event, Freshness freshness) {
  ++(freshness == Freshness::kLate ? stats_.late : stats_.duplicates);
  ledger_.begin(keys_.tenant, keys_.home, floor_);
  result_.freshness = freshness;
  result_.postings = {};
  if (keys_.app != 0) return answer(event, nullptr, nullptr), result_;  // it says itself whose it is
  VolumeGroup* group = nullptr;
  using To = Route::To;
  switch (route_of(event).to) {
    case To::kAlone:
      break;
    case To::kJob:
      group = groups_.find(keys_.job);
      break;
    case To::kExecution:
      group = groups_.find(keys_.execution);
      break;
    case To::kSighting:
      group = groups_.find(keys_.sighting);
      break;
    case To::kInstance:
      group = find_instance(keys_.query, event.event_time.ms);
      break;
    case To::kRequest:
      group = groups_.find(keys_.request);
      if (group != nullptr && group->query != 0) group = find_instance(group->query, group->anchor_ms);
      break;
  }
  answer(event, group, attributions_.find(keys_.attribution));
  return result_;
}

// Who the record belongs to, as far as it is known now.
void Counter::Impl::answer(const AuditEvent& event, VolumeGroup* group, const Attribution* attribution) {
  result_.tenant = keys_.tenant;
  result_.actor = {EntityType::kUser, entity_key(keys_.tenant, EntityType::kUser, event.actor_id), event.actor_id,
                   event.actor_name};
  Fingerprint named = group == nullptr ? 0 : group->name.app;
  if (group != nullptr && group->sighted) {
    const ExtractionSummary sum = ledger_.summarise(extraction_of(*group).groups);
    named = sum.name.app;
    const Attribution* taker = sum.taker == 0 ? nullptr : attributions_.find(sum.taker);
    if (taker != nullptr && taker->joined != 0) attribution = taker;
  }
  if (keys_.app != 0) {
    result_.confidence = Confidence::kOwnApp;
    result_.owner = ledger_.owner_of_app(keys_.app);
    if (result_.owner.id.empty()) result_.owner = {EntityType::kIntegration, keys_.app, event.app_id, event.app_name};
  } else if (named != 0) {
    result_.confidence = Confidence::kRequestOrJob;
    result_.owner = ledger_.owner_of_app(named);
  } else if (attribution != nullptr && attribution->joined != 0) {
    result_.confidence = Confidence::kSession;
    result_.owner = ledger_.owner_of_app(attribution->joined);
  } else if (!keys_.client.empty()) {
    result_.confidence = Confidence::kClientName;
    result_.owner = {EntityType::kIntegration, entity_key(keys_.tenant, EntityType::kIntegration, keys_.client),
                     keys_.client, keys_.client};
  } else {
    result_.confidence = event.actor_id.empty() ? Confidence::kNobody : Confidence::kActor;
    result_.owner = result_.actor;
  }
}

void Counter::Impl::expire(Fingerprint tenant, std::int32_t floor) {
  ids_.expire(tenant, floor);
  apps_.expire(tenant, floor);
  attributions_.expire(tenant, floor);
  sessions_.expire(tenant, floor);
  groups_.expire(tenant, floor);
  runs_.expire(tenant, floor);
  objects_.table().expire(tenant, floor);
  pools_.expire(tenant, floor);
  memories_.expire(tenant, floor > INT32_MIN + ObjectMemory::kHours ? floor - ObjectMemory::kHours : floor);
}

std::size_t Counter::Impl::entries() const {
  return ids_.size() + apps_.size() + attributions_.size() + sessions_.size() + groups_.size() + runs_.size() +
         objects_.table().size() + pools_.size() + memories_.size();
}

std::size_t Counter::Impl::resident_bytes() const {
  return ids_.resident_bytes() + apps_.resident_bytes() + attributions_.resident_bytes() + sessions_.resident_bytes() +
         groups_.resident_bytes() + runs_.resident_bytes() + objects_.table().resident_bytes() +
         pools_.resident_bytes() + memories_.resident_bytes();
}

// Forgets the oldest hours beyond max_entries, and pages out beyond max_resident_bytes. Runs between records, so that
// the views of the last result held until now.
void Counter::Impl::keep_limits() {
  while (entries() > options_.max_entries) {
    Fingerprint tenant = 0, candidate = 0;
    std::int32_t hour = INT32_MAX, at = 0;
    const auto consider = [&](bool any) {
      if (any && at < hour) std::tie(hour, tenant) = std::tie(at, candidate);
    };
    consider(ids_.oldest(candidate, at));
    consider(groups_.oldest(candidate, at));
    consider(attributions_.oldest(candidate, at));
    consider(sessions_.oldest(candidate, at));
    consider(runs_.oldest(candidate, at));
    consider(pools_.oldest(candidate, at));
    const bool remembers = memories_.oldest(candidate, at);
    if (remembers) at += ObjectMemory::kHours;
    consider(remembers);
    if (hour == INT32_MAX) break;
    const std::size_t before = entries();
    clocks_.raise_floor(tenant, hour + 1);
    expire(tenant, hour + 1);
    stats_.forgotten_entries += before - entries();
  }
  if (cold_ == nullptr) return;
  const std::size_t resident = resident_bytes();
  if (resident <= options_.max_resident_bytes || dirty_bytes() >= resident) return;
  // Again only once much was read back, or became durable: so a record's share of the search is constant.
  if (!evictable_ && resident <= resident_after_ + options_.max_resident_bytes / 32) return;
  std::size_t goal = resident - options_.max_resident_bytes + options_.max_resident_bytes / 8;
  const auto freed = [&] { return resident - std::min(resident, resident_bytes()); };
  ids_.evict(goal);
  if (freed() < goal) groups_.evict(goal - freed());
  if (freed() < goal) attributions_.evict(goal - freed());
  if (freed() < goal) sessions_.evict(goal - freed());
  if (freed() < goal) runs_.evict(goal - freed());
  if (freed() < goal) objects_.table().evict(goal - freed());
  if (freed() < goal) apps_.evict(goal - freed());
  if (freed() < goal) pools_.evict(goal - freed());
  if (freed() < goal) memories_.evict(goal - freed());
  resident_after_ = resident_bytes();
  evictable_ = false;
}

std::size_t Counter::Impl::dirty_bytes() const {
  return ids_.dirty_bytes() + apps_.dirty_bytes() + attributions_.dirty_bytes() + sessions_.dirty_bytes() +
         groups_.dirty_bytes() + runs_.dirty_bytes() + objects_.table().dirty_bytes() + pools_.dirty_bytes() +
         memories_.dirty_bytes() + clocks_.dirty_bytes();
}

void Counter::Impl::encode_dirty(StateWriter& out) {
  clocks_.encode_dirty(out);
  ids_.encode_dirty(out);
  apps_.encode_dirty(out);
  attributions_.encode_dirty(out);
  sessions_.encode_dirty(out);
  groups_.encode_dirty(out);
  runs_.encode_dirty(out);
  objects_.table().encode_dirty(out);
  pools_.encode_dirty(out);
  memories_.encode_dirty(out);
}

void Counter::Impl::checkpoint_durable() {
  ids_.checkpoint_durable();
  apps_.checkpoint_durable();
  attributions_.checkpoint_durable();
  sessions_.checkpoint_durable();
  groups_.checkpoint_durable();
  runs_.checkpoint_durable();
  objects_.table().checkpoint_durable();
  pools_.checkpoint_durable();
  memories_.checkpoint_durable();
  evictable_ = true;
}

Result<> Counter::Impl::load() {
  if (cold_ == nullptr) return Ok{};
  // Each table fills an eighth of the memory at most; the rest is read when somebody asks for it.
  const std::size_t most = options_.max_resident_bytes / 8;
  if (auto done = clocks_.load(*cold_); !done) return done;
  if (auto done = ids_.load(); !done) return done;
  if (auto done = apps_.load(most); !done) return done;
  if (auto done = attributions_.load(most); !done) return done;
  if (auto done = sessions_.load(most); !done) return done;
  if (auto done = groups_.load(most); !done) return done;
  if (auto done = runs_.load(most); !done) return done;
  if (auto done = pools_.load(most); !done) return done;
  if (auto done = memories_.load(most); !done) return done;
  evictable_ = true;
  return objects_.table().load(most);
}

Counter::Counter(CountingOptions options, const StateReader* cold) : impl_(std::make_unique<Impl>(options, cold)) {}
Counter::~Counter() = default;
Counter::Counter(Counter&&) noexcept = default;
Counter& Counter::operator=(Counter&&) noexcept = default;

Result<> Counter::load() {
  return impl_->load();
}
const CountedEvent& Counter::count(const AuditEvent& event, LogTime log_time) {
  return impl_->count(event, log_time);
}
void Counter::encode_dirty(StateWriter& out) {
  impl_->encode_dirty(out);
}
void Counter::checkpoint_durable() {
  impl_->checkpoint_durable();
}
std::size_t Counter::dirty_bytes() const {
  return impl_->dirty_bytes();
}
std::optional<EventTime> Counter::watermark(Fingerprint tenant) const {
  return impl_->watermark(tenant);
}
const CountingStats& Counter::stats() const {
  return impl_->stats();
}

}  // namespace outflow::features
