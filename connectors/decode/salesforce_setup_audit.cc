// The Setup Audit Trail: who changed what in an org's set-up. Counts nothing; new and changed apps matter most.
#include "connectors/decode/count_text.h"
#include "connectors/decode/event_clock.h"
#include "connectors/decode/row_identity.h"
#include "connectors/decode/source_table.h"

namespace outflow::connectors {
namespace {

// insertConnectedApplication, installedpackagingapp, updateExternalClientApp, ...
bool changes_an_app(std::string_view action) noexcept {
  for (const std::string_view part :
       {"connectedapp", "packagingapp", "installedpackage", "externalclientapp", "oauth"}) {
    if (contains_folded(action, part)) return true;
  }
  return false;
}

}  // namespace

bool is_salesforce_setup_audit(const Fields& fields) noexcept {
  return fields.has(Column::kSetupAction) && (fields.has(Column::kSetupSection) || fields.has(Column::kSetupDisplay)) &&
         (fields.has(Column::kSetupCreatedDate) || fields.has(Column::kCreatedDate) ||
          fields.has(Column::kSetupCreatedById));
}

RejectReason decode_salesforce_setup_audit(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.source = features::Source::kSalesforceSetupAudit;
  event.source_event_type = record.known(Column::kSetupAction);
  if (event.source_event_type.empty()) return RejectReason::kMissingEventType;
  const std::string_view time = record.known(Column::kSetupCreatedDate, Column::kCreatedDate);
  if (time.empty()) return RejectReason::kMissingTime;
  const auto parsed = parse_event_time(time);
  if (!parsed) return RejectReason::kBadTime;
  event.event_time = *parsed;
  event.actor_id = record.id(Column::kSetupCreatedById);
  event.actor_name = record.known(Column::kSetupCreatedByName);
  event.tenant_id = record.id(Column::kOrganizationId);
  event.action = changes_an_app(event.source_event_type) ? features::Action::kAdminApp : features::Action::kOther;
  // `record_id` names what was changed, not the entry: two changes of one user would be one event.
  event.event_uid = record.id(Column::kSetupId);
  if (event.event_uid.empty()) {
    event.event_uid = record_uid(record.fields(), "setup-", event.event_time, record.arena());
  }
  return RejectReason::kNone;
}

}  // namespace outflow::connectors
