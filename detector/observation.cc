// Detection's first phase: what was counted enters the entities.
#include <algorithm>

#include "detector/detection.h"
#include "detector/learning.h"

namespace outflow::detector {

using features::AuditEvent;
using features::CountedEvent;
using features::EntityType;
using features::Owner;
using features::Posting;

namespace {

constexpr std::size_t kMostObjects = 8;  // of one event, looked at for novelty
constexpr std::size_t kMostLabelBytes = 80;
constexpr double kTripwireLeast = 100.0;  // times the least material volume

std::uint32_t short_print(std::string_view text) {
  return static_cast<std::uint32_t>(features::fingerprint(text) >> 32);
}

// Cut at a character's border, so that names stay valid UTF-8.
std::string_view label_of(std::string_view name) {
  if (name.size() <= kMostLabelBytes) return name;
  std::size_t end = kMostLabelBytes;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return name.substr(0, end);
}

}  // namespace

void Detection::bring_up_to(Entity& entity, std::int32_t hour) {
  if (entity.episode.over_at(hour)) {
    entity.episode.open = false;
    entity.sums.hour = kNoHour;
  }
  if (tenant_->learn_limit() > entity.learnt_until) {
    learn_closed_hours(entity, *tenant_, {least_records(), budget_.alert_surprise(tenant_->entities)});
  }
  if (entity.first_hour == kNoHour || hour < entity.first_hour) entity.first_hour = hour;
  if (entity.last_hour == kNoHour || hour > entity.last_hour) entity.last_hour = hour;
  store_.mark(entity);
}

Entity* Detection::touch_known(features::Fingerprint key, std::int32_t hour) {
  Entity* entity = store_.find(key);
  if (entity != nullptr) bring_up_to(*entity, hour);
  return entity;
}

Entity& Detection::touch(features::Fingerprint key, EntityType type, std::int32_t hour) {
  if (Entity* known = touch_known(key, hour)) return *known;
  Entity& entity = store_.create(key, type, tenant_->prior_for(type));
  entity.tenant = tenant_->key;
  entity.learnt_until = std::min(hour, tenant_->learn_limit());
  entity.learnt_until = std::max(entity.learnt_until, hour - HourCells::kKeptHours);
  ++tenant_->entities;
  if (type == EntityType::kIntegration || type == EntityType::kUser) {
    entity.newcomer_surprise = static_cast<float>(tenant_->greet(type, hour));
  }
  store_.mark(*tenant_);
  bring_up_to(entity, hour);
  return entity;
}

void Detection::add(Entity* entity, const Posting& posting, Touched& touched) {
  if (entity == nullptr || posting.records == 0) return;
  const std::int32_t hour = posting.hour.hour;
  if (posting.records > 0) note_activity(*entity, hour);
  const WindowSums before = sums_for(*entity, hour);
  if (!entity->cells.add(hour, posting.records)) return;
  entity->records_since_start += static_cast<std::uint64_t>(std::max<std::int64_t>(posting.records, 0));
  const bool in_closed_episode = !entity->episode.open && entity->episode.covers(hour);
  if (posting.records < 0 || in_closed_episode) {
    entity->sums.hour = kNoHour;
    return;
  }
  for (std::int64_t& sum : entity->sums.sums) {
    if (__builtin_add_overflow(sum, posting.records, &sum)) sum = INT64_MAX;
  }
  if (worth_scoring(*entity, before, entity->sums.sums, hour, least_records())) touched.worth = true;
}

void Detection::observe_owner(const AuditEvent& event, const Owner& owner, const Owner& actor, std::int32_t hour) {
  if (owner.key == 0) return;
  Entity& entity = touch(owner.key, owner.type, hour);
  if (owner.type == EntityType::kIntegration) {
    const std::string_view label = label_of(owner.name.empty() ? owner.id : owner.name);
    if (entity.label != label) entity.label = label;
  }
  const auto see = [&](NoveltyKind kind, std::uint32_t value) {
    (void)entity.novelty.see(kind, value, hour, entity.first_hour);
  };
  if (!event.client_ip.empty()) see(NoveltyKind::kAddress, network_fingerprint(event.client_ip));
  if (!event.user_agent.empty()) see(NoveltyKind::kAgent, short_print(event.user_agent));
  for (const std::string_view object : event.objects.first(std::min(event.objects.size(), kMostObjects))) {
    see(NoveltyKind::kObject, short_print(object));
  }
  if (event.query_fingerprint) see(NoveltyKind::kQuery, static_cast<std::uint32_t>(*event.query_fingerprint >> 32));
  if (features::is_access(event.action)) {
    see(NoveltyKind::kAccess, short_print(event.source_event_type) ^ static_cast<std::uint32_t>(event.action));
  }
  if (owner.type == EntityType::kIntegration && actor.key != 0) {
    see(NoveltyKind::kActor, static_cast<std::uint32_t>(actor.key >> 32));
  }
}

void Detection::observe_object(const AuditEvent& event, Touched& touched) {
  const Posting& posting = *touched.posting;
  if (posting.records <= 0 || event.objects.empty() || touched.owner == nullptr) return;
  const std::uint32_t object = short_print(event.objects.front());
  const auto records = static_cast<double>(posting.records);
  const std::int32_t hour = posting.hour.hour;
  const double known = tenant_->sizes.known(object, hour);
  const double least = kTripwireLeast * least_records();
  const ObjectHabit habit = touched.owner->objects.add(object, records, day_of(hour));
  ObjectHabit before = habit;
  before.today -= static_cast<float>(records);
  if (trips(habit, known, options_.tripwire_share, least)) {
    touched.trip = {true, event.objects.front(), habit.today, known, habit.largest};
    if (!trips(before, known, options_.tripwire_share, least)) touched.worth = true;
  }
  // A volume of one object whose count is a whole result says how large the object is.
  if (event.objects.size() == 1 && event.query_class != features::QueryClass::kLimited) {
    const double whole = std::max(records, static_cast<double>(event.records.value_or(0)));
    tenant_->sizes.see(object, whole, hour);
    store_.mark(*tenant_);
  }
}

void Detection::observe_posting(const AuditEvent& event, const CountedEvent& counted, const Posting& posting) {
  Touched touched;
  touched.posting = &posting;
  const std::int32_t hour = posting.hour.hour;
  if (posting.owner.key == 0) return;
  if (posting.records < 0) {  // taken away: amends what is there, and is never odd
    touched.owner = touch_known(posting.owner.key, hour);
    touched.pair = touch_known(features::combine(posting.owner.key, posting.actor.key), hour);
    touched.actor = posting.actor.key == posting.owner.key ? nullptr : touch_known(posting.actor.key, hour);
  } else {
    touched.owner = &touch(posting.owner.key, posting.owner.type, hour);
    if (posting.records > 0 && posting.owner.type == EntityType::kIntegration && posting.actor.key != 0) {
      touched.pair =
          &touch(features::combine(posting.owner.key, posting.actor.key), EntityType::kIntegrationUser, hour);
      touched.actor = &touch(posting.actor.key, EntityType::kUser, hour);
    }
  }
  // What an open alert speaks of does not count for those around its owner. A move changes owners only: what a
  // correction leaves over enters the tenant in observe_corrections().
  const bool spoken_of = touched.owner != nullptr && touched.owner->episode.open;
  if (posting.records != 0 && !spoken_of && !posting.moved) {
    touched.tenant = &touch_tenant(counted, hour);
    if (posting.records > 0 && !event.client_ip.empty()) {
      touched.address = &touch(features::entity_key(counted.tenant, EntityType::kAddress, event.client_ip),
                               EntityType::kAddress, hour);
    }
  }
  add(touched.owner, posting, touched);
  add(touched.pair, posting, touched);
  add(spoken_of ? nullptr : touched.actor, posting, touched);
  add(touched.address, posting, touched);
  add(touched.tenant, posting, touched);
  observe_object(event, touched);
  touched_.push_back(touched);
}

Entity& Detection::touch_tenant(const CountedEvent& counted, std::int32_t hour) {
  return touch(features::entity_key(counted.tenant, EntityType::kTenant, tenant_->id), EntityType::kTenant, hour);
}

void Detection::observe_corrections(const CountedEvent& counted) {
  std::int64_t net = 0;
  std::int32_t hour = 0;
  for (const Posting& posting : counted.postings) {
    if (!posting.moved || posting.owner.key == 0) continue;
    if (__builtin_add_overflow(net, posting.records, &net)) return;
    hour = posting.hour.hour;
  }
  if (net == 0) return;
  Entity& tenant = touch_tenant(counted, hour);
  (void)tenant.cells.add(hour, net);
  tenant.sums.hour = kNoHour;
}

void Detection::observe(const AuditEvent& event, const CountedEvent& counted, features::LogTime log_time) {
  touched_.clear();
  proposals_.clear();
  store_.make_room();
  tenant_ = store_.find_tenant(counted.tenant);
  if (tenant_ == nullptr) tenant_ = &store_.create_tenant(counted.tenant, event.tenant_id);
  // A record from the future is counted, but teaches and alerts nothing: its hour would push out the present.
  if (event.event_time.ms > log_time.ms + features::kMsPerHour) return;
  tenant_->advance(event, log_time);
  store_.mark(*tenant_);
  observe_owner(event, counted.owner, counted.actor, features::hour_of(event.event_time).hour);
  for (const Posting& posting : counted.postings) observe_posting(event, counted, posting);
  observe_corrections(counted);
}

}  // namespace outflow::detector
