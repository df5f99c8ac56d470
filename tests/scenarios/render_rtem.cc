// Real-Time Event Monitoring: JSON in CometD's envelope, as the streaming API hands it out, seconds after the fact.
#include "tests/scenarios/calendar.h"
#include "tests/scenarios/record.h"

namespace outflow::scenarios::render_detail {
namespace {

using namespace std::string_view_literals;

// What a page of a query carries of the customer's data; every consumer must drop it.
constexpr std::string_view kContents =
    R"(,"Records":"{\"totalSize\":2,\"done\":true,\"records\":[{\"attributes\":{\"type\":\"Row\"},\"Id\":\"0000G000000000123\",)"
    R"(\"Name\":\"Sample One\"},{\"attributes\":{\"type\":\"Row\"},\"Id\":\"0000G000000000124\",\"Name\":\"Sample Two\"}]}")"sv;

class RtemRecord {
 public:
  RtemRecord(const Activity& activity, RecordType type, std::int64_t event_ms, std::uint64_t part, RecordBatch& batch)
      : activity_(activity), type_(type), event_ms_(event_ms), part_(part), batch_(batch), out_(batch.text()) {
    arrival_ms_ = event_ms + 700 + static_cast<std::int64_t>(mix(activity.id + part) % 3500);
    open();
  }

  RtemRecord& text(std::string_view name, std::string_view value) {
    key(name);
    out_ += '"';
    out_ += value;
    out_ += '"';
    return *this;
  }
  RtemRecord& text_or_null(std::string_view name, std::string_view value) {
    if (!value.empty()) return text(name, value);
    key(name);
    out_ += "null"sv;
    return *this;
  }
  RtemRecord& rows(std::string_view name, std::uint64_t value) {  // counts are doubles here
    key(name);
    append_number(out_, value);
    out_ += ".0"sv;
    return *this;
  }
  RtemRecord& number(std::string_view name, std::uint64_t value) {
    key(name);
    append_number(out_, value);
    return *this;
  }
  RtemRecord& raw(std::string_view json) {
    out_ += json;
    return *this;
  }
  RtemRecord& query() {
    key("Query");
    out_ += '"';
    append_query(out_, activity_);
    out_ += '"';
    return *this;
  }
  RtemRecord& request_id() {
    key("RequestIdentifier");
    out_ += '"';
    append_request_id(out_, activity_.id, part_);
    out_ += '"';
    return *this;
  }
  RtemRecord& execution_id() {
    key("ExecutionIdentifier");
    out_ += '"';
    append_uuid(out_, activity_.id, 0xE);
    out_ += '"';
    return *this;
  }

