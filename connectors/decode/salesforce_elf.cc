// EventLogFile: one CSV a type and hour (or day), every value a quoted string; "" is unknown, "0" is zero.
// Field names and meanings: Salesforce Object Reference, EventLogFile Supported Event Types (release 254).
#include <algorithm>
#include <array>

#include "connectors/decode/count_text.h"
#include "connectors/decode/event_clock.h"
#include "connectors/decode/row_identity.h"
#include "connectors/decode/salesforce_operations.h"
#include "connectors/decode/source_table.h"

namespace outflow::connectors {
namespace {

using features::Action;
using features::CountSemantics;
using features::Outcome;

void count_per_event(SourceRecord& record, Column records) {
  record.event.count_semantics = CountSemantics::kPerEvent;
  record.event.records = record.count(records);
}

void count_one(SourceRecord& record) {
  record.event.count_semantics = CountSemantics::kPerEvent;
  record.event.records = 1;
}

void read_soap(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  count_per_event(record, Column::kElfRowsProcessed);
  event.bytes = record.count(Column::kElfResponseSize);
  switch (operation_kind(record.known(Column::kElfMethodName))) {
    case OperationKind::kWrite:
      event.action = Action::kWrite;
      record.moves_nothing();
      return;
    case OperationKind::kAuth:
      event.action = Action::kAuth;
      break;
    case OperationKind::kDescribe:
      event.action = Action::kOther;
      break;
    case OperationKind::kSearch:
      event.action = Action::kSearch;
      break;
    case OperationKind::kRead:
    case OperationKind::kUnknown:
      event.action = Action::kQuery;
      break;
  }
}

// The query of /query?q=..., if the log kept it.
void read_uri_query(SourceRecord& record, std::string_view uri) {
  const auto encoded = soql_of_uri(uri);
  if (!encoded) return;
  char* begin = record.arena().allocate(encoded->size());
  const std::size_t size = decode_uri_text(*encoded, begin);
  record.arena().give_back(encoded->size() - size);
  record.read_query({begin, size});
}

void read_rest(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  const std::string_view uri = record.known(Column::kElfUri);
  const RestRequest request = rest_request(record.known(Column::kElfMethod, Column::kElfHttpMethod), uri);
  event.action = request.action;
  event.job_id = request.job_id.empty() ? event.job_id : canonical_id(request.job_id);
  count_per_event(record, Column::kElfRowsProcessed);
  event.bytes = record.count(Column::kElfResponseSize);
  if (request.action == Action::kWrite) {
    record.moves_nothing();
  } else if (request.action == Action::kBulkJob) {
    event.count_semantics = CountSemantics::kNone;  // talks about a job, moves no rows
    event.records.reset();
  } else if (request.action == Action::kBulkResult) {
    event.count_semantics = CountSemantics::kJobProgress;  // the job's rows, once
  } else {
    read_uri_query(record, uri);
    if (event.query_class == features::QueryClass::kCount) record.moves_nothing();
  }
  record.add_objects(request.object);
}

bool writes(SourceRecord& record, Column operation) {
  return operation_kind(record.known(operation)) == OperationKind::kWrite;
}

void read_bulk(SourceRecord& record, Column records) {
  features::AuditEvent& event = record.event;
  event.action = Action::kBulkJob;
  if (writes(record, Column::kElfOperationType)) {
    event.action = Action::kWrite;
    record.moves_nothing();
    return;
  }
  event.count_semantics = CountSemantics::kJobProgress;
  event.records = record.count(records);
  // BulkApi2 has a row for each state of a job; only the last says how many rows were taken, or that any were.
  const bool ended = job_has_ended(record.known(Column::kElfJobStatus));
  event.proves_extraction = event.records ? !ended : ended && event.outcome != Outcome::kFailure;
  // REQUEST_STATUS is of the request that changed the state, not of the job.
  if (!ended && event.outcome == Outcome::kSuccess) event.outcome = Outcome::kUnknown;
}

void read_bulk_v1(SourceRecord& record) {
  read_bulk(record, Column::kElfRowsProcessed);
}
void read_bulk_v2(SourceRecord& record) {
  read_bulk(record, Column::kElfRecordsProcessed);
}
void read_bulk_request(SourceRecord& record) {
  record.event.action = Action::kBulkJob;
}

void read_api_total_usage(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  const std::string_view family = record.known(Column::kElfApiFamily);
  const std::string_view resource = record.known(Column::kElfApiResource);
  if (contains_folded(family, "bulk")) {
    event.action = Action::kBulkJob;
  } else if (contains_folded(family, "soap")) {
    event.action = operation_kind(resource) == OperationKind::kWrite ? Action::kWrite : Action::kQuery;
  } else {
    const RestRequest request = rest_request(record.known(Column::kElfHttpMethod, Column::kElfMethod), resource);
    event.action = request.action;
    event.job_id = request.job_id.empty() ? event.job_id : canonical_id(request.job_id);
  }
}

// The report's id: its own column, else the key prefix of reports in the path (`/00O...`).
std::string_view report_id(SourceRecord& record) {
  const std::string_view id = record.id(Column::kElfReportId);
  if (!id.empty()) return id;
  const std::string_view in_path = path_segment_after(record.known(Column::kElfUri), "/00O");
  if (in_path.size() != 12 && in_path.size() != 15) return {};
  return canonical_id({in_path.data() - 3, in_path.size() + 3});
}

void read_report(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.action = Action::kReportRun;
  event.subject = report_id(record);
  count_per_event(record, Column::kElfRowCount);
  const auto row_size = record.count(Column::kElfAverageRowSize);
  // Both are at most 2^52: the product is checked, not trusted.
  if (event.records && row_size && (*row_size == 0 || *event.records <= kLargestCount / *row_size)) {
    event.bytes = *event.records * *row_size;
  }
}

void read_report_export(SourceRecord& record) {
  record.event.action = Action::kReportExport;
  record.event.proves_extraction = true;
  record.event.subject = report_id(record);
  record.event.client_name = record.known(Column::kElfClientInfo);
}

void read_search(SourceRecord& record) {
  record.event.action = Action::kSearch;
  count_per_event(record, Column::kElfNumResults);
}

void read_wave_download(SourceRecord& record) {
  record.event.action = Action::kReportExport;
  count_per_event(record, Column::kElfNumberOfRecords);
}

void read_content_transfer(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  if (starts_folded(record.known(Column::kElfTransactionType), "versiondownload")) {
    event.action = Action::kFileDownload;
    count_one(record);
    event.bytes = record.count(Column::kElfSizeBytes);
  } else if (contains_folded(record.known(Column::kElfTransactionType), "saveversion")) {
    event.action = Action::kWrite;
    record.moves_nothing();
  }
}

void read_attachment_download(SourceRecord& record) {
  record.event.action = Action::kFileDownload;
  count_one(record);
}

void read_uri(SourceRecord& record) {
  record.event.action = Action::kRecordView;
  count_one(record);
}

void read_auth(SourceRecord& record) {
  record.event.action = Action::kAuth;
}

void read_login_as(SourceRecord& record) {
  record.event.action = Action::kAuth;
  // The one who acts is the administrator, not the user whose face is worn.
  const std::string_view delegate = record.id(Column::kElfDelegatedUserId);
  const std::string_view delegate_name = record.known(Column::kElfDelegatedUserName);
  if (!delegate.empty() || !delegate_name.empty()) {
    record.event.actor_id = delegate.empty() ? delegate_name : delegate;
    record.event.actor_name = delegate_name;
  }
}

void read_package_install(SourceRecord& record) {
  record.event.action = Action::kAdminApp;
}
void read_other(SourceRecord& /*record*/) {}  // ApexCallout's RESPONSE_SIZE is what Salesforce received

struct ElfType {
  std::string_view name;
  void (*read)(SourceRecord& record);
};

constexpr std::array kTypes = {
    ElfType{"API", read_soap},
    ElfType{"RestApi", read_rest},
    ElfType{"ApexRestApi", read_rest},
    ElfType{"BulkApi", read_bulk_v1},
    ElfType{"BulkApi2", read_bulk_v2},
    ElfType{"BulkApiRequest", read_bulk_request},
    ElfType{"ApiTotalUsage", read_api_total_usage},
    ElfType{"Report", read_report},
    ElfType{"AsyncReportRun", read_report},
    ElfType{"ReportExport", read_report_export},
    ElfType{"Search", read_search},
    ElfType{"WaveDownload", read_wave_download},
    ElfType{"ContentTransfer", read_content_transfer},
    ElfType{"DocumentAttachmentDownloads", read_attachment_download},
    ElfType{"Login", read_auth},
    ElfType{"LoginAs", read_login_as},
    ElfType{"Logout", read_auth},
    ElfType{"URI", read_uri},
    ElfType{"PackageInstall", read_package_install},
};

auto reader_of(std::string_view& type) {
  for (const ElfType& known : kTypes) {
    if (known.name == type) return known.read;
  }
  for (const ElfType& known : kTypes) {  // Sentinel's parsers fold the case of some
    if (known.name.size() != type.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < type.size(); ++i) same = same && ((known.name[i] ^ type[i]) & ~0x20) == 0;
    if (same) {
      type = known.name;
      return known.read;
    }
  }
  return &read_other;
}

RejectReason read_time(SourceRecord& record, Column first, Column second) {
  const std::string_view derived = record.known(first);
  const std::string_view plain = record.known(second);
  if (derived.empty() && plain.empty()) return RejectReason::kMissingTime;
  auto time = parse_event_time(derived);
  if (!time) time = parse_event_time(plain);
  if (!time) return RejectReason::kBadTime;
  record.event.event_time = *time;
  return RejectReason::kNone;
}

Outcome outcome_of(SourceRecord& record) {
  const std::string_view login = record.known(Column::kElfLoginStatus);
  if (!login.empty()) return login == "LOGIN_NO_ERROR" ? Outcome::kSuccess : Outcome::kFailure;
  const std::string_view request = record.known(Column::kElfRequestStatus);
  if (request == "S" || equals_folded(request, "success")) return Outcome::kSuccess;
  if (request == "F" || request == "A" || request == "N" || starts_folded(request, "fail")) return Outcome::kFailure;
  const std::string_view job = record.known(Column::kElfJobStatus);
  if (starts_folded(job, "fail") || starts_folded(job, "abort")) return Outcome::kFailure;
  if (starts_folded(job, "jobcomplete")) return Outcome::kSuccess;
  if (const auto code = record.count(Column::kElfStatusCode); code && *code >= 100) {
    return *code < 400 ? Outcome::kSuccess : Outcome::kFailure;
  }
  const std::string_view success = record.known(Column::kElfSuccess);
  if (success == "1" || equals_folded(success, "true")) return Outcome::kSuccess;
  if (success == "0" || equals_folded(success, "false")) return Outcome::kFailure;
  return Outcome::kUnknown;
}

// RestApi's USER_AGENT is a numeric code, which says nothing.
std::string_view agent_of(SourceRecord& record) {
  for (const Column column : {Column::kElfUserAgent, Column::kElfBrowserType}) {
    const std::string_view agent = record.known(column);
    if (!std::all_of(agent.begin(), agent.end(), [](char c) { return c >= '0' && c <= '9'; })) return agent;
  }
  return {};
}

void read_who(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.tenant_id = record.id(Column::kElfOrganizationId);
  if (event.tenant_id.empty()) event.tenant_id = record.id(Column::kOrganizationId);
  event.actor_id = record.id(Column::kElfUserId);
  if (event.actor_id.empty()) event.actor_id = record.id(Column::kElfUserIdDerived);
  event.actor_name = record.known(Column::kElfUserName);
  event.app_id = record.id(Column::kElfConnectedAppId);
  event.app_name = record.known(Column::kElfConnectedAppName);
  event.client_name = record.known(Column::kElfClientName, Column::kElfClientId);
  event.client_ip = valid_ip(record.text(Column::kElfSourceIp));
  if (event.client_ip.empty()) event.client_ip = valid_ip(record.text(Column::kElfClientIp));
  event.user_agent = agent_of(record);
  event.request_id = record.known(Column::kElfRequestId);
  event.job_id = record.id(Column::kElfJobId);
  event.session_key = record.known(Column::kElfSessionKey);
  event.login_key = record.known(Column::kElfLoginKey);
}

}  // namespace

bool is_surely_salesforce_elf(const Fields& fields) noexcept {
  return fields.has(Column::kElfTimestampDerived) ||
         (fields.has(Column::kElfTimestamp) && fields.name(Column::kElfEventType) == "EVENT_TYPE");
}

bool is_salesforce_elf(const Fields& fields) noexcept {
  const std::string_view type_name = fields.name(Column::kElfEventType);
  if (type_name == "EVENT_TYPE") return true;
  // Many systems write `event_type`: in lower case it takes a second sign.
  if (!type_name.empty() && (fields.has(Column::kElfRequestId) || fields.has(Column::kOrganizationId) ||
                             fields.has(Column::kElfOrganizationId) || fields.has(Column::kElfUserIdDerived))) {
    return true;
  }
  return fields.has(Column::kElfTimestampDerived) ||
         (fields.has(Column::kElfTimestamp) && fields.has(Column::kElfOrganizationId)) ||
         (fields.has(Column::kElfTimestamp) && fields.has(Column::kElfRequestId));
}

RejectReason decode_salesforce_elf(SourceRecord& record) {
  features::AuditEvent& event = record.event;
  event.source = features::Source::kSalesforceElf;
  event.source_event_type = record.known(Column::kElfEventType, Column::kElfType);
  if (event.source_event_type.empty()) return RejectReason::kMissingEventType;
  const RejectReason reason = read_time(record, Column::kElfTimestampDerived, Column::kElfTimestamp);
  if (reason != RejectReason::kNone) return reason;
  const auto read = reader_of(event.source_event_type);
  read_who(record);
  event.outcome = outcome_of(record);
  record.add_objects(record.known(Column::kElfEntityName));
  record.add_objects(record.known(Column::kElfEntityType));
  read(record);
  record.finish_objects();
  event.event_uid = elf_row_uid(record.fields(), event.event_time, record.arena());
  return RejectReason::kNone;
}

}  // namespace outflow::connectors
