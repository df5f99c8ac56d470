// What each type of record is read as: action, records, bytes, semantics and keys, trap by trap.
#include <gtest/gtest.h>

#include <string>

#include "connectors/decode/decoder.h"

namespace outflow::connectors::salesforce_test {
namespace {

using features::Action;
using features::CountSemantics;
using features::QueryClass;

std::string elf(const std::string& type, const std::string& columns) {
  return R"({"EVENT_TYPE":")" + type + R"(","TIMESTAMP_DERIVED":"2023-03-20T14:59:33.958Z",)" +
         R"("ORGANIZATION_ID":"00D000000000001","USER_ID":"005000000000001")" + (columns.empty() ? "" : ",") + columns +
         "}";
}

std::string rtem(const std::string& type, const std::string& fields) {
  return R"({"channel":"/event/)" + type + R"(Stream","data":{"payload":{"EventDate":"2023-03-20T14:59:33.958Z",)" +
         R"("EventIdentifier":"e-1","UserId":"005000000000001AAA","LoginKey":"L")" + (fields.empty() ? "" : ",") +
         fields + R"(},"schema":"s","event":{"replayId":1}}})";
}

struct Case {
  const char* type;
  std::string fields;
  Action action;
  CountSemantics semantics;
  std::int64_t records;  // -1 = unknown
  std::int64_t bytes;    // -1 = unknown
};

void expect(const std::string& json, const Case& c) {
  Decoder decoder;
  const Decoded& decoded = decoder.decode_json(json);
  SCOPED_TRACE(json);
  ASSERT_EQ(name_of(decoded.reject), "none");
  const auto& event = decoded.event;
  EXPECT_EQ(event.source_event_type, c.type);
  EXPECT_EQ(event.event_time.ms, 1679324373958);
  EXPECT_EQ(features::name_of(event.action), features::name_of(c.action));
  EXPECT_EQ(features::name_of(event.count_semantics), features::name_of(c.semantics));
  EXPECT_EQ(event.records ? static_cast<std::int64_t>(*event.records) : -1, c.records);
  EXPECT_EQ(event.bytes ? static_cast<std::int64_t>(*event.bytes) : -1, c.bytes);
}

constexpr auto kEach = CountSemantics::kPerEvent;
constexpr auto kNo = CountSemantics::kNone;
constexpr auto kJob = CountSemantics::kJobProgress;

TEST(SalesforceElf, ReadsEveryType) {
  const Case kCases[] = {
      {"API", R"("METHOD_NAME":"query","ROWS_PROCESSED":"27","RESPONSE_SIZE":"38019")", Action::kQuery, kEach, 27,
       38019},
      {"API", R"("METHOD_NAME":"queryMore","ROWS_PROCESSED":"")", Action::kQuery, kEach, -1, -1},
      {"API", R"("METHOD_NAME":"upsert","ROWS_PROCESSED":"200")", Action::kWrite, kNo, 0, -1},
      {"RestApi", R"("METHOD":"GET","ROWS_PROCESSED":20680.0,"RESPONSE_SIZE":8.16E7)", Action::kQuery, kEach, 20680,
       81600000},
      {"RestApi", R"("METHOD":"GET","ROWS_PROCESSED":"0")", Action::kQuery, kEach, 0, -1},
      {"RestApi", R"("METHOD":"GET","ROWS_PROCESSED":"-1")", Action::kQuery, kEach, -1, -1},
      {"RestApi", R"("METHOD":"GET","ROWS_PROCESSED":"N/A")", Action::kQuery, kEach, -1, -1},
      {"RestApi", R"("METHOD":"PATCH","ROWS_PROCESSED":"5")", Action::kWrite, kNo, 0, -1},
      {"RestApi", R"("METHOD":"POST","URI":"/services/data/v58.0/sobjects/Account","ROWS_PROCESSED":"5")",
       Action::kWrite, kNo, 0, -1},
      {"RestApi", R"("METHOD":"POST","URI":"/services/data/v58.0/composite/sobjects/Account","ROWS_PROCESSED":"5")",
       Action::kQuery, kEach, 5, -1},
      {"RestApi",
       R"("METHOD":"GET","URI":"/services/data/v58.0/query?q=SELECT+COUNT()+FROM+Account","ROWS_PROCESSED":"1")",
       Action::kQuery, kNo, 0, -1},
      {"RestApi", R"("METHOD":"POST","URI":"/services/data/v58.0/jobs/query")", Action::kBulkJob, kNo, -1, -1},
      {"RestApi",
       R"("METHOD":"GET","URI":"/services/data/v58.0/jobs/query/750000000000001AAA/results","ROWS_PROCESSED":"9")",
       Action::kBulkResult, kJob, 9, -1},
      {"ApexRestApi", R"("METHOD":"GET","ROWS_PROCESSED":"3")", Action::kQuery, kEach, 3, -1},
      {"BulkApi", R"("OPERATION_TYPE":"query","JOB_ID":"750000000000001","ROWS_PROCESSED":"")", Action::kBulkJob, kJob,
       -1, -1},
      {"BulkApi", R"("OPERATION_TYPE":"insert","ROWS_PROCESSED":"10000")", Action::kWrite, kNo, 0, -1},
      {"BulkApi2", R"("OPERATION_TYPE":"query","RECORDS_PROCESSED":"1200000","RESULT_SIZE_MB":"1")", Action::kBulkJob,
       kJob, 1200000, -1},
      {"BulkApiRequest", R"("JOB_ID":"750000000000001")", Action::kBulkJob, kNo, -1, -1},
      {"ApiTotalUsage", R"("HTTP_METHOD":"GET","CONNECTED_APP_ID":"0H4000000000001AAA")", Action::kQuery, kNo, -1, -1},
      {"Report", R"("ROW_COUNT":"2000","AVERAGE_ROW_SIZE":"700")", Action::kReportRun, kEach, 2000, 1400000},
      {"Report", R"("ROW_COUNT":"2000","AVERAGE_ROW_SIZE":"")", Action::kReportRun, kEach, 2000, -1},
      {"AsyncReportRun", R"("ROW_COUNT":"7","AVERAGE_ROW_SIZE":"10")", Action::kReportRun, kEach, 7, 70},
      {"ReportExport", R"("CLIENT_INFO":"x")", Action::kReportExport, kNo, -1, -1},
      {"Search", R"("NUM_RESULTS":"12")", Action::kSearch, kEach, 12, -1},
      {"WaveDownload", R"("NUMBER_OF_RECORDS":"99")", Action::kReportExport, kEach, 99, -1},
      {"ContentTransfer", R"("TRANSACTION_TYPE":"VersionDownloadAction","SIZE_BYTES":"100")", Action::kFileDownload,
       kEach, 1, 100},
      {"ContentTransfer", R"("TRANSACTION_TYPE":"saveVersion","SIZE_BYTES":"100")", Action::kWrite, kNo, 0, -1},
      {"DocumentAttachmentDownloads", "", Action::kFileDownload, kEach, 1, -1},
      {"URI", "", Action::kRecordView, kEach, 1, -1},
      {"Login", "", Action::kAuth, kNo, -1, -1},
      {"Logout", "", Action::kAuth, kNo, -1, -1},
      {"LoginAs", "", Action::kAuth, kNo, -1, -1},
      {"ApexCallout", R"("RESPONSE_SIZE":"123456")", Action::kOther, kNo, -1, -1},
      {"MetadataApiOperation", "", Action::kOther, kNo, -1, -1},
      {"SomethingNew2027", R"("ROWS_PROCESSED":"5")", Action::kOther, kNo, -1, -1},
  };
  for (const Case& c : kCases) expect(elf(c.type, c.fields), c);
}

TEST(SalesforceRtem, ReadsEveryType) {
  constexpr auto kQuery = CountSemantics::kQueryTotalRepeated;
  constexpr auto kRun = CountSemantics::kExecutionTotalRepeated;
  const Case kCases[] = {
      {"ApiEvent", R"("Operation":"Query","Query":"SELECT Id FROM Account","RowsProcessed":1000364.0)", Action::kQuery,
       kQuery, 1000364, -1},
      {"ApiEvent", R"("Operation":"QueryMore","RowsProcessed":null,"RowsReturned":2000.0)", Action::kQuery, kQuery,
       2000, -1},
      {"ApiEvent", R"("Operation":"Query","Query":"SELECT COUNT() FROM Account","RowsProcessed":5000000.0)",
       Action::kQuery, kNo, 0, -1},
      {"ApiEvent", R"("Operation":"Update","RowsProcessed":200.0)", Action::kWrite, kNo, 0, -1},
      {"ApiEvent", R"("Operation":"Query")", Action::kQuery, kQuery, -1, -1},
      {"BulkApiResultEvent", R"("Query":"SELECT Id FROM Case")", Action::kBulkResult, kNo, -1, -1},
      {"ReportEvent",
       R"("Operation":"ReportRunFromLightning","ExecutionIdentifier":"x","RowsProcessed":20680.0,"Sequence":51)",
       Action::kReportRun, kRun, 20680, -1},
      {"ReportEvent", R"("Operation":"ReportExported","ExecutionIdentifier":"x","RowsProcessed":5)",
       Action::kReportExport, kRun, 5, -1},
      {"ListViewEvent", R"("ExecutionIdentifier":"x","RowsProcessed":50)", Action::kListView, kRun, 50, -1},
      {"UriEvent", R"("Operation":"Read")", Action::kRecordView, kEach, 1, -1},
      {"LightningUriEvent", R"("Operation":"Update")", Action::kWrite, kNo, 0, -1},
      {"FileEvent", R"("FileAction":"UI_DOWNLOAD","ContentSize":77)", Action::kFileDownload, kEach, 1, 77},
      {"FileEvent", R"("FileAction":"UPLOAD","ContentSize":77)", Action::kWrite, kNo, 0, -1},
      {"LoginEvent", "", Action::kAuth, kNo, -1, -1},
      {"LogoutEvent", "", Action::kAuth, kNo, -1, -1},
      {"PermissionSetEvent", "", Action::kOther, kNo, -1, -1},
      {"BrandNewEvent", R"("RowsProcessed":5)", Action::kOther, kNo, -1, -1},
  };
  for (const Case& c : kCases) expect(rtem(c.type, c.fields), c);
}

TEST(SalesforceElf, JoinsItsKeysCanonically) {
  Decoder decoder;
  const auto& event =
      decoder
          .decode_json(elf("RestApi", R"("USER_ID_DERIVED":"005000000000001AAA","CONNECTED_APP_ID":)"
                                      R"("0H4000000000001AAA","CLIENT_NAME":"N/A","CLIENT_ID":"cli",)"
                                      R"("REQUEST_ID":"req","SESSION_KEY":"s","LOGIN_KEY":"l","USER_AGENT":"9999",)"
                                      R"("SOURCE_IP":"Salesforce.com IP","CLIENT_IP":"2001:db8::1",)"
                                      R"("ENTITY_NAME":"Account, Contact;Account")"))
          .event;
  EXPECT_EQ(event.tenant_id, "00D000000000001");
  EXPECT_EQ(event.actor_id, "005000000000001");
  EXPECT_EQ(event.app_id, "0H4000000000001");
  EXPECT_EQ(event.client_name, "cli");
  EXPECT_EQ(event.request_id, "req");
  EXPECT_EQ(event.session_key, "s");
  EXPECT_EQ(event.login_key, "l");
  EXPECT_EQ(event.user_agent, "");
  EXPECT_EQ(event.client_ip, "2001:db8::1");
  ASSERT_EQ(event.objects.size(), 2U);
  EXPECT_EQ(event.objects[1], "Contact");
}

TEST(SalesforceElf, TheDerivedUserIsTheUserWhereTheOtherIsMissing) {
  Decoder decoder;
  const char* json =
      R"({"EVENT_TYPE":"URI","TIMESTAMP":"20230320145933.958","USER_ID":"","USER_ID_DERIVED":"005000000000001AAA"})";
  EXPECT_EQ(decoder.decode_json(json).event.actor_id, "005000000000001");
}

TEST(Salesforce, TheActorOfALoginAsIsTheOneWhoActs) {
  Decoder decoder;
  EXPECT_EQ(decoder.decode_json(elf("LoginAs", R"("DELEGATED_USER_ID":"005000000000002AAA")")).event.actor_id,
            "005000000000002");
  EXPECT_EQ(decoder.decode_json(rtem("LoginAsEvent", R"("DelegatedUsername":"admin@example.com")")).event.actor_id,
            "admin@example.com");
}

TEST(SalesforceRtem, OnlyQueriesOpenAQuery) {
  Decoder decoder;
  const std::string query = R"("Query":"SELECT Id FROM A WHERE X = 1")";
  const auto first = decoder.decode_json(rtem("ApiEvent", R"("Operation":"Query",)" + query)).event;
  const auto fingerprint = first.query_fingerprint;
  EXPECT_TRUE(first.opens_query);
  EXPECT_EQ(first.query_class, QueryClass::kFull);
  const auto& page = decoder.decode_json(rtem("ApiEvent", R"("Operation":"QueryMore",)" + query)).event;
  EXPECT_FALSE(page.opens_query);
  EXPECT_EQ(page.query_fingerprint, fingerprint);
}

TEST(SalesforceRtem, VerdictsAreScoredFromZeroToAHundred) {
  Decoder decoder;
  EXPECT_DOUBLE_EQ(*decoder.decode_json(rtem("ApiAnomalyEvent", R"("Score":0.5)")).event.vendor_score, 50);
  EXPECT_DOUBLE_EQ(*decoder.decode_json(rtem("ReportAnomalyEvent", R"("Score":"97.5")")).event.vendor_score, 97.5);
  EXPECT_FALSE(decoder.decode_json(rtem("SessionHijackingEvent", R"("Score":null)")).event.vendor_score.has_value());
}

TEST(Salesforce, ExtractionsWithoutACountSaySo) {
  Decoder decoder;
  EXPECT_TRUE(decoder.decode_json(rtem("BulkApiResultEvent", "")).event.proves_extraction);
  EXPECT_TRUE(decoder.decode_json(elf("ReportExport", "")).event.proves_extraction);
  EXPECT_TRUE(decoder.decode_json(elf("BulkApi", R"("ROWS_PROCESSED":"")")).event.proves_extraction);
  EXPECT_FALSE(decoder.decode_json(elf("BulkApi", R"("ROWS_PROCESSED":"0")")).event.proves_extraction);
  EXPECT_FALSE(decoder.decode_json(elf("BulkApi2", R"("JOB_STATUS":"InProgress")")).event.proves_extraction);
}

TEST(Salesforce, ARunningJobsCountIsNotItsLast) {
  Decoder decoder;
  const auto still_runs = [&](const std::string& fields) {
    return decoder.decode_json(elf("BulkApi2", R"("RECORDS_PROCESSED":"0")" + fields)).event.proves_extraction;
  };
  for (const char* state : {"Open", "UploadComplete", "InProgress"}) {
    EXPECT_TRUE(still_runs(R"(,"JOB_STATUS":")" + std::string(state) + '"')) << state;
  }
  for (const char* state : {"JobComplete", "Aborted", "Failed"}) {
    EXPECT_FALSE(still_runs(R"(,"JOB_STATUS":")" + std::string(state) + '"')) << state;
  }
  EXPECT_FALSE(still_runs("")) << "a source without states has rows of what is done only";
}

TEST(SalesforceEventLogObject, NamesItsObjectUnderEitherNameAndSaysWhetherTheJobEnded) {
  Decoder decoder;
  const auto decoded = [&](const std::string& fields) -> const features::AuditEvent& {
    return decoder
        .decode_json(R"({"attributes":{"type":"BulkApi2EventLog"},"Timestamp":"2025-08-17T11:13:00.000Z",)"
                     R"("JobIdentifier":"7505g000000X1jd","ProcessedRecordCount":7,"OperationType":"query",)" +
                     fields + "}")
        .event;
  };
  const features::AuditEvent& ended = decoded(R"("ObjectType":"Case","JobStatus":"JobComplete")");
  ASSERT_EQ(ended.objects.size(), 1U);
  EXPECT_EQ(ended.objects[0], "Case");
  EXPECT_FALSE(ended.proves_extraction);
  EXPECT_EQ(ended.outcome, features::Outcome::kSuccess);
  EXPECT_TRUE(decoded(R"("EntityName":"Case","JobStatus":"InProgress")").proves_extraction);
  EXPECT_EQ(decoded(R"("EntityName":"Case","JobStatus":"Aborted")").outcome, features::Outcome::kFailure);
  EXPECT_TRUE(decoded(R"("EntityName":"BulkApi2")").objects.empty());
}

TEST(SalesforceSetupAudit, NewAppsStandOutAndEntriesOfOneRecordDiffer) {
  Decoder decoder;
  const std::string head =
      R"({"section":"s","display":"d","record_id":"001","sfdc_created_by_id":"005000000000001AAA",)"
      R"("sfdc_created_date":"2023-03-09T16:51:17+00:00","action":")";
  const std::string first(decoder.decode_json(head + "createduser\"}").event.event_uid);
  const auto& event = decoder.decode_json(head + "insertConnectedApplication\"}").event;
  EXPECT_EQ(event.action, Action::kAdminApp);
  EXPECT_EQ(event.source_event_type, "insertConnectedApplication");
  EXPECT_EQ(event.actor_id, "005000000000001");
  EXPECT_NE(event.event_uid, first);
}

}  // namespace
}  // namespace outflow::connectors::salesforce_test
