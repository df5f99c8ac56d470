// Real-Time Event Monitoring: JSON events within seconds, from the Streaming or Pub/Sub API or their stored copies.
// Field names and meanings: Salesforce Platform Events Developer Guide, Real-Time Event Monitoring objects.
#include <array>

#include "connectors/decode/count_text.h"
#include "connectors/decode/event_clock.h"
#include "connectors/decode/row_identity.h"
#include "connectors/decode/salesforce_event_names.h"
#include "connectors/decode/salesforce_operations.h"
#include "connectors/decode/source_table.h"

namespace outflow::connectors {
namespace {

using features::Action;
using features::CountSemantics;
using features::Outcome;
using features::QueryClass;

std::optional<std::uint64_t> rows_of(SourceRecord& record) {
  const auto processed = record.count(Column::kRowsProcessed);
  return processed ? processed : record.count(Column::kRowsReturned);
}

void count_one(SourceRecord& record) {
  record.event.count_semantics = CountSemantics::kPerEvent;
  record.event.records = 1;
}

bool went_through(const features::AuditEvent& event) {
  return event.outcome != Outcome::kBlocked && event.outcome != Outcome::kFailure;
}

// Whether RowsProcessed is filled for a bulk query is not documented: nought says nothing here.
void read_bulk_query(features::AuditEvent& event) {
  event.action = Action::kBulkJob;
  if (event.records.value_or(0) == 0) event.records.reset();
  event.proves_extraction = !event.records && event.opens_query && went_through(event);
}

void read_api(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  const std::string_view operation = record.known(Column::kOperation);
  const OperationKind kind = operation_kind(operation);
  event.action = Action::kQuery;
  event.records = rows_of(record);
  event.count_semantics = CountSemantics::kQueryTotalRepeated;
  event.opens_query = equals_folded(operation, "query") || equals_folded(operation, "queryall");
  if (const std::string_view query = record.known(Column::kQuery); !query.empty()) record.read_query(query);
  if (kind == OperationKind::kWrite) {
    event.action = Action::kWrite;
    record.moves_nothing();
  } else if (event.query_class == QueryClass::kCount) {
    record.moves_nothing();
  } else if (contains_folded(record.known(Column::kApiType), "bulk")) {
    read_bulk_query(event);
  } else if (!event.query_fingerprint && kind != OperationKind::kRead && kind != OperationKind::kUnknown) {
    event.action = kind == OperationKind::kSearch ? Action::kSearch
                   : kind == OperationKind::kAuth ? Action::kAuth
                                                  : Action::kOther;
    event.count_semantics = CountSemantics::kPerEvent;
  }
}

// The chunks of one execution repeat its total; only `Records`, `Sequence` and `EventIdentifier` differ.
void read_execution(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.records = rows_of(record);
  event.execution_id = record.known(Column::kExecutionIdentifier);
  event.count_semantics =
      event.execution_id.empty() ? CountSemantics::kPerEvent : CountSemantics::kExecutionTotalRepeated;
}

void read_report(SourceRecord& record) {
  read_execution(record);
  record.event.subject = record.id(Column::kReportId);
  const bool exported =
      contains_folded(record.known(Column::kOperation), "export") || !record.known(Column::kExportFileFormat).empty();
  record.event.action = exported ? Action::kReportExport : Action::kReportRun;
}

void read_list_view(SourceRecord& record) {
  read_execution(record);
  record.event.action = Action::kListView;
}

void read_bulk_result(SourceRecord& record) {
  record.event.action = Action::kBulkResult;
  record.event.proves_extraction = went_through(record.event);
  if (const std::string_view query = record.known(Column::kQuery); !query.empty()) record.read_query(query);
}

void read_view(SourceRecord& record) {
  if (operation_kind(record.known(Column::kOperation)) == OperationKind::kWrite) {
    record.event.action = Action::kWrite;
    record.moves_nothing();
    return;
  }
  record.event.action = Action::kRecordView;
  count_one(record);
}

void read_file(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  const std::string_view action = record.known(Column::kFileAction);
  if (contains_folded(action, "upload") || contains_folded(action, "delete")) {
    event.action = Action::kWrite;
    record.moves_nothing();
  } else if (contains_folded(action, "preview")) {
    event.action = Action::kRecordView;
    count_one(record);
  } else if (action.empty() || contains_folded(action, "download")) {
    event.action = Action::kFileDownload;
    count_one(record);
    event.bytes = record.count(Column::kContentSize);
  }
}

void read_auth(SourceRecord& record) {
  record.event.action = Action::kAuth;
}

void read_login_as(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.action = Action::kAuth;
  // UserId is the user whose face is worn; the one who acts has only a name.
  event.actor_name = record.known(Column::kDelegatedUsername);
  event.actor_id = record.id(Column::kDelegatedUserId);
  if (event.actor_id.empty()) event.actor_id = event.actor_name;
}

// Salesforce's own verdicts. The documents show scores both as 0 to 1 and as 0 to 100.
void read_verdict(SourceRecord& record) {
  const Value* score = record.fields().find(Column::kScore);
  if (score == nullptr) return;
  const auto value = parse_decimal(score->text);
  if (!value || *value < 0 || *value > 100) return;
  record.event.vendor_score = *value <= 1 ? *value * 100 : *value;
}

void read_other(SourceRecord& /*record*/) {}

struct RtemType {
  std::string_view name;
  void (*read)(SourceRecord& record);
};

constexpr std::array kTypes = {
    RtemType{"ApiEvent", read_api},
    RtemType{"ReportEvent", read_report},
    RtemType{"ListViewEvent", read_list_view},
    RtemType{"BulkApiResultEvent", read_bulk_result},
    RtemType{"UriEvent", read_view},
    RtemType{"LightningUriEvent", read_view},
    RtemType{"FileEvent", read_file},
    RtemType{"LoginEvent", read_auth},
    RtemType{"LoginAsEvent", read_login_as},
    RtemType{"LogoutEvent", read_auth},
    RtemType{"ApiAnomalyEvent", read_verdict},
    RtemType{"ReportAnomalyEvent", read_verdict},
    RtemType{"SessionHijackingEvent", read_verdict},
    RtemType{"CredentialStuffingEvent", read_verdict},
    RtemType{"GuestUserAnomalyEvent", read_verdict},
};

auto reader_of(std::string_view type) {
  for (const RtemType& known : kTypes) {
    if (known.name == type) return known.read;
  }
  return &read_other;
}

// A place that names an event goes before one that names something (a schema, a stream of the customer's own).
std::string_view event_type_of(SourceRecord& record) {
  std::string_view anything;
  for (const Column column : {Column::kObjectType, Column::kAttributesType, Column::kChannel, Column::kEventType}) {
    const std::string_view name =
        canonical_event_name(column == Column::kChannel ? record.channel() : record.known(column));
    if (is_event_name(name)) return name;
    if (anything.empty()) anything = name;
  }
  const std::string_view betrayed = event_name_by_fields(record.fields());
  return betrayed.empty() ? anything : betrayed;
}

Outcome outcome_of(SourceRecord& record) {
  const std::string_view policy = record.known(Column::kPolicyOutcome);
  if (starts_folded(policy, "block")) return Outcome::kBlocked;
  const std::string_view status = record.known(Column::kOperationStatus, Column::kStatus);
  if (status.empty()) return Outcome::kUnknown;
  if (starts_folded(status, "success")) return Outcome::kSuccess;
  return starts_folded(status, "initiated") ? Outcome::kUnknown : Outcome::kFailure;
}

void read_who(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.tenant_id = record.id(Column::kOrganizationId);
  event.actor_id = record.id(Column::kUserId);
  event.actor_name = record.known(Column::kUsername);
  event.app_id = record.id(Column::kConnectedAppId);
  event.app_name = record.known(Column::kConnectedAppName);
  event.client_name = record.known(Column::kClient, Column::kApplication);
  event.client_ip = valid_ip(record.text(Column::kSourceIp));
  event.user_agent = record.known(Column::kUserAgent);
  event.request_id = record.known(Column::kRequestIdentifier);
  event.session_key = record.known(Column::kSessionKey);
  event.login_key = record.known(Column::kLoginKey);
}

}  // namespace

bool is_surely_salesforce_rtem(const Fields& fields, std::string_view channel) noexcept {
  if (fields.has(Column::kEventDate) || fields.has(Column::kEventIdentifier)) return true;
  return channel.starts_with("/event/") || channel.starts_with("/data/");
}

bool is_salesforce_rtem(const Fields& fields) noexcept {
  return fields.has(Column::kObjectType) || fields.has(Column::kExecutionIdentifier) ||
         (fields.has(Column::kQueriedEntities) && fields.has(Column::kUserId));
}

RejectReason decode_salesforce_rtem(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.source = features::Source::kSalesforceRtem;
  event.source_event_type = event_type_of(record);
  if (event.source_event_type.empty()) return RejectReason::kMissingEventType;
  const std::string_view time = record.known(Column::kEventDate);
  if (time.empty()) return RejectReason::kMissingTime;
  const auto parsed = parse_event_time(time);
  if (!parsed) return RejectReason::kBadTime;
  event.event_time = *parsed;
  event.ingest_time = parse_event_time(record.known(Column::kCreatedDate));
  read_who(record);
  event.outcome = outcome_of(record);
  record.add_objects(record.known(Column::kQueriedEntities));
  reader_of(event.source_event_type)(record);
  record.finish_objects();
  event.event_uid = record.known(Column::kEventIdentifier, Column::kEventUuid);
  if (event.event_uid.empty()) {
    event.event_uid = record_uid(record.fields(), "rtem-", event.event_time, record.arena());
  }
  return RejectReason::kNone;
}

}  // namespace outflow::connectors
