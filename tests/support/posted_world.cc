#include "tests/support/posted_world.h"

#include <algorithm>

namespace outflow::test {

using features::EntityType;
using features::Owner;

namespace {

Owner owner_of(const Someone& someone) {
  return {someone.type, key_of(someone), someone.id, someone.name};
}

Owner actor_of(const std::string& id) {
  const features::Fingerprint tenant = features::fingerprint(kTenant);
  return {EntityType::kUser, features::entity_key(tenant, EntityType::kUser, id), id, {}};
}

}  // namespace

features::Fingerprint key_of(const Someone& someone) {
  return features::entity_key(features::fingerprint(kTenant), someone.type, someone.id);
}

PostedEvent posted(const LoggedEvent& logged) {
  PostedEvent event;
  event.time_ms = event.log_ms = logged.time_ms;
  event.uid = logged.uid;
  event.owner = logged.app_id.empty() ? user(logged.actor) : integration(logged.app_id, logged.app_name);
  event.actor = logged.actor;
  event.ip = logged.ip;
  event.agent = logged.agent;
  event.object = logged.object;
  event.records = logged.records;
  event.action = logged.action;
  event.rows = {{logged.time_ms, event.owner, logged.actor, static_cast<std::int64_t>(logged.records), 0, false}};
  return event;
}

std::vector<PostedEvent> in_order(std::vector<PostedEvent> life, const std::vector<PostedEvent>& more) {
  life.insert(life.end(), more.begin(), more.end());
  std::stable_sort(life.begin(), life.end(),
                   [](const PostedEvent& a, const PostedEvent& b) { return a.log_ms < b.log_ms; });
  return life;
}

const features::AuditEvent& PostedWorld::show(const PostedEvent& posted) {
  event_ = {};
  event_.source = posted.source;
  event_.source_event_type = posted.type;
  event_.tenant_id = kTenant;
  event_.event_uid = posted.uid;
  event_.event_time = {posted.time_ms};
  event_.actor_id = posted.actor;
  event_.client_ip = posted.ip;
  event_.user_agent = posted.agent;
  event_.action = posted.action;
  event_.outcome = posted.outcome;
  event_.filtered = posted.filtered;
  event_.records = posted.records;
  event_.query_fingerprint = posted.query;
  event_.filtered = posted.filtered;
  event_.count_semantics = posted.semantics;
  event_.classes = posted.classes;
  object_ = posted.object;
  if (!object_.empty()) event_.objects = {&object_, 1};

  counted_ = {};
  counted_.tenant = features::fingerprint(kTenant);
  counted_.owner = owner_of(posted.owner);
  counted_.actor = actor_of(posted.actor);
  postings_.clear();
  std::int64_t estimates = 0;
  for (const PostedRows& rows : posted.rows) {
    features::Posting& posting = postings_.emplace_back();
    posting.hour = features::hour_of(features::EventTime{rows.time_ms});
    posting.owner = owner_of(rows.owner);
    posting.actor = actor_of(rows.actor);
    posting.records = rows.records;
    posting.estimated = rows.estimated;
    posting.moved = rows.moved;
    posting.events = rows.records < 0 ? -1 : 1;
    posting.first = posting.last = {rows.time_ms};
    posting.classes = posted.classes;
    if (!object_.empty()) posting.objects = {&object_, 1};
    estimates += rows.estimated;
  }
  counted_.settles_estimate = estimates < 0;
  counted_.postings = postings_;
  return event_;
}

void PostedWorld::run(const std::vector<PostedEvent>& events, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, events.size()); ++i) {
    const features::AuditEvent& event = show(events[i]);
    const detector::Origin origin{"input", 0, static_cast<std::int64_t>(i), "", 0};
    std::vector<detector::Anomaly> anomalies;
    detection.observe(event, counted_, {events[i].log_ms});
    for (const auto& proposal : detection.judge(event, counted_, origin, {events[i].log_ms}, anomalies)) {
      detection.settle(proposal.record);
      alerts.push_back(detector::explain(proposal.finding, proposal.record.episode));
      decisions.push_back({origin.offset, 0, detector::encode(proposal.record)});
    }
  }
}

bool PostedWorld::run_decided(const std::vector<PostedEvent>& events, std::size_t from, std::size_t to,
                              const std::vector<detector::Decision>& decided) {
  bool same = true;
  for (std::size_t i = from; i < std::min(to, events.size()); ++i) {
    const features::AuditEvent& event = show(events[i]);
    const detector::Origin origin{"input", 0, static_cast<std::int64_t>(i), "", 0};
    std::vector<detector::Anomaly> anomalies;
    detection.observe(event, counted_, {events[i].log_ms});
    std::vector<std::string> again;
    for (const auto& proposal : detection.judge(event, counted_, origin, {events[i].log_ms}, anomalies)) {
      again.push_back(detector::encode(proposal.record));
    }
    std::vector<std::string> then;
    for (const detector::Decision& decision : decided) {
      if (decision.offset == origin.offset) then.push_back(decision.bytes);
    }
    same = same && again == then;
    for (const std::string& bytes : then) {
      const auto decision = detector::decode_decision(bytes);
      if (decision.ok()) detection.settle(decision.value());
    }
  }
  return same;
}

std::int64_t PostedWorld::held(features::Fingerprint key, std::int64_t ms, std::int32_t hours) {
  const detector::Entity* entity = store.find(key);
  const std::int32_t first = features::hour_of(features::EventTime{ms}).hour;
  return entity == nullptr ? 0 : detector::held(*entity, first, first + hours - 1);
}

}  // namespace outflow::test
