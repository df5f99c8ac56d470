#include "tests/support/owned_event.h"

namespace outflow::tests {

const features::AuditEvent& OwnedEvent::view() const {
  object_views_.assign(objects.begin(), objects.end());
  view_ = {};
  view_.source = source;
  view_.source_event_type = type;
  view_.tenant_id = tenant;
  view_.event_uid = uid;
  view_.event_time.ms = time_ms;
  view_.actor_id = actor;
  view_.actor_name = actor_name;
  view_.app_id = app;
  view_.app_name = app_name;
  view_.client_name = client;
  view_.client_ip = client_ip;
  view_.request_id = request;
  view_.job_id = job;
  view_.session_key = session;
  view_.login_key = login;
  view_.execution_id = execution;
  view_.action = action;
  view_.count_semantics = semantics;
  view_.query_class = query_class;
  view_.objects = object_views_;
  view_.subject = subject;
  view_.records = records;
  view_.bytes = bytes;
  view_.query_fingerprint = query;
  view_.opens_query = opens_query;
  view_.proves_extraction = proves_extraction;
  view_.filtered = filtered;
  view_.session_names_app = session_names_app;
  view_.object_total = object_total;
  view_.classes = classes;
  return view_;
}

std::ostream& operator<<(std::ostream& out, const OwnedEvent& e) {
  out << "{" << e.type << " " << e.uid << " at " << e.time_ms << " tenant " << e.tenant;
  const auto show = [&](const char* name, const std::string& value) {
    if (!value.empty()) out << " " << name << " " << value;
  };
  show("actor", e.actor);
  show("app", e.app);
  show("client", e.client);
  show("session", e.session);
  show("login", e.login);
  show("request", e.request);
  show("job", e.job);
  show("execution", e.execution);
  out << " " << features::name_of(e.action) << " " << features::name_of(e.semantics);
  if (e.query) out << " query " << *e.query << (e.opens_query ? " opened" : "");
  if (e.records) out << " records " << *e.records;
  if (e.bytes) out << " bytes " << *e.bytes;
  return out << "}";
}

}  // namespace outflow::tests
