// Event Log Objects (`BulkApi2EventLog`, `RestApiEventLog`, ...): the rows of the event log files as objects, under
// names of their own. Only what joins and volumes need is read; the types share the file's semantics.
#include "connectors/decode/count_text.h"
#include "connectors/decode/event_clock.h"
#include "connectors/decode/row_identity.h"
#include "connectors/decode/salesforce_operations.h"
#include "connectors/decode/source_table.h"

namespace outflow::connectors {
namespace {

constexpr std::string_view kSuffix = "EventLog";

std::string_view log_name(const Fields& fields, std::string_view channel) noexcept {
  if (const std::size_t slash = channel.rfind('/'); slash != std::string_view::npos) channel.remove_prefix(slash + 1);
  for (const Column column : {Column::kAttributesType, Column::kObjectType}) {
    const Value* value = fields.find(column);
    if (value != nullptr && value->text.ends_with(kSuffix)) return value->text;
  }
  return channel.ends_with(kSuffix) ? channel : std::string_view();
}

void read_job(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.action = features::Action::kBulkJob;
  if (operation_kind(record.known(Column::kOperationType)) == OperationKind::kWrite) {
    event.action = features::Action::kWrite;
    record.moves_nothing();
    return;
  }
  event.count_semantics = features::CountSemantics::kJobProgress;
  event.records = record.count(Column::kProcessedRecordCount);
  const std::string_view status = record.known(Column::kJobStatus);
  const bool failed = starts_folded(status, "fail") || starts_folded(status, "abort");
  if (job_has_ended(status) && !status.empty()) {
    event.outcome = failed ? features::Outcome::kFailure : features::Outcome::kSuccess;
  }
  event.proves_extraction = event.records ? !job_has_ended(status) : event.outcome == features::Outcome::kSuccess;
}

void read_who(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.tenant_id = record.id(Column::kOrganizationId);
  event.actor_id = record.id(Column::kUserIdentifier);
  if (event.actor_id.empty()) event.actor_id = record.id(Column::kUserId);
  event.actor_name = record.known(Column::kUsername);
  event.app_id = record.id(Column::kConnectedAppIdentifier);
  if (event.app_id.empty()) event.app_id = record.id(Column::kConnectedAppId);
  event.client_ip = valid_ip(record.text(Column::kSourceIp));
  if (event.client_ip.empty()) event.client_ip = valid_ip(record.text(Column::kClientIp));
  event.request_id = record.known(Column::kRequestIdentifier);
  event.job_id = record.id(Column::kJobIdentifier);
  event.session_key = record.known(Column::kSessionKey);
  event.login_key = record.known(Column::kLoginKey);
}

}  // namespace

bool is_salesforce_event_log_object(const Fields& fields, std::string_view channel) noexcept {
  if (fields.has(Column::kEventDate)) return false;
  return !log_name(fields, channel).empty() ||
         (fields.has(Column::kJobIdentifier) && fields.has(Column::kProcessedRecordCount));
}

RejectReason decode_salesforce_event_log_object(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.source = features::Source::kSalesforceElf;
  const std::string_view name = log_name(record.fields(), record.channel());
  event.source_event_type = name.empty() ? "BulkApi2" : name.substr(0, name.size() - kSuffix.size());
  // As RTEM and its kin name the time of the event first; CreatedDate is that of the log's row.
  const std::string_view time = record.known(Column::kTimestamp, Column::kElfTimestamp);
  if (time.empty()) return RejectReason::kMissingTime;
  const auto parsed = parse_event_time(time);
  if (!parsed) return RejectReason::kBadTime;
  event.event_time = *parsed;
  event.ingest_time = parse_event_time(record.known(Column::kCreatedDate));
  read_who(record);
  // `ObjectType` is read as `EntityName`. Some exports put the log's own name there, which is no object.
  const std::string_view objects = record.known(Column::kEntityName, Column::kQueriedEntities);
  if (objects != event.source_event_type && !objects.ends_with(kSuffix)) record.add_objects(objects);
  if (record.fields().has(Column::kJobIdentifier)) {
    read_job(record);
  } else if (const auto rows = record.count(Column::kRowsProcessed)) {
    event.action = features::Action::kQuery;
    event.records = rows;
    event.count_semantics = features::CountSemantics::kPerEvent;
  }
  record.finish_objects();
  event.event_uid = record_uid(record.fields(), "elo-", event.event_time, record.arena());
  return RejectReason::kNone;
}

}  // namespace outflow::connectors
