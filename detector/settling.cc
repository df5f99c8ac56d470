// Detection, what is told late: the whole of a burst, and corrections, once nothing more of them comes.
#include <algorithm>
#include <utility>

#include "detector/detection.h"

namespace outflow::detector {

using features::AuditEvent;
using features::CountedEvent;

namespace {

constexpr double kWorthTelling = 1.1;  // times what was said
constexpr std::int64_t kQuietMs = 15 * 60'000;
constexpr std::int64_t kProgressMs = 6 * features::kMsPerHour;  // hourly files come up to so much later
constexpr std::uint32_t kFreeRevisions = 7;                     // from then on each one waits twice as long
constexpr std::uint32_t kMostDoublings = 6;

// A running job's row of few records, or none, is its progress and not its truth; the next one may stand in the next
// hour's file. Its last row, where it comes, is told at once.
bool may_be_progress(const Unsaid& unsaid, const Entity& entity) {
  const Episode& episode = entity.episode;
  return episode.estimated && unsaid.action == features::Action::kBulkJob &&
         held(entity, episode.first_hour, episode.last_hour) < episode.records / 2;
}

std::int64_t quiet_before(const Unsaid& unsaid, const Entity& entity) {
  if (unsaid.restates) return may_be_progress(unsaid, entity) ? kProgressMs : kQuietMs;
  const Episode& episode = entity.episode;
  const std::uint32_t beyond = episode.revision > kFreeRevisions ? episode.revision - kFreeRevisions : 0;
  return kQuietMs << std::min(beyond, kMostDoublings);
}

bool still_to_be_told(const Unsaid& unsaid, const Entity& entity) {
  if (!unsaid.restates) return entity.episode.open;
  return unsaid.episode != 0 && entity.episode.uid == unsaid.episode;
}

// Cut at a character's border, so that texts stay valid UTF-8.
void keep(std::string& to, std::string_view from) {
  std::size_t end = std::min(from.size(), kMostUnsaidText);
  while (end < from.size() && end > 0 && (static_cast<unsigned char>(from[end]) & 0xC0) == 0x80) --end;
  to.assign(from.substr(0, end));
}

// The shortest window of at least so many hours.
std::size_t window_of(std::int32_t hours) {
  std::size_t window = 0;
  while (window + 1 < kWindows && kWindowHours[window] < hours) ++window;
  return window;
}

}  // namespace

Unsaid* Detection::unsaid_of(features::Fingerprint entity) {
  for (Unsaid& known : tenant_->unsaid) {
    if (known.entity == entity) return &known;
  }
  return nullptr;
}

Unsaid& Detection::note_unsaid(features::Fingerprint entity) {
  store_.mark(*tenant_);
  if (Unsaid* known = unsaid_of(entity)) return *known;
  std::vector<Unsaid>& unsaid = tenant_->unsaid;
  if (unsaid.size() >= kMostUnsaid) {
    const auto rank = [](const Unsaid& known) { return std::tuple(known.restates, known.clock_ms, known.entity); };
    unsaid.erase(std::min_element(unsaid.begin(), unsaid.end(),
                                  [&](const Unsaid& a, const Unsaid& b) { return rank(a) < rank(b); }));
  }
  unsaid.emplace_back().entity = entity;
  return unsaid.back();
}

void Detection::keep_record(Unsaid& unsaid, const Case& c) {
  unsaid.clock_ms = tenant_->watermark();
  unsaid.hour = c.hour;
  unsaid.event_ms = c.event->event_time.ms;
  unsaid.log_ms = c.log_time.ms;
  unsaid.action = c.event->action;
  unsaid.owner_type = c.owner.type;
  unsaid.actor = c.actor.key;
  keep(unsaid.owner_id, c.owner.id);
  keep(unsaid.owner_name, c.owner.name);
  keep(unsaid.actor_id, c.actor.id);
  keep(unsaid.actor_name, c.actor.name);
  keep(unsaid.event_uid, c.event->event_uid);
  keep(unsaid.event_type, c.event->source_event_type);
  keep(unsaid.client_ip, c.event->client_ip);
  keep(unsaid.user_agent, c.event->user_agent);
  keep(unsaid.object, c.event->objects.empty() ? std::string_view() : c.event->objects.front());
  unsaid.origin = *c.origin;
}

void Detection::remember_unsaid(const Case& c, const Entity& entity) {
  const auto said = static_cast<double>(entity.episode.records);
  if (unsaid_of(entity.key) == nullptr && c.leading().records < kWorthTelling * said) return;
  keep_record(note_unsaid(entity.key), c);
}

void Detection::forget_unsaid(Tenant& tenant, features::Fingerprint entity) {
  if (std::erase_if(tenant.unsaid, [&](const Unsaid& known) { return known.entity == entity; }) > 0) {
    store_.mark(tenant);
  }
}

void Detection::settle_quiet(const CountedEvent& counted) {
  if (tenant_->unsaid.empty()) return;
  const std::int64_t now = tenant_->watermark();
  std::vector<Unsaid> due;
  const auto erased = std::erase_if(tenant_->unsaid, [&](Unsaid& known) {
    const Entity* entity = store_.find(known.entity);
    const bool lives = entity != nullptr && still_to_be_told(known, *entity);
    if (lives && now - known.clock_ms < quiet_before(known, *entity)) return false;
    if (lives) due.push_back(std::move(known));
    return true;
  });
  if (erased > 0) store_.mark(*tenant_);
  for (Unsaid& unsaid : due) tell(std::move(unsaid), counted.tenant);
}

std::span<const Proposal> Detection::judge_rest(features::Fingerprint tenant) {
  proposals_.clear();
  settling_.clear();
  tenant_ = store_.find_tenant(tenant);
  if (tenant_ == nullptr || tenant_->unsaid.empty()) return proposals_;
  store_.mark(*tenant_);
  for (Unsaid& unsaid : std::exchange(tenant_->unsaid, {})) {
    const Entity* entity = store_.find(unsaid.entity);
    if (entity != nullptr && still_to_be_told(unsaid, *entity)) tell(std::move(unsaid), tenant);
  }
  return proposals_;
}

// Proposes an update that cites the record remembered.
void Detection::tell(Unsaid unsaid, features::Fingerprint tenant) {
  Entity& entity = *store_.find(unsaid.entity);
  Settling& settling = settling_.emplace_back();
  settling.unsaid = std::move(unsaid);
  const Unsaid& kept = settling.unsaid;
  AuditEvent& event = settling.event;
  event.event_time = {kept.event_ms};
  event.action = kept.action;
  event.event_uid = kept.event_uid;
  event.source_event_type = kept.event_type;
  event.tenant_id = tenant_->id;
  event.client_ip = kept.client_ip;
  event.user_agent = kept.user_agent;
  settling.object = kept.object;
  if (!settling.object.empty()) event.objects = {&settling.object, 1};

  features::Posting posting;
  posting.hour = {kept.hour};
  posting.owner = {kept.owner_type, kept.entity, kept.owner_id, kept.owner_name};
  posting.actor = {features::EntityType::kUser, kept.actor, kept.actor_id, kept.actor_name};
  Touched touched;
  touched.posting = &posting;
  touched.owner = &entity;
  Case c = open_case(touched, event, kept.origin, {kept.log_ms});
  c.classes = entity.episode.classes | entity.classes.since(entity.episode.first_hour);
  DecisionRecord record;
  record.kind = DecisionKind::kUpdate;
  record.tenant = tenant;
  record.entity = entity.key;
  record.episode = entity.episode;
  record.episode.classes |= c.classes;
  ++record.episode.revision;
  if (kept.restates) {
    tell_correction(settling, touched, c, record);
  } else {
    tell_growth(settling, touched, c, record);
  }
}

void Detection::tell_growth(Settling& settling, const Touched& touched, Case& c, DecisionRecord& record) {
  const Entity& entity = *touched.owner;
  (void)investigate(touched, c);
  const std::int32_t first = features::hour_of({entity.episode.first_seen_ms}).hour;
  VolumeScore& volume = c.findings[c.main].volume;
  volume.lead = window_of(settling.unsaid.hour - first + 1);
  const double records = volume.leading().records;
  if (records < kWorthTelling * static_cast<double>(entity.episode.records)) return;
  record.episode.records = static_cast<std::int64_t>(std::min(records, 9e18));
  const Severity severity = severity_of(records, volume.leading().band.median(), c.strange(), c.classes);
  record.episode.severity = std::max(severity, entity.episode.severity);
  record.episode.strange = entity.episode.strange || c.strange();
  record.episode.estimated = volume.leading().estimated > 0;
  c.surprise = std::max(c.surprise, c.threshold);
  proposals_.push_back({record, c});
}

// The true number, or the true owner: told also where it is less than what was said, or nothing odd at all.
void Detection::tell_correction(Settling& settling, const Touched& touched, Case& c, DecisionRecord& record) {
  Entity& entity = *touched.owner;
  Episode& episode = record.episode;
  const Unsaid& unsaid = settling.unsaid;
  c.hour = episode.last_hour;
  c.oddities = oddities_of(entity, c.hour);
  if (Entity* from = unsaid.from != 0 ? store_.find(unsaid.from) : nullptr) {
    const Oddities theirs = oddities_of(*from, c.hour);
    for (std::size_t i = 0; i < kNoveltyKinds; ++i) c.oddities.news[i] = std::max(c.oddities.news[i], theirs.news[i]);
  }
  Finding& finding = c.findings[c.found++];
  finding.type = entity.type;
  finding.days = entity.baseline.days();
  finding.volume = score_volume(entity, c.hour, held_in_windows(entity, c.hour), tenant_->calibration_of(entity.type),
                                least_records());
  finding.volume.lead = window_of(episode.last_hour - episode.first_hour + 1);
  const WindowScore& lead = finding.volume.leading();
  finding.combined = combine_reasons(finding.volume.surprise, lead.records, c.oddities, least_records());
  c.surprise = finding.combined.surprise;

  const auto said = static_cast<double>(episode.records);
  const bool exact_now = episode.estimated && lead.estimated <= 0;
  const bool another =
      !episode.by_actor && (lead.records >= kWorthTelling * said || lead.records * kWorthTelling <= said);
  if (!exact_now && !another && unsaid.from == 0) return;
  c.restated = Restated{episode.records, episode.estimated, unsaid.other, unsaid.from == 0 && unsaid.to != 0};
  if (unsaid.from != 0) {
    record.kind = DecisionKind::kCarry;
    record.from = unsaid.from;
  }
  episode.records = static_cast<std::int64_t>(std::min(lead.records, 9e18));
  episode.severity = severity_of(lead.records, lead.band.median(), episode.strange, c.classes);
  episode.estimated = lead.estimated > 0;
  episode.by_actor = false;
  proposals_.push_back({record, c});
}

}  // namespace outflow::detector
