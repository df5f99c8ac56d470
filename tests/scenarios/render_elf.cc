// EventLogFile: rows of hourly CSV files that come three to six hours after their hour, some of them days late, and
// some once more in the daily file. Every value is a quoted string; an empty one is unknown, "0" is zero.
#include "tests/scenarios/calendar.h"
#include "tests/scenarios/record.h"

namespace outflow::scenarios {
namespace render_detail {
namespace {

enum class Writing : std::uint8_t { kCsv, kJson, kHeader };

// Appends one row, field by field; every caller writes all columns of its type, in one order.
class ElfRow {
 public:
  ElfRow(std::string& out, Writing writing) : out_(out), writing_(writing) {
    if (writing_ == Writing::kJson) out_ += '{';
  }
  ElfRow& text(std::string_view name, std::string_view value) {
    open(name);
    if (writing_ != Writing::kHeader) out_ += value;
    out_ += '"';
    return *this;
  }
  ElfRow& number(std::string_view name, std::uint64_t value) {
    open(name);
    if (writing_ != Writing::kHeader) append_number(out_, value);
    out_ += '"';
    return *this;
  }
  // `append(out)` writes the value.
  template <typename Append>
  ElfRow& made(std::string_view name, Append append) {
    open(name);
    if (writing_ != Writing::kHeader) append(out_);
    out_ += '"';
    return *this;
  }
  void close() {
    if (writing_ == Writing::kJson) out_ += '}';
  }

