// Detection's first phase: what was counted enters the entities.
#include <algorithm>

#include "detector/detection.h"
#include "detector/holdings.h"
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
constexpr int kHabitDays = 3;             // before today, on which a query makes a habit

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

// The pair of an integration and a user has no alerts of its own: it mirrors its integration's, so that rows an alert
// spoke of are learnt and left out here as there.
Entity& Detection::touch_pair(const Entity& owner, features::Fingerprint key, std::int32_t hour) {
  mirror(owner, store_.find(key));
  Entity& pair = touch(key, EntityType::kIntegrationUser, hour);
  mirror(owner, &pair);
  return pair;
}

void Detection::mirror(const Entity& owner, Entity* pair) {
  if (pair == nullptr || owner.episode.uid == 0 || pair->episode == owner.episode) return;
  pair->episode = owner.episode;
  pair->sums.hour = kNoHour;
  store_.mark(*pair);
}

void Detection::add(Entity* entity, const Posting& posting, std::int64_t aside, Touched& touched) {
  if (entity == nullptr || (posting.records == 0 && posting.estimated == 0)) return;
  const std::int32_t hour = posting.hour.hour;
  if (posting.records > 0) note_activity(*entity, hour);
  const WindowSums before = sums_for(*entity, hour);
  const Taken taken = take_in(*entity, hour, {posting.records, posting.estimated, aside});
  if (!taken.kept) return;
  if (entity == touched.owner) {
    aside_taken_ = saturating_add(aside_taken_, taken.from_aside);
    touched.gained = posting.records - aside + taken.from_aside;
  }
  entity->records_since_start += static_cast<std::uint64_t>(std::max<std::int64_t>(posting.records, 0));
  const bool in_closed_episode = !entity->episode.open && entity->episode.covers(hour);
  if (taken.in_windows < 0 || in_closed_episode) {
    entity->sums.hour = kNoHour;
    return;
  }
  for (std::int64_t& sum : entity->sums.sums) {
    if (__builtin_add_overflow(sum, taken.in_windows, &sum)) sum = INT64_MAX;
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

// The object of a posting's rows: its own, or the record's where the rows are the record's.
std::string_view Detection::object_of(const AuditEvent& event, const Posting& posting) {
  const bool of_record = !posting.moved || (posting.objects.empty() && event.records.has_value());
  if (of_record && !event.objects.empty()) return event.objects.front();
  return posting.objects.empty() ? std::string_view() : posting.objects.front();
}

void Detection::observe_object(const AuditEvent& event, Touched& touched) {
  const Posting& posting = *touched.posting;
  const std::string_view name = object_of(event, posting);
  if (touched.gained == 0 || name.empty() || touched.owner == nullptr) return;
  const std::uint32_t object = short_print(name);
  const auto records = static_cast<double>(touched.gained);
  const std::int32_t hour = posting.hour.hour;
  if (records < 0) return touched.owner->objects.take_back(object, -records, day_of(hour));
  const double known = tenant_->sizes.known(object, hour);
  const double least = kTripwireLeast * least_records();
  const ObjectHabit habit = touched.owner->objects.add(object, records, day_of(hour));
  ObjectHabit before = habit;
  before.today -= static_cast<float>(records);
  if (trips(habit, known, options_.tripwire_share, least)) {
    touched.trip = {true, name, habit.today, known, habit.largest};
    if (!trips(before, known, options_.tripwire_share, least)) touched.worth = true;
  }
  // A volume of one object whose count is a whole result says how large the object is. An estimate only repeats it.
  if (event.objects.size() == 1 && event.query_class != features::QueryClass::kLimited && posting.estimated <= 0) {
    const double whole = std::max(records, static_cast<double>(event.records.value_or(0)));
    tenant_->sizes.see(object, whole, hour);
    store_.mark(*tenant_);
  }
}

// How much of an estimate stays out of the windows until the truth is known: an estimate is an upper bound, and where a
// habit ran once more, with nothing new about it, it says no more than that it ran. The bound of a filtered query says
// next to nothing of how much it read: it waits also where the query is new, if who runs it, from where and with what,
// is not.
std::int64_t Detection::aside_of(const AuditEvent& event, const Posting& posting, const Entity& owner) {
  if (posting.estimated <= 0) return 0;
  if (posting.moved) {  // as it was at the owner before
    const std::int64_t aside = std::min(posting.estimated, aside_taken_);
    aside_taken_ -= aside;
    return aside;
  }
  if (!event.query_fingerprint || owner.episode.open) return 0;
  const std::int32_t hour = posting.hour.hour;
  const auto news = [&](NoveltyKind kind) { return owner.novelty.surprise(kind, hour) > 0; };
  const bool elsewhere = news(NoveltyKind::kAddress) || news(NoveltyKind::kAgent) || news(NoveltyKind::kActor);
  const bool known = std::int64_t{hour} - owner.first_hour >= kHabitDays * 24;
  if (event.filtered && known && !elsewhere) return posting.estimated;
  if (owner.novelty.any_news(hour)) return 0;
  const auto query = static_cast<std::uint32_t>(*event.query_fingerprint >> 32);
  return owner.novelty.days_seen(NoveltyKind::kQuery, query) > kHabitDays ? posting.estimated : 0;
}

// Taken away, or an estimate that is replaced: amends what is there.
void Detection::observe_taken_away(const AuditEvent& event, const Posting& posting) {
  Touched touched;
  touched.posting = &posting;
  const std::int32_t hour = posting.hour.hour;
  touched.owner = touch_known(posting.owner.key, hour);
  touched.pair = touch_known(features::combine(posting.owner.key, posting.actor.key), hour);
  touched.actor = posting.actor.key == posting.owner.key ? nullptr : touch_known(posting.actor.key, hour);
  const bool spoken_of =
      touched.owner != nullptr && (touched.owner->episode.open || touched.owner->episode.covers(hour));
  if (posting.moved && touched.owner != nullptr && touched.owner->episode.covers(hour) && leaving_ == nullptr) {
    leaving_ = touched.owner;
  }
  add(touched.owner, posting, 0, touched);
  add(touched.pair, posting, 0, touched);
  add(spoken_of ? nullptr : touched.actor, posting, 0, touched);
  if (!spoken_of) correct(posting);
  observe_object(event, touched);
  touched_.push_back(touched);
}

void Detection::observe_posting(const AuditEvent& event, const CountedEvent& counted, const Posting& posting) {
  Touched touched;
  touched.posting = &posting;
  const std::int32_t hour = posting.hour.hour;
  Entity& owner = touch(posting.owner.key, posting.owner.type, hour);
  touched.owner = &owner;
  if (posting.records > 0) {
    owner.classes.touch(posting.moved ? posting.classes : posting.classes | event.classes, hour);
    if (posting.owner.type == EntityType::kIntegration && posting.actor.key != 0) {
      touched.pair = &touch_pair(owner, features::combine(posting.owner.key, posting.actor.key), hour);
      touched.actor = &touch(posting.actor.key, EntityType::kUser, hour);
    }
  }
  // What an alert speaks of does not count for those around its owner, nor where it moves to with its rows. A move
  // changes owners only: what a correction leaves over enters the tenant in observe_corrections().
  const bool spoken_of = owner.episode.open || owner.episode.covers(hour) || (posting.moved && leaving_ != nullptr);
  if (posting.records != 0 && !spoken_of && !posting.moved) {
    touched.tenant = &touch_tenant(counted, hour);
    if (posting.records > 0 && !event.client_ip.empty()) {
      touched.address = &touch(features::entity_key(counted.tenant, EntityType::kAddress, event.client_ip),
                               EntityType::kAddress, hour);
    }
  }
  const std::int64_t aside = aside_of(event, posting, owner);
  add(touched.owner, posting, aside, touched);
  add(touched.pair, posting, aside, touched);
  add(spoken_of ? nullptr : touched.actor, posting, aside, touched);
  add(touched.address, posting, aside, touched);
  add(touched.tenant, posting, aside, touched);
  if (!spoken_of) correct(posting);
  observe_object(event, touched);
  touched_.push_back(touched);
}

Entity& Detection::touch_tenant(const CountedEvent& counted, std::int32_t hour) {
  return touch(features::entity_key(counted.tenant, EntityType::kTenant, tenant_->id), EntityType::kTenant, hour);
}

void Detection::correct(const Posting& posting) {
  if (!posting.moved || posting.owner.key == 0) return;
  const auto of_hour = std::find_if(corrections_.begin(), corrections_.end(),
                                    [&](const Correction& known) { return known.hour == posting.hour.hour; });
  Correction& correction =
      of_hour == corrections_.end() ? corrections_.emplace_back(Correction{posting.hour.hour, {}}) : *of_hour;
  correction.change.records = saturating_add(correction.change.records, posting.records);
  correction.change.estimated = saturating_add(correction.change.estimated, posting.estimated);
}

// The tenant took it all; the address only where it is known to have read in that hour: a correction comes with another
// record, whose address need not be that of the rows.
void Detection::observe_corrections(const AuditEvent& event, const CountedEvent& counted) {
  for (const Correction& correction : corrections_) {
    if (correction.change.records == 0 && correction.change.estimated == 0) continue;
    Entity& tenant = touch_tenant(counted, correction.hour);
    (void)take_in(tenant, correction.hour, correction.change);
    tenant.sums.hour = kNoHour;
    if (event.client_ip.empty()) continue;
    Entity* address =
        touch_known(features::entity_key(counted.tenant, EntityType::kAddress, event.client_ip), correction.hour);
    if (address == nullptr || held(*address, correction.hour, correction.hour) <= 0) continue;
    (void)take_in(*address, correction.hour, correction.change);
    address->sums.hour = kNoHour;
  }
}

void Detection::observe(const AuditEvent& event, const CountedEvent& counted, features::LogTime log_time) {
  touched_.clear();
  proposals_.clear();
  corrections_.clear();
  leaving_ = nullptr;
  aside_taken_ = 0;
  store_.make_room();
  tenant_ = store_.find_tenant(counted.tenant);
  if (tenant_ == nullptr) tenant_ = &store_.create_tenant(counted.tenant, event.tenant_id);
  // A record from the future is counted, but teaches and alerts nothing: its hour would push out the present.
  if (event.event_time.ms > log_time.ms + features::kMsPerHour) return;
  tenant_->advance(event, log_time);
  store_.mark(*tenant_);
  observe_owner(event, counted.owner, counted.actor, features::hour_of(event.event_time).hour);
  // What moves or is replaced goes first: then it is known whose it was.
  const auto takes_away = [](const Posting& posting) { return posting.records < 0 || posting.estimated < 0; };
  for (const Posting& posting : counted.postings) {
    if (takes_away(posting) && posting.owner.key != 0) observe_taken_away(event, posting);
  }
  for (const Posting& posting : counted.postings) {
    if (!takes_away(posting) && posting.owner.key != 0) observe_posting(event, counted, posting);
  }
  observe_corrections(event, counted);
}

}  // namespace outflow::detector
