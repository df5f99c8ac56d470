#include <algorithm>
#include <bit>

#include "features/counter_impl.h"

namespace outflow::features {
namespace {

// Seeds that keep equal texts of different meaning apart.
constexpr Fingerprint kSessionSeed = 1, kLoginSeed = 2, kRequestSeed = 3, kJobSeed = 4, kExecutionSeed = 5;
constexpr Fingerprint kClientSeed = 6, kActorSeed = 7, kQuerySeed = 8;
constexpr std::size_t kPruneFrom = 64;

Fingerprint key_of(std::string_view text, Fingerprint tenant, Fingerprint seed) {
  return text.empty() ? 0 : fingerprint(text, combine(tenant, seed));
}

}  // namespace

void Counter::Impl::make_keys(const AuditEvent& event) {
  const Fingerprint tenant = keys_.tenant;
  keys_.client = !event.client_name.empty() ? event.client_name
                 : event.app_id.empty()     ? event.app_name
                                            : std::string_view{};
  keys_.app = event.app_id.empty() ? 0 : entity_key(tenant, EntityType::kIntegration, event.app_id);
  const Fingerprint session = key_of(event.session_key, tenant, kSessionSeed);
  const Fingerprint login = key_of(event.login_key, tenant, kLoginSeed);
  keys_.sign_in = login != 0 ? login : session;
  keys_.session = event.session_names_app ? session : 0;
  keys_.login = event.session_names_app ? login : 0;
  const Fingerprint actor = key_of(event.actor_id, tenant, kActorSeed);
  keys_.attribution = combine(combine(combine(tenant, keys_.session), keys_.login),
                              combine(key_of(keys_.client, tenant, kClientSeed), actor));
  keys_.type = fingerprint(event.source_event_type);
  keys_.request = key_of(event.request_id, tenant, kRequestSeed);
  keys_.job = key_of(event.job_id, tenant, kJobSeed);
  keys_.execution = key_of(event.execution_id, tenant, kExecutionSeed);
  const Fingerprint taker = keys_.sign_in != 0 ? keys_.sign_in : actor;
  look(event);
  keys_.query =
      event.query_fingerprint ? combine(combine(combine(tenant, kQuerySeed), taker), *event.query_fingerprint) : 0;
}

// What the record's way will ask for, fetched while its keys and its id are at work: first where it is, then itself.
void Counter::Impl::prefetch() const {
  attributions_.prefetch(keys_.attribution);
  for (const Fingerprint key : {keys_.request, keys_.job, keys_.execution}) {
    if (key != 0) groups_.prefetch(key);
  }
  if (keys_.query != 0) runs_.prefetch(keys_.query);
  if (keys_.app == 0) return;
  if (keys_.session != 0) sessions_.prefetch(keys_.session);
  if (keys_.login != 0) sessions_.prefetch(keys_.login);
}

void Counter::Impl::warm() const {
  attributions_.warm(keys_.attribution);
  for (const Fingerprint key : {keys_.request, keys_.job, keys_.execution}) {
    if (key != 0) groups_.warm(key);
  }
  if (keys_.query != 0) runs_.warm(keys_.query);
  if (keys_.app == 0) return;
  if (keys_.session != 0) sessions_.warm(keys_.session);
  if (keys_.login != 0) sessions_.warm(keys_.login);
}

Fingerprint Counter::Impl::joined_app(const Attribution& attribution) {
  for (const Fingerprint key : {attribution.session, attribution.login}) {
    if (key == 0) continue;
    const Session* session = sessions_.find(key);
    if (session != nullptr && session->name.app != 0) return session->name.app;
  }
  return 0;
}

Attribution& Counter::Impl::attribute(const AuditEvent& event) {
  bool made = false;
  Attribution& attribution = attributions_.put(keys_.tenant, keys_.home, keys_.attribution, made);
  if (made) {
    attribution.session = keys_.session;
    attribution.login = keys_.login;
    attribution.client = keys_.client;
    attribution.actor_id = event.actor_id;
    attribution.actor_name = event.actor_name;
    attributions_.grew(attribution, attribution.heap_bytes());
    join_session(keys_.session, attribution);
    join_session(keys_.login, attribution);
    attribution.joined = joined_app(attribution);
  } else if (attribution.actor_name.empty() && !event.actor_name.empty()) {
    attribution.actor_name = event.actor_name;
    attributions_.changed(attribution);
  }
  if (attribution.last_hour < keys_.home) {
    attribution.drop_cells_before(floor_);
    attributions_.used_at(attribution, keys_.home);
    for (const Fingerprint key : {attribution.session, attribution.login}) {
      Session* session = key == 0 ? nullptr : sessions_.find(key);
      if (session != nullptr) sessions_.used_at(*session, keys_.home);
    }
  }
  return attribution;
}

void Counter::Impl::join_session(Fingerprint key, const Attribution& attribution) {
  if (key == 0) return;
  bool made = false;
  Session& session = sessions_.put(keys_.tenant, keys_.home, key, made);
  auto& list = session.attributions;
  if (list.size() >= kPruneFrom && std::has_single_bit(list.size())) {
    std::erase_if(list, [&](Fingerprint old) { return attributions_.find(old) == nullptr; });
  }
  list.push_back(attribution.key);
  sessions_.grew(session, sizeof(Fingerprint));
  sessions_.used_at(session, keys_.home);
  sessions_.changed(session);
}

// For people: the app's name in the earliest record that gives it, else the earliest client name beside its id.
void Counter::Impl::name_app(const AuditEvent& event, App& app) {
  constexpr Fingerprint kByAppName = 1, kByClientName = 2;
  const bool proper = !event.app_name.empty();
  const std::string_view name = proper ? event.app_name : event.client_name;
  if (name.empty() || (!proper && app.named.app == kByAppName)) return;
  if (proper && app.named.app == kByClientName) app.named = {};
  if (!app.named.take({event.event_time.ms, keys_.uid, proper ? kByAppName : kByClientName})) return;
  app.name = name;
  apps_.changed(app);
}

// What this record names for others: the app's own name, its sessions, its request and its job.
void Counter::Impl::learn_names(const AuditEvent& event) {
  if (keys_.app == 0) return;
  bool made = false;
  App& app = apps_.put(keys_.tenant, keys_.home, keys_.app, made);
  if (made) {
    app.id = event.app_id;
    apps_.grew(app, app.heap_bytes());
  }
  apps_.used_at(app, keys_.home);
  name_app(event, app);
  const Naming naming{event.event_time.ms, keys_.uid, keys_.app};
  name_session(keys_.session, naming);
  name_session(keys_.login, naming);
  if (keys_.request != 0) name_group(group(keys_.request, GroupKind::kRequest), naming);
  if (keys_.job != 0) name_group(group(keys_.job, GroupKind::kJob), naming);
}

void Counter::Impl::name_session(Fingerprint key, const Naming& naming) {
  if (key == 0) return;
  bool made = false;
  Session& session = sessions_.put(keys_.tenant, keys_.home, key, made);
  const Fingerprint before = session.name.app;
  if (!session.name.take(naming)) return;
  sessions_.changed(session);
  if (session.name.app == before) return;
  for (const Fingerprint member : session.attributions) {
    Attribution* attribution = attributions_.find(member);
    if (attribution == nullptr) continue;
    const Fingerprint app = joined_app(*attribution);
    if (app == attribution->joined) continue;
    if (!attribution->open_cells().empty()) ++stats_.moves;
    ledger_.move_cells(*attribution, app);
  }
}

void Counter::Impl::name_group(VolumeGroup& group, const Naming& naming) {
  Naming taken = group.name;
  if (!taken.take(naming)) return;
  groups_.changed(group);
  // An extraction is named by the earliest of its groups' names: the time matters, too.
  if ((taken.app == group.name.app && !group.sighted) || group.rows.empty()) {
    group.name = taken;
  } else {
    post_group(group, -1);
    group.name = taken;
    post_group(group, +1);
    if (ledger_.settle(true)) ++stats_.moves;
  }
  if (group.kind == GroupKind::kRequest && group.query != 0) {
    if (VolumeGroup* instance = find_instance(group.query, group.anchor_ms)) name_group(*instance, taken);
  }
  if (!group.links) return;
  for (const Fingerprint key : *group.links) {
    if (VolumeGroup* linked = groups_.find(key)) name_group(*linked, taken);
  }
}

}  // namespace outflow::features
