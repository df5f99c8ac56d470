// Detection, an episode follows its rows: an estimate is replaced by the true count, a late join names the true owner.
//
// An alert's rows may be corrected until its hours are forgotten, open or over. What is moved to another entity takes
// the episode along as soon as more has gone there than is left; the alert keeps its uid. What was said is corrected by
// one update: at once where the record in hand is certain to be the last of it, else when it has been quiet for a
// while.
#include <algorithm>
#include <cmath>

#include "detector/detection.h"

namespace outflow::detector {

using features::AuditEvent;
using features::CountedEvent;
using features::EntityType;
using features::LogTime;

namespace {

constexpr std::int32_t kNearHours = 24;  // of an episode: the true count may stand in another hour than its estimate
constexpr std::int64_t kLateMs = features::kMsPerHour;
constexpr std::int64_t kNearlyAll = 1000;  // what is left is less than its thousandth
constexpr double kConfirmed = 1.01;        // times what was said, at most
constexpr std::size_t kMostOther = 128;    // bytes of another entity's name

bool near(const Episode& episode, std::int32_t hour) {
  return hour >= episode.first_hour - kNearHours && hour <= episode.last_hour + kNearHours;
}

void extend(Episode& episode, std::int32_t hour) {
  episode.first_hour = std::min(episode.first_hour, hour);
  episode.last_hour = std::max(episode.last_hour, hour);
}

std::int64_t held(const Entity& entity, const Episode& episode) {
  return held(entity, episode.first_hour, episode.last_hour);
}

std::int64_t estimated(const Entity& entity, const Episode& episode) {
  return entity.notes.estimated(episode.first_hour, episode.last_hour);
}

std::string shown(const features::Owner& owner) {
  const std::string_view text = owner.name.empty() ? owner.id : owner.name;
  std::size_t end = std::min(text.size(), kMostOther);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

// A job's progress is not its end.
bool may_grow(const AuditEvent& event) {
  return event.count_semantics == features::CountSemantics::kJobProgress &&
         event.outcome != features::Outcome::kSuccess;
}

}  // namespace

Detection::Arrival Detection::where_rows_went(const Episode& episode, const CountedEvent& counted) const {
  Arrival arrival;
  arrival.estimate_replaced = counted.settles_estimate;
  for (const Touched& touched : touched_) {
    const features::Posting& posting = *touched.posting;
    if (touched.owner == nullptr || !posting.moved || posting.records <= 0) continue;
    if (touched.owner == leaving_ || !near(episode, posting.hour.hour)) continue;
    if (arrival.most == nullptr || posting.records > arrival.most->posting->records) arrival.most = &touched;
  }
  if (arrival.most == nullptr) return arrival;
  for (const Touched& touched : touched_) {
    if (touched.owner != arrival.most->owner || !touched.posting->moved || touched.posting->records <= 0) continue;
    if (!near(episode, touched.posting->hour.hour)) continue;
    arrival.records = saturating_add(arrival.records, touched.posting->records);
  }
  return arrival;
}

void Detection::pass_on(Entity& from, Entity& to) {
  to.episode = from.episode;
  from.episode.open = false;
  from.episode.passed_on = true;
  from.sums.hour = to.sums.hour = kNoHour;
  store_.mark(from);
  store_.mark(to);
}

// Rows of an hour that is learnt already are kept out of the windows here as they were there.
void Detection::withhold_learnt(Entity& entity) {
  const Episode& episode = entity.episode;
  if (!episode.strange) return;
  for (std::int32_t hour = episode.first_hour; hour <= episode.last_hour && hour < entity.learnt_until; ++hour) {
    withhold(entity, hour, std::llround(entity.baseline.band(Window::k1h, hour).upper()));
  }
}

// True if nothing more of the correction can come: no estimate is left, nor rows at the old owner, and the record in
// hand is final.
bool Detection::all_is_known(const AuditEvent& event, const Arrival& arrival, const Entity& from,
                             const Entity& holder) const {
  const Episode& episode = holder.episode;
  const bool moved = arrival.most != nullptr;
  if (moved && held(from, episode) > held(*arrival.most->owner, episode) / kNearlyAll) return false;
  if (!arrival.estimate_replaced) return true;
  if (estimated(holder, episode) > 0 || (moved && estimated(from, episode) > 0)) return false;
  const auto records = static_cast<double>(held(holder, episode));
  const auto said = static_cast<double>(episode.records);
  return !may_grow(event) || (records >= said && records <= kConfirmed * said);
}

void Detection::follow_rows(const AuditEvent& event, const CountedEvent& counted, const Origin& origin,
                            LogTime log_time) {
  if (leaving_ == nullptr) return;
  Entity& from = *leaving_;
  const Arrival arrival = where_rows_went(from.episode, counted);
  Entity* holder = &from;
  Entity* to = arrival.most != nullptr ? arrival.most->owner : nullptr;
  if (to != nullptr && to->episode.uid == from.episode.uid) {
    holder = to;
  } else if (from.episode.passed_on) {
    return;  // the rest of what went elsewhere before
  }
  bool merged = false;
  const auto of_holder = [&](const Touched& touched) { return touched.owner == holder; };
  if (to != nullptr && holder == &from) {
    Unsaid& leaving = note_unsaid(from.key);
    if (leaving.to != to->key) leaving.moved = 0;
    leaving.to = to->key;
    leaving.moved = saturating_add(leaving.moved, arrival.records);
    leaving.other = shown(arrival.most->posting->owner);
    if (leaving.moved >= held(from, from.episode)) {
      if (to->episode.open) {  // it has an alert of its own, which tells of these rows, too
        from.episode.open = false;
        from.episode.passed_on = true;
        from.sums.hour = kNoHour;
        merged = true;
      } else {
        pass_on(from, *to);
        leaving.entity = to->key;
        leaving.from = from.key;
        leaving.to = 0;
        const auto was = std::find_if(touched_.begin(), touched_.end(), of_holder);
        leaving.other = was == touched_.end() ? std::string() : shown(was->posting->owner);
        holder = to;
      }
    }
  }
  Episode& episode = holder->episode;
  std::int64_t last_ms = INT64_MIN;
  for (const Touched& touched : touched_) {
    const features::Posting& posting = *touched.posting;
    if (touched.owner != holder || !posting.moved || posting.records <= 0 || !near(episode, posting.hour.hour))
      continue;
    extend(episode, posting.hour.hour);
    if (posting.events > 0) last_ms = std::max(last_ms, posting.last.ms);
  }
  withhold_learnt(*holder);
  store_.mark(*holder);

  const auto last = std::find_if(touched_.rbegin(), touched_.rend(), of_holder);
  if (last == touched_.rend()) return;
  Unsaid& unsaid = note_unsaid(holder->key);
  keep_record(unsaid, open_case(*last, event, origin, log_time));
  unsaid.restates = true;
  unsaid.episode = episode.uid;
  // The record that names or counts the rows may be hours younger than they are.
  const std::int64_t end_ms = features::start_of({episode.last_hour + 1}).ms - 1;
  unsaid.event_ms = last_ms != INT64_MIN ? last_ms : unsaid.event_ms;
  unsaid.event_ms = std::min(std::max(unsaid.event_ms, episode.first_seen_ms), end_ms);
  if (merged) {
    extend(to->episode, arrival.most->posting->hour.hour);
    Unsaid& grown = note_unsaid(to->key);
    keep_record(grown, open_case(*arrival.most, event, origin, log_time));
    grown.restates = true;
    grown.episode = to->episode.uid;
  }
  if (all_is_known(event, arrival, from, *holder)) tell_now(holder->key, counted);
}

void Detection::tell_now(features::Fingerprint entity, const CountedEvent& counted) {
  const bool told = std::any_of(proposals_.begin(), proposals_.end(),
                                [&](const Proposal& proposal) { return proposal.record.entity == entity; });
  Unsaid* unsaid = unsaid_of(entity);
  if (told || unsaid == nullptr) return;  // one revision a record; the rest when it is quiet
  Unsaid due = std::move(*unsaid);
  forget_unsaid(*tenant_, entity);
  tell(std::move(due), counted.tenant);
}

// Rows of an alert that is being corrected: late ones are part of the correction, and told with it.
bool Detection::hold_back(const Touched& touched, const AuditEvent& event, const CountedEvent& counted,
                          const Origin& origin, LogTime log_time) {
  if (touched.posting->moved && leaving_ != nullptr) return true;
  if (tenant_->unsaid.empty() || tenant_->watermark() - event.event_time.ms < kLateMs) return false;
  Entity& owner = *touched.owner;
  Unsaid* pending = unsaid_of(owner.key);
  if (pending == nullptr || !pending->restates || pending->episode != owner.episode.uid) return false;
  if (!near(owner.episode, touched.posting->hour.hour)) return false;
  extend(owner.episode, touched.posting->hour.hour);
  keep_record(*pending, open_case(touched, event, origin, log_time));
  store_.mark(*tenant_);
  if (event.count_semantics == features::CountSemantics::kJobProgress && !may_grow(event) &&
      estimated(owner, owner.episode) == 0) {
    tell_now(owner.key, counted);
  }
  return true;
}

// Whose alert's rows are going to the entity, if any: most are still there, but it deviates by those it has.
Entity* Detection::losing_to(const Entity& entity) {
  for (const Unsaid& known : tenant_->unsaid) {
    if (!known.restates || known.to != entity.key) continue;
    Entity* from = store_.find(known.entity);
    if (from != nullptr && from->episode.uid == known.episode && !from->episode.passed_on) return from;
  }
  return nullptr;
}

}  // namespace outflow::detector