  void close(const RenderOptions& options) {
    out_ += "}}}"sv;
    batch_.add(type_, *activity_.org, event_ms_, arrival_ms_);
    const std::uint64_t luck = mix(activity_.id * 3 + part_);
    if (static_cast<double>(luck % 100'000) < options.duplicate_share * 100'000) {
      batch_.repeat_last(arrival_ms_ + static_cast<std::int64_t>(luck % (6 * kHour)), false);
    }
  }

 private:
  void key(std::string_view name) {
    out_ += ",\""sv;
    out_ += name;
    out_ += "\":"sv;
  }

  void open() {
    out_ += R"({"channel":"/event/)"sv;
    out_ += name_of(type_);
    out_ += R"(Stream","organizationId":")"sv;
    out_ += activity_.org->id18;
    out_ += R"(","data":{"schema":"PBNCCXUjX3wcEVHWqxPQ1w","event":{"replayId":)"sv;
    append_number(out_, mix(activity_.id ^ part_) % 1'000'000'000);
    out_ += R"(},"payload":{"CreatedDate":")"sv;
    append_iso(out_, event_ms_ + 1500, "+0000");
    out_ += R"(","EventDate":")"sv;
    append_iso(out_, event_ms_, "+0000");
    out_ += R"(","EventIdentifier":")"sv;
    append_uuid(out_, activity_.id, part_ + 16);
    out_ += '"';
    text("LoginKey", activity_.session->login_key);
    text("SessionKey", activity_.session->session_key);
    text("SessionLevel", "STANDARD");
    text("SourceIp", activity_.ip);
    text("UserId", activity_.client->user_id18);
    text("Username", activity_.client->username);
  }

  const Activity& activity_;
  RecordType type_;
  std::int64_t event_ms_;
  std::int64_t arrival_ms_ = 0;
  std::uint64_t part_;
  RecordBatch& batch_;
  std::string& out_;
};

std::string_view api_type(Kind kind) {
  switch (kind) {
    case Kind::kSoapQuery:
      return "SOAP Partner";
    case Kind::kBulk2Job:
      return "Bulk API 2.0";
    case Kind::kBulk1Job:
      return "Bulk API";
    default:
      return "REST";
  }
}

void api_event(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  const bool bulk = a.kind == Kind::kBulk1Job || a.kind == Kind::kBulk2Job;
  const std::uint32_t pages = bulk || a.kind == Kind::kSoapQuery ? 1 : a.pages;
  const Client& client = *a.client;
  for (std::uint32_t page = 0; page < pages; ++page) {
    const std::int64_t at = a.start_ms + a.duration_ms * page / pages;
    RtemRecord record(a, RecordType::kApiEvent, at, page, out);
    record.text("ApiType", api_type(a.kind)).raw(R"(,"ApiVersion":60.0,"AdditionalInfo":"{}")");
    record.text("Application", a.names_app && !client.app_name.empty() ? std::string_view(client.app_name) : "N/A");
    record.text_or_null("Client", bulk || a.app_unknown ? std::string_view{} : client.client_name);
    record.text_or_null("ConnectedAppId", a.names_app ? std::string_view(client.app_id) : std::string_view{});
    record.number("ElapsedTime", 20 + mix(a.id) % 900);
    record.text("Operation", page == 0 ? "Query" : "QueryMore").text("Platform", "Unknown");
    record.raw(R"(,"PolicyId":null,"PolicyOutcome":null,"EvaluationTime":0.0)");
    record.text("QueriedEntities", a.object).query();
    if (a.reach != Reach::kCount && !bulk) record.raw(kContents);
    record.request_id().rows("RowsProcessed", a.rows);
    record.text_or_null("UserAgent", bulk ? std::string_view{} : a.user_agent).close(options);
  }
}

void report_event(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  for (std::uint32_t chunk = 0; chunk < a.pages; ++chunk) {
    RtemRecord record(a, RecordType::kReportEvent, a.start_ms, chunk, out);
    record.execution_id()
        .text("Name", "Quarterly View")
        .text("Format", "Tabular")
        .text("Operation", "ReportRunFromLightning");
    record.text("EventSource", a.client->is_integration() ? "API" : "Lightning").text("Scope", "organization");
    record.text("QueriedEntities", a.object).number("NumberOfColumns", 9).raw(kContents);
    record.rows("RowsProcessed", a.rows).number("Sequence", chunk + 1).close(options);
  }
}

void list_view_event(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  RtemRecord record(a, RecordType::kListViewEvent, a.start_ms, 0, out);
  record.execution_id().text("EventSource", "Lightning").text("QueriedEntities", a.object);
  record.rows("RowsProcessed", a.rows).number("Sequence", 1).close(options);
}

void uri_event(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  RtemRecord record(a, RecordType::kLightningUriEvent, a.start_ms, 0, out);
  record.text("Operation", "Read").text("OperationStatus", "Success").text("QueriedEntities", a.object);
  record.text("RecordId", "0030G00000000123AB").text("UserType", "Standard").close(options);
}

void login_event(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  RtemRecord record(a, RecordType::kLoginEvent, a.start_ms, 0, out);
  const bool person = !a.client->is_integration();
  record.text("Application", person                                        ? "Browser"
                             : a.client->app_name.empty() || a.app_unknown ? "N/A"
                                                                           : a.client->app_name);
  record.text("Browser", person ? "Chrome 138" : "Unknown")
      .text("LoginType", person ? "Application" : "Remote Access 2.0");
  record.text("Status", "Success").text("TlsProtocol", "TLS 1.3").text("UserType", "Standard").close(options);
}

void file_event(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  RtemRecord record(a, RecordType::kFileEvent, a.start_ms, 0, out);
  record.text("FileAction", "UI_DOWNLOAD").text("FileName", "attachment.pdf").number("ContentSize", a.bytes_per_row);
  record.text("DocumentId", "0690G00000000123AB").close(options);
}

}  // namespace

void render_bulk_result(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  RtemRecord record(a, RecordType::kBulkApiResultEvent, a.start_ms + a.duration_ms + 2 * kSecond, 900, out);
  record.query().raw(R"(,"PolicyId":null,"PolicyOutcome":null,"EvaluationTime":0.0)").close(options);
}

void render_rtem(const Activity& activity, const RenderOptions& options, RecordBatch& out) {
  switch (activity.kind) {
    case Kind::kLogin:
      return login_event(activity, options, out);
    case Kind::kQuery:
    case Kind::kSoapQuery:
      return api_event(activity, options, out);
    case Kind::kBulk1Job:
    case Kind::kBulk2Job:
      api_event(activity, options, out);
      if (activity.theft) render_bulk_result(activity, options, out);
      return;
    case Kind::kReport:
      return report_event(activity, options, out);
    case Kind::kRecordView:
      return uri_event(activity, options, out);
    case Kind::kListView:
      return list_view_event(activity, options, out);
    case Kind::kFileDownload:
      return file_event(activity, options, out);
    case Kind::kSearch:
      return;  // no such event
  }
}

}  // namespace outflow::scenarios::render_detail