 private:
  void open(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    if (writing_ != Writing::kCsv) out_ += name;
    if (writing_ == Writing::kJson) out_ += "\":\"";
  }
  std::string& out_;
  Writing writing_;
  bool first_ = true;
};

constexpr std::int64_t kNoRequest = -1;

// What varies between the rows of one activity.
struct RowFacts {
  RecordType type{};
  std::int64_t at_ms = 0;
  std::int64_t request = 0;  // which of the activity's requests; kNoRequest leaves the column empty
  std::uint64_t rows = 0;
  std::string_view state;  // of a job
};

void common_columns(ElfRow& row, const Activity& a, const RowFacts& facts) {
  row.text("EVENT_TYPE", name_of(facts.type));
  row.made("TIMESTAMP", [&](std::string& out) { append_compact(out, facts.at_ms); });
  row.made("REQUEST_ID", [&](std::string& out) {
    if (facts.request != kNoRequest) append_request_id(out, a.id, static_cast<std::uint64_t>(facts.request));
  });
  row.text("ORGANIZATION_ID", a.org->id).text("USER_ID", a.client->user_id);
  row.number("RUN_TIME", 20 + mix(a.id) % 900).number("CPU_TIME", 5 + mix(a.id) % 90);
  row.text("URI", "/services/data").text("SESSION_KEY", a.session->session_key).text("LOGIN_KEY", a.session->login_key);
}

void last_columns(ElfRow& row, const Activity& a, const RowFacts& facts) {
  row.text("CLIENT_IP", a.ip);
  row.made("TIMESTAMP_DERIVED", [&](std::string& out) { append_iso(out, facts.at_ms, "Z"); });
  row.text("USER_ID_DERIVED", a.client->user_id18).close();
}

void job_columns(ElfRow& row, const Activity& a) {
  row.made("JOB_ID", [&](std::string& out) { append_job_id(out, a.id); });
  row.text("ENTITY_TYPE", a.object).text("OPERATION_TYPE", "query");
}

void own_columns(ElfRow& row, const Activity& a, const RowFacts& facts) {
  const Client& client = *a.client;
  const std::string_view app_id = a.app_unknown ? std::string_view() : std::string_view(client.app_id);
  const std::string_view app_name = a.app_unknown ? std::string_view() : std::string_view(client.app_name);
  const std::string_view client_name = a.app_unknown ? std::string_view() : std::string_view(client.client_name);
  switch (facts.type) {
    case RecordType::kApi:
      row.text("API_TYPE", "P").text("CLIENT_NAME", client_name).text("METHOD_NAME", "query");
      row.text("ENTITY_NAME", a.object).number("ROWS_PROCESSED", facts.rows);
      row.number("RESPONSE_SIZE", facts.rows * a.bytes_per_row);
      return;
    case RecordType::kRestApi:
      row.text("CONNECTED_APP_ID", app_id).text("CLIENT_NAME", client_name).text("METHOD", "GET");
      row.text("ENTITY_NAME", a.object).text("USER_AGENT", "9999").text("STATUS_CODE", "200");
      row.number("ROWS_PROCESSED", facts.rows).number("RESPONSE_SIZE", facts.rows * a.bytes_per_row);
      return;
    case RecordType::kApiTotalUsage:
      row.text("API_FAMILY", a.kind == Kind::kBulk2Job ? "BULK" : "REST").text("CONNECTED_APP_ID", app_id);
      row.text("CONNECTED_APP_NAME", app_name).text("CLIENT_NAME", client_name);
      row.text("HTTP_METHOD", a.kind == Kind::kBulk2Job ? "POST" : "GET").text("ENTITY_NAME", a.object);
      return;
    case RecordType::kBulkApi2:
      job_columns(row, a);
      row.text("JOB_STATUS", facts.state).number("RECORDS_PROCESSED", facts.rows).text("RECORDS_FAILED", "0");
      row.text("RESULT_SIZE_MB", "");
      return;
    case RecordType::kBulkApi:
      job_columns(row, a);
      row.number("BATCH_ID", mix(a.id + facts.rows) % 1'000'000'000).text("MESSAGE", "");
      if (facts.state.empty()) {
        row.number("ROWS_PROCESSED", facts.rows);
      } else {
        row.text("ROWS_PROCESSED", "");  // often so
      }
      return;
    case RecordType::kBulkApiRequest:
      job_columns(row, a);
      row.text("CONNECTED_APP_ID", app_id).text("CLIENT_NAME", client_name);
      return;
    case RecordType::kReport:
      row.text("ENTITY_NAME", a.object)
          .text("ORIGIN", client.is_integration() ? "ReportRunUsingAsynchronousApi" : "ReportRunFromLightning");
      row.number("ROW_COUNT", facts.rows).number("AVERAGE_ROW_SIZE", a.bytes_per_row);
      return;
    case RecordType::kSearch:
      row.text("QUERY_ID", "").number("NUM_RESULTS", facts.rows).text("ENTITY_NAME", a.object);
      return;
    case RecordType::kContentTransfer:
      row.text("TRANSACTION_TYPE", "VersionDownloadAction").number("SIZE_BYTES", a.bytes_per_row);
      return;
    case RecordType::kUri:
      row.text("REFERRER_URI", "");
      return;
    case RecordType::kLogin:
      row.text("SOURCE_IP", a.ip).text("BROWSER_TYPE", "9999").text("LOGIN_SUB_TYPE", "OauthRefreshToken");
      return;
    default:
      return;
  }
}

void write_row(std::string& out, Writing writing, const Activity& a, const RowFacts& facts) {
  ElfRow row(out, writing);
  common_columns(row, a, facts);
  own_columns(row, a, facts);
  last_columns(row, a, facts);
}

// When the hourly file that holds a row is there: all rows of an org, type and hour come together.
std::int64_t arrival_of(const Activity& a, const RowFacts& facts, const RenderOptions& options) {
  const std::int64_t hour = facts.at_ms / kHour;
  const std::uint64_t luck =
      mix(mix(static_cast<std::uint64_t>(hour)) ^
          mix(static_cast<std::uint64_t>(facts.type) * 64 + static_cast<std::uint64_t>(a.org->index)));
  std::int64_t delay = 3 * kHour + static_cast<std::int64_t>(luck % (3 * kHour));
  if (options.late_files && luck % 331 == 0) delay += static_cast<std::int64_t>(luck % (60 * kHour));
  return (hour + 1) * kHour + delay;
}

void emit(const Activity& a, const RowFacts& facts, const RenderOptions& options, RecordBatch& out) {
  write_row(out.text(), options.elf_shape == ElfShape::kCsv ? Writing::kCsv : Writing::kJson, a, facts);
  const std::int64_t arrival = arrival_of(a, facts, options);
  out.add(facts.type, *a.org, facts.at_ms, arrival);
  // The daily file holds the same rows again, a day later; here of one day in seven, as far as duplicates are wanted.
  const std::int64_t day = facts.at_ms / kDay;
  if (options.duplicate_share > 0 && day % 7 == 3) {
    out.repeat_last((day + 2) * kDay + static_cast<std::int64_t>(mix(static_cast<std::uint64_t>(day)) % (6 * kHour)),
                    true);
  }
}

void bulk2(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  emit(a, {RecordType::kApiTotalUsage, a.start_ms, 0, 0, {}}, options, out);
  emit(a, {RecordType::kBulkApi2, a.start_ms + 200, 0, 0, "UploadComplete"}, options, out);
  for (std::uint32_t step = 1; step + 1 < a.pages; ++step) {
    const std::int64_t at = a.start_ms + a.duration_ms * step / a.pages;
    emit(a, {RecordType::kBulkApi2, at, kNoRequest, a.rows * step / a.pages, "InProgress"}, options, out);
  }
  emit(a, {RecordType::kBulkApi2, a.start_ms + a.duration_ms, kNoRequest, a.rows, "JobComplete"}, options, out);
}

void bulk1(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  emit(a, {RecordType::kBulkApiRequest, a.start_ms, 0, 0, {}}, options, out);
  emit(a, {RecordType::kBulkApi, a.start_ms + 100, 0, 0, "queued"}, options, out);
  for (std::uint32_t batch = 1; batch <= a.pages; ++batch) {  // cumulative: then the largest is the job's total
    const std::int64_t at = a.start_ms + a.duration_ms * batch / a.pages;
    emit(a, {RecordType::kBulkApi, at, kNoRequest, a.rows * batch / a.pages, {}}, options, out);
  }
}

void rest(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  std::uint64_t left = a.reach == Reach::kCount ? 0 : a.rows;
  for (std::uint32_t page = 0; page < a.pages; ++page) {
    const std::uint64_t rows = page + 1 == a.pages ? left : left < 2000 ? left : 2000;
    left -= rows;
    emit(a, {RecordType::kRestApi, a.start_ms + a.duration_ms * page / a.pages, page, rows, {}}, options, out);
  }
}

}  // namespace

void render_elf(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  switch (a.kind) {
    case Kind::kLogin:
      return emit(a, {RecordType::kLogin, a.start_ms, 0, 0, {}}, options, out);
    case Kind::kQuery:
      return rest(a, options, out);
    case Kind::kSoapQuery:
      return emit(a, {RecordType::kApi, a.start_ms, 0, a.rows, {}}, options, out);
    case Kind::kBulk2Job:
      return bulk2(a, options, out);
    case Kind::kBulk1Job:
      return bulk1(a, options, out);
    case Kind::kReport:
      return emit(a, {RecordType::kReport, a.start_ms, 0, a.rows, {}}, options, out);
    case Kind::kSearch:
      return emit(a, {RecordType::kSearch, a.start_ms, 0, a.rows, {}}, options, out);
    case Kind::kFileDownload:
      return emit(a, {RecordType::kContentTransfer, a.start_ms, 0, 1, {}}, options, out);
    case Kind::kRecordView:
      return emit(a, {RecordType::kUri, a.start_ms, 0, 1, {}}, options, out);
    case Kind::kListView:
      return;  // there is no such type
  }
}

void render_elf_echo(const Activity& a, const RenderOptions& options, RecordBatch& out) {
  emit(a, {RecordType::kRestApi, a.start_ms, 0, a.rows, {}}, options, out);
  emit(a, {RecordType::kApiTotalUsage, a.start_ms, 0, 0, {}}, options, out);
}

}  // namespace render_detail

std::string elf_header(RecordType type) {
  static const Org kOrg;
  static const Client kClient;
  static const Session kSession;
  Activity any;
  any.org = &kOrg;
  any.client = &kClient;
  any.session = &kSession;
  std::string header;
  render_detail::write_row(header, render_detail::Writing::kHeader, any, {type, 0, 0, 0, {}});
  return header;
}

}  // namespace outflow::scenarios
