// An audit event that owns its texts, so that tests can keep, shuffle and repeat it.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "features/audit_event.h"

namespace outflow::tests {

struct OwnedEvent {
  features::Source source = features::Source::kSalesforceElf;
  std::string type = "RestApi";
  std::string tenant = "00D000000000001";
  std::string uid;
  std::int64_t time_ms = 0;
  std::string actor, actor_name, app, app_name, client;
  std::string client_ip;
  std::string request, job, session, login, execution;
  features::Action action = features::Action::kQuery;
  features::CountSemantics semantics = features::CountSemantics::kPerEvent;
  features::QueryClass query_class = features::QueryClass::kUnknown;
  std::vector<std::string> objects;
  std::string subject;
  std::optional<std::uint64_t> records, bytes, query;
  bool opens_query = false;
  bool proves_extraction = false;
  bool filtered = false;
  std::optional<std::uint64_t> object_total;
  features::DataClasses classes;
  bool session_names_app = true;

  // Valid while this event lives and does not change; not after another call.
  [[nodiscard]] const features::AuditEvent& view() const;

 private:
  mutable features::AuditEvent view_;
  mutable std::vector<std::string_view> object_views_;
};

std::ostream& operator<<(std::ostream& out, const OwnedEvent& event);

}  // namespace outflow::tests
