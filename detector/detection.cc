#include "detector/detection.h"

#include <algorithm>
#include <cmath>

namespace outflow::detector {

using features::AuditEvent;
using features::CountedEvent;
using features::EntityType;
using features::LogTime;

namespace {

constexpr double kNewcomerLeast = 100.0;  // times the least material volume
constexpr double kFullTableNats = 3.0;    // of oddity, in an unrestricted query, as to materiality
constexpr double kPlausibleShare = 1.5;   // beyond it the known size is wrong
// An update is due: the volume said has doubled, or while small grown fivefold.
constexpr double kDoubled = 2.0;
constexpr double kGrown = 5.0;
constexpr double kSmallSaid = 100'000;
constexpr double kOneOwnersShare = 0.5;    // of an address's or tenant's volume: above it, it is that owner's matter
constexpr std::uint32_t kAroundDays = 14;  // an address or a tenant speaks for itself only with so long a past
constexpr std::int32_t kSizesKnownHours = 14 * 24;
constexpr std::uint32_t kHabitsKnownDays = 7;
constexpr double kTripMultiple = 3.0;
constexpr std::size_t kDayWindow = static_cast<std::size_t>(Window::k24h);
constexpr std::int64_t kIncidentQuietMs = 24 * features::kMsPerHour;
constexpr std::size_t kMostAnomalySentence = 512;

}  // namespace

Case Detection::open_case(const Touched& touched, const AuditEvent& event, const Origin& origin,
                          LogTime log_time) const {
  Case c;
  c.event = &event;
  c.origin = &origin;
  c.log_time = log_time;
  c.hour = touched.posting->hour.hour;
  c.tenant_id = tenant_->id;
  c.owner = touched.posting->owner;
  c.actor = touched.posting->actor;
  c.type = c.owner.type;
  c.id = c.owner.id;
  c.name = c.owner.name;
  c.threshold = budget_.alert_surprise(tenant_->entities);
  c.trip = touched.trip;
  if (touched.owner != nullptr) c.first_hour = touched.owner->first_hour;
  return c;
}

bool Detection::newcomer_takes_whole_objects(const Touched& touched, const Case& c, const VolumeScore& volume) const {
  if (c.oddities.newcomer <= 0) return false;
  const double records = volume.windows[kDayWindow].records;
  if (records < kNewcomerLeast * least_records()) return false;
  if (c.event->objects.empty() || touched.owner == nullptr) return true;
  const auto object = static_cast<std::uint32_t>(features::fingerprint(c.event->objects.front()) >> 32);
  const double known = tenant_->sizes.known(object, c.hour);
  const double share = known > 0 ? records / known : kPlausibleShare;
  return share >= options_.tripwire_share;
}

// A share alone trips on every full load, campaign and first report: it counts only where sizes and habits are known,
// and the whole day is far above every day before.
bool Detection::trip_counts(const Entity& owner, const Case& c) const {
  const WindowScore& day = c.findings[0].volume.windows[kDayWindow];
  const bool sizes_known = tenant_->first_hour != kNoHour && c.hour - tenant_->first_hour >= kSizesKnownHours;
  return sizes_known && owner.baseline.days() >= kHabitsKnownDays && day.peak > 0 &&
         day.records >= kTripMultiple * day.peak;
}

bool Detection::investigate(const Touched& touched, Case& c) {
  c.oddities = oddities_of(*touched.owner, c.hour);
  const auto look_at = [&](Entity* entity) {
    if (entity == nullptr) return;
    Finding finding;
    finding.type = entity->type;
    finding.days = entity->baseline.days();
    finding.volume = score_volume(*entity, c.hour, tenant_->calibration_of(entity->type), least_records());
    finding.combined =
        combine_reasons(finding.volume.surprise, finding.volume.leading().records, c.oddities, least_records());
    entity->score = finding.volume.surprise;
    entity->score_hour = c.hour;
    c.findings[c.found++] = finding;
  };
  look_at(touched.owner);
  look_at(touched.pair);
  // Rows that an alert of the user's own tells of are not told by its integration's.
  if (touched.actor != nullptr && !touched.actor->episode.open) look_at(touched.actor);
  for (std::size_t i = 1; i < c.found; ++i) {
    // The owner speaks unless one behind it is clearly odder.
    if (c.findings[i].combined.surprise > c.findings[c.main].combined.surprise + 2.0 &&
        c.findings[0].combined.surprise < c.threshold) {
      c.main = i;
    }
  }
  c.trip.tripped = c.trip.tripped && trip_counts(*touched.owner, c);
  c.newcomer_rule = newcomer_takes_whole_objects(touched, c, c.findings[0].volume);
  if (c.trip.tripped || c.newcomer_rule) {
    VolumeScore& volume = c.findings[0].volume;
    if (c.findings[c.main].volume.surprise <= 0) c.main = 0;
    if (c.main == 0 && volume.surprise <= 0) volume.lead = kDayWindow;
  }
  c.surprise = c.findings[c.main].combined.surprise;
  if (c.trip.tripped || c.newcomer_rule) c.surprise = std::max(c.surprise, c.threshold);
  return c.surprise > 0;
}

void Detection::investigate_around(const Touched& touched, Case& c, Entity*& reported) {
  for (Entity* entity : {touched.address, touched.tenant}) {
    if (entity == nullptr) continue;
    Finding finding;
    finding.type = entity->type;
    finding.days = entity->baseline.days();
    finding.volume = score_volume(*entity, c.hour, tenant_->calibration_of(entity->type), least_records());
    finding.combined = {finding.volume.surprise, false};
    entity->score = finding.volume.surprise;
    entity->score_hour = c.hour;
    if (finding.volume.surprise <= 0 || c.found >= c.findings.size()) continue;
    c.findings[c.found] = finding;
    const double of_owner = c.findings[0].volume.windows[finding.volume.lead].records;
    const bool of_many = of_owner < kOneOwnersShare * finding.volume.leading().records;
    if (c.surprise < c.threshold && finding.combined.surprise >= c.threshold && of_many &&
        finding.days >= kAroundDays) {
      c.main = c.found;
      c.surprise = finding.combined.surprise;
      c.type = entity->type;
      c.id = entity->type == EntityType::kAddress ? c.event->client_ip : c.tenant_id;
      c.name = {};
      c.oddities = {};
      reported = entity;
    }
    ++c.found;
  }
}

bool Detection::still_deviates(const Case& c, const Episode& episode) const {
  if (c.surprise < c.threshold) return false;
  if (c.trip.tripped || c.newcomer_rule || episode.window == Window::k7d) return true;
  const Finding& speaking = c.speaking();
  const Combined recent =
      combine_reasons(speaking.volume.recent_surprise, speaking.volume.leading().records, c.oddities, least_records());
  return recent.surprise >= c.threshold;
}

bool Detection::weighty(Case& c) const {
  if (c.trip.tripped || c.newcomer_rule) return true;
  const auto alone = static_cast<double>(c.type == EntityType::kIntegration ? options_.material_records_integrations
                                                                            : options_.material_records_people);
  double oddities = c.oddities.total();
  if (c.event->query_class == features::QueryClass::kFull) oddities += kFullTableNats;
  return lead_by_material_window(c.findings[c.main].volume, material_floor(alone, least_records(), oddities));
}

void Detection::decide(const Touched& touched, Case& c, Entity& reported, const CountedEvent& counted) {
  const WindowScore& lead = c.leading();
  const auto records = static_cast<std::int64_t>(std::min(lead.records, 9e18));
  const std::int32_t window_first = c.hour - hours_of(lead.window) + 1;
  c.classes = &reported == touched.owner ? reported.classes.since(window_first) : c.event->classes;
  if (reported.episode.open) c.classes |= reported.episode.classes;
  const Severity severity = severity_of(lead.records, lead.band.median(), c.strange(), c.classes);
  DecisionRecord record;
  record.tenant = counted.tenant;
  record.entity = reported.key;
  Entity* from = &reported == touched.owner && !reported.episode.open ? losing_to(reported) : nullptr;
  if (reported.episode.open || from != nullptr) {
    record.kind = from != nullptr ? DecisionKind::kCarry : DecisionKind::kUpdate;
    record.from = from != nullptr ? from->key : 0;
    Episode& episode = from != nullptr ? from->episode : reported.episode;
    if (from == nullptr) {
      if (!still_deviates(c, episode)) return;
      episode.last_fired_hour = std::max(episode.last_fired_hour, c.hour);
      episode.last_hour = std::max(episode.last_hour, c.hour);
      episode.first_hour = std::min(episode.first_hour, c.hour);
      episode.classes |= c.classes;
      const bool more =
          lead.records >= (lead.records < kSmallSaid ? kGrown : kDoubled) * static_cast<double>(episode.records);
      if (severity <= episode.severity && !more) {
        if (&reported == touched.owner) remember_unsaid(c, reported);
        return;
      }
      forget_unsaid(*tenant_, reported.key);
    }
    record.episode = episode;
    record.episode.records = std::max(records, episode.records);
    record.episode.severity = std::max(severity, episode.severity);
    ++record.episode.revision;
  } else {
    const auto event_print = features::fingerprint(c.event->event_uid);
    Episode& episode = record.episode;
    episode.uid = std::max<features::Fingerprint>(features::combine(reported.key, event_print), 1);
    const bool joins =
        tenant_->incident != 0 && std::abs(c.event->event_time.ms - tenant_->incident_last_ms) <= kIncidentQuietMs;
    episode.incident = joins ? tenant_->incident : features::combine(episode.uid, counted.tenant);
    episode.first_seen_ms = c.event->event_time.ms;
    episode.first_hour = window_first;
    episode.last_hour = episode.last_fired_hour = c.hour;
    episode.revision = 1;
    episode.records = records;
    episode.severity = severity;
    episode.window = lead.window;
    episode.open = true;
  }
  record.episode.strange = record.episode.strange || c.strange();
  record.episode.estimated = lead.estimated > 0;
  record.episode.by_actor =
      &reported == touched.owner && touched.actor != nullptr && c.speaking().type == EntityType::kUser;
  record.episode.classes |= c.classes;
  if (&reported == touched.owner && record.kind == DecisionKind::kRaise) {
    record.explained = {touched.actor != nullptr ? touched.actor->key : 0,
                        touched.address != nullptr ? touched.address->key : 0,
                        touched.tenant != nullptr ? touched.tenant->key : 0};
  }
  if (record.episode.incident == 0) record.episode.incident = record.episode.uid;
  proposals_.push_back({record, c});
}

void Detection::note_anomaly(const Touched& touched, const Case& c, std::vector<Anomaly>& anomalies) {
  Entity& owner = *touched.owner;
  if (owner.last_anomaly_hour != kNoHour && c.hour < owner.last_anomaly_hour + 24) return;
  owner.last_anomaly_hour = c.hour;
  Episode none;
  const Alert as_alert = explain(c, none);
  Anomaly anomaly;
  anomaly.tenant_id = tenant_->id;
  anomaly.entity_type = c.type;
  anomaly.entity_id = c.id;
  anomaly.time = c.event->event_time;
  anomaly.p_value = std::exp(-c.surprise);
  anomaly.sentence = as_alert.sentence.substr(0, kMostAnomalySentence);
  anomalies.push_back(std::move(anomaly));
}

std::span<const Proposal> Detection::judge(const AuditEvent& event, const CountedEvent& counted, const Origin& origin,
                                           LogTime log_time, std::vector<Anomaly>& anomalies) {
  proposals_.clear();
  if (!settling_.empty()) settling_.clear();
  settle_quiet(counted);
  follow_rows(event, counted, origin, log_time);
  for (const Touched& touched : touched_) {
    if (!touched.worth || touched.gained <= 0 || touched.owner == nullptr) continue;
    if (hold_back(touched, event, counted, origin, log_time)) continue;
    Case c = open_case(touched, event, origin, log_time);
    (void)investigate(touched, c);
    Entity* reported = touched.owner;
    if (!touched.owner->episode.open) investigate_around(touched, c, reported);
    const bool again = std::any_of(proposals_.begin(), proposals_.end(),
                                   [&](const Proposal& p) { return p.record.entity == reported->key; });
    if (again) continue;
    if (c.surprise >= c.threshold && (reported->episode.open || weighty(c))) {
      decide(touched, c, *reported, counted);
    } else if (c.surprise >= budget_.anomaly_surprise(tenant_->entities) && !touched.owner->episode.open) {
      note_anomaly(touched, c, anomalies);
    }
  }
  return proposals_;
}

void Detection::take_out(const Entity& owner, features::Fingerprint key, const Episode& episode) {
  Entity* around = key == 0 ? nullptr : store_.find(key);
  if (around == nullptr || around == &owner) return;
  for (const HourCells::Cell& cell : owner.cells.cells()) {
    if (!episode.covers(cell.hour) || cell.records <= 0) continue;
    around->cells.cap(cell.hour, std::max<std::int64_t>(around->cells.at(cell.hour) - cell.records, 0));
    HourNotes::Note note = around->notes.at(cell.hour);
    note.estimated = std::max<std::int64_t>(note.estimated - owner.notes.at(cell.hour).estimated, 0);
    around->notes.put(note);
  }
  around->sums.hour = kNoHour;
  store_.mark(*around);
}

void Detection::settle(const DecisionRecord& decision) {
  Entity* entity = store_.find(decision.entity);
  if (entity == nullptr) return;
  if (decision.kind == DecisionKind::kCarry) {
    if (Entity* from = store_.find(decision.from)) {
      from->episode.open = false;
      from->episode.passed_on = true;
      from->sums.hour = kNoHour;
      store_.mark(*from);
    }
  }
  entity->episode = decision.episode;
  entity->sums.hour = kNoHour;
  store_.mark(*entity);
  if (decision.kind == DecisionKind::kRaise) {
    for (const features::Fingerprint key : decision.explained) take_out(*entity, key, decision.episode);
  }
  Tenant* tenant = store_.find_tenant(decision.tenant);
  if (tenant == nullptr) return;
  if (decision.kind == DecisionKind::kCarry) forget_unsaid(*tenant, decision.from);
  // A correction of an alert of days ago does not reopen its incident.
  const std::int64_t fired_ms = features::start_of({decision.episode.last_fired_hour}).ms;
  const bool of_today = tenant->incident_last_ms - fired_ms <= kIncidentQuietMs;
  if (decision.kind == DecisionKind::kRaise || of_today) {
    tenant->incident = decision.episode.incident;
    tenant->incident_last_ms = std::max({tenant->incident_last_ms, decision.episode.first_seen_ms, fired_ms});
    store_.mark(*tenant);
  }
}

}  // namespace outflow::detector
