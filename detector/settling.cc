// Detection, the end of an episode's burst: the final volume is told once nothing more comes.
#include <algorithm>

#include "detector/detection.h"

namespace outflow::detector {

using features::AuditEvent;
using features::CountedEvent;

namespace {

constexpr double kWorthTelling = 1.1;  // times what was said
constexpr std::int64_t kQuietMs = 15 * 60'000;
constexpr std::uint32_t kFreeRevisions = 7;  // from then on each one waits twice as long
constexpr std::uint32_t kMostDoublings = 6;

std::int64_t quiet_before(const Episode& episode) {
  const std::uint32_t beyond = episode.revision > kFreeRevisions ? episode.revision - kFreeRevisions : 0;
  return kQuietMs << std::min(beyond, kMostDoublings);
}

// Cut at a character's border, so that texts stay valid UTF-8.
void keep(std::string& to, std::string_view from) {
  std::size_t end = std::min(from.size(), kMostUnsaidText);
  while (end < from.size() && end > 0 && (static_cast<unsigned char>(from[end]) & 0xC0) == 0x80) --end;
  to.assign(from.substr(0, end));
}

}  // namespace

void Detection::remember_unsaid(const Case& c, const Entity& entity) {
  const auto said = static_cast<double>(entity.episode.records);
  std::vector<Unsaid>& unsaid = tenant_->unsaid;
  auto found =
      std::find_if(unsaid.begin(), unsaid.end(), [&](const Unsaid& known) { return known.entity == entity.key; });
  if (found == unsaid.end()) {
    if (c.leading().records < kWorthTelling * said) return;
    if (unsaid.size() >= kMostUnsaid) {
      unsaid.erase(std::min_element(unsaid.begin(), unsaid.end(), [](const Unsaid& a, const Unsaid& b) {
        return std::pair(a.clock_ms, a.entity) < std::pair(b.clock_ms, b.entity);
      }));
    }
    found = unsaid.insert(unsaid.end(), Unsaid{});
    found->entity = entity.key;
  }
  found->clock_ms = tenant_->watermark();
  found->hour = c.hour;
  found->estimated = c.estimated;
  found->event_ms = c.event->event_time.ms;
  found->log_ms = c.log_time.ms;
  found->action = c.event->action;
  found->owner_type = c.owner.type;
  found->actor = c.actor.key;
  keep(found->owner_id, c.owner.id);
  keep(found->owner_name, c.owner.name);
  keep(found->actor_id, c.actor.id);
  keep(found->actor_name, c.actor.name);
  keep(found->event_uid, c.event->event_uid);
  keep(found->event_type, c.event->source_event_type);
  keep(found->client_ip, c.event->client_ip);
  keep(found->user_agent, c.event->user_agent);
  keep(found->object, c.event->objects.empty() ? std::string_view() : c.event->objects.front());
  found->origin = *c.origin;
  store_.mark(*tenant_);
}

void Detection::forget_unsaid(features::Fingerprint entity) {
  std::erase_if(tenant_->unsaid, [&](const Unsaid& known) { return known.entity == entity; });
}

void Detection::settle_quiet(const CountedEvent& counted) {
  settling_.clear();
  if (tenant_->unsaid.empty()) return;
  settling_.reserve(kMostUnsaid);  // cases point into it
  const std::int64_t now = tenant_->watermark();
  std::erase_if(tenant_->unsaid, [&](Unsaid& known) {
    const Entity* entity = store_.find(known.entity);
    if (entity != nullptr && entity->episode.open && now - known.clock_ms < quiet_before(entity->episode)) return false;
    if (entity != nullptr && entity->episode.open) settling_.push_back({std::move(known), {}, {}});
    return true;
  });
  if (settling_.empty()) return;
  store_.mark(*tenant_);
  for (Settling& settling : settling_) tell_final(settling, counted);
}

void Detection::tell_final(Settling& settling, const CountedEvent& counted) {
  const Unsaid& unsaid = settling.unsaid;
  Entity& entity = *store_.find(unsaid.entity);
  AuditEvent& event = settling.event;
  event.event_time = {unsaid.event_ms};
  event.action = unsaid.action;
  event.event_uid = unsaid.event_uid;
  event.source_event_type = unsaid.event_type;
  event.tenant_id = tenant_->id;
  event.client_ip = unsaid.client_ip;
  event.user_agent = unsaid.user_agent;
  settling.object = unsaid.object;
  if (!settling.object.empty()) event.objects = {&settling.object, 1};

  features::Posting posting;
  posting.hour = {unsaid.hour};
  posting.owner = {unsaid.owner_type, unsaid.entity, unsaid.owner_id, unsaid.owner_name};
  posting.actor = {features::EntityType::kUser, unsaid.actor, unsaid.actor_id, unsaid.actor_name};
  posting.uncounted = unsaid.estimated ? 1 : 0;
  Touched touched;
  touched.posting = &posting;
  touched.owner = &entity;
  Case c = open_case(touched, event, unsaid.origin, {unsaid.log_ms});
  (void)investigate(touched, c);

  // The shortest window that holds the whole episode.
  const std::int32_t first = features::hour_of({entity.episode.first_seen_ms}).hour;
  VolumeScore& volume = c.findings[c.main].volume;
  volume.lead = 0;
  while (volume.lead + 1 < kWindows && kWindowHours[volume.lead] <= unsaid.hour - first) ++volume.lead;
  const double records = volume.leading().records;
  if (records < kWorthTelling * static_cast<double>(entity.episode.records)) return;

  DecisionRecord record;
  record.kind = DecisionKind::kUpdate;
  record.tenant = counted.tenant;
  record.entity = entity.key;
  record.episode = entity.episode;
  record.episode.records = static_cast<std::int64_t>(std::min(records, 9e18));
  const Severity severity = severity_of(records, volume.leading().band.median(), c.strange());
  record.episode.severity = std::max(severity, entity.episode.severity);
  record.episode.strange = entity.episode.strange || c.strange();
  ++record.episode.revision;
  c.surprise = std::max(c.surprise, c.threshold);
  proposals_.push_back({record, c});
}

}  // namespace outflow::detector
