// The record inside its envelopes, what is refused and why, and the identity of rows.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "connectors/decode/decoder.h"

namespace outflow::connectors::envelopes_test {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

const std::string kElf =
    R"({"EVENT_TYPE":"RestApi","TIMESTAMP":"20230320145933.958","TIMESTAMP_DERIVED":"2023-03-20T14:59:33.958Z",)"
    R"("REQUEST_ID":"r","ORGANIZATION_ID":"00D000000000001","USER_ID":"005000000000001","ROWS_PROCESSED":"20680",)"
    R"("RUN_TIME":"97","EXCEPTION_MESSAGE":"","IS_LONG":"1"})";
const std::string kPayload =
    R"({"EventDate":"2023-03-20T14:59:33.958+0000","EventIdentifier":"e","UserId":"005000000000001AAA",)"
    R"("ApiType":"REST","Operation":"Query","RowsProcessed":20680.0,"CreatedDate":1679324373999})";

DecodeOptions with_limits(std::string tenant, std::size_t max_record_bytes) {
  DecodeOptions options;
  options.default_tenant = std::move(tenant);
  options.max_record_bytes = max_record_bytes;
  return options;
}

TEST(Envelopes, TheRecordIsFoundInEach) {
  const std::string cases[] = {
      kElf,
      kPayload,
      R"({"channel":"/event/ApiEventStream","data":{"payload":)" + kPayload +
          R"(,"event":{"replayId":1},"schema":"x"}})",
      R"({"data":{"schema":"x","payload":)" + kPayload +
          R"(,"event":{"EventApiName":"x"}},"channel":"/event/ApiEventStream"})",
      R"({"channel":"/event/ApiEvent","payload":)" + kPayload + "}",
      R"({"schema":{"type":"struct","fields":[{"field":"a"}]},"payload":)" + kPayload + "}",
      kPayload.substr(0, kPayload.size() - 1) + R"(,"_ObjectType":"ApiEventStream","_EventType":"abc","ReplayId":"5"})",
      kPayload.substr(0, kPayload.size() - 1) + R"(,"attributes":{"type":"ApiEvent","url":"/x"}})",
      R"({"message":)" + quoted(kElf) + "}",
      R"({"event.original":)" + quoted(kElf) + R"(,"message":"other"})",
      R"({"@timestamp":"2026-01-01T00:00:00Z","event":{"original":)" + quoted(kElf) + R"(,"kind":"event"}})",
      R"({"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":)" + kElf + "}",
      R"({"data":)" + quoted(kElf) + "}",
      R"({"message":)" + quoted(R"({"message":)" + quoted(kPayload) + "}") + "}",
  };
  Decoder decoder;
  for (const std::string& json : cases) {
    SCOPED_TRACE(json);
    const Decoded& decoded = decoder.decode_json(json);
    ASSERT_EQ(name_of(decoded.reject), "none");
    EXPECT_EQ(decoded.event.event_time.ms, 1679324373958);
    EXPECT_EQ(decoded.event.records, 20680U);
    EXPECT_EQ(decoded.event.actor_id, "005000000000001");
    EXPECT_EQ(decoded.event.action, features::Action::kQuery);
  }
}

TEST(Envelopes, RejectsSayWhy) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"   ", "empty"},
      {"{\"a\":\"\xE9\"}", "not_utf8"},
      {kElf.substr(0, 100), "truncated"},
      {R"({"EVENT_TYPE":"API","TIMESTAMP":"20230320145933.958")", "truncated"},
      {kElf + "x", "malformed_json"},
      {kElf + kElf, "malformed_json"},
      {R"({"EVENT_TYPE":"API",})", "malformed_json"},
      {R"({"EVENT_TYPE":"A\x"})", "malformed_json"},
      {R"({"EVENT_TYPE":"API","ROWS":01})", "malformed_json"},
      {std::string("{\"a\":\"\0\"}", 9), "malformed_json"},
      {"[17]", "unknown_shape"},
      {"[]", "empty"},
      {R"({"records":[]})", "empty"},
      {"17", "unknown_shape"},
      {R"({"event_type":"purchase","timestamp":"2023-03-20T14:59:33Z"})", "unknown_shape"},
      {R"({"hello":"world"})", "unknown_shape"},
      {std::string("{\"a\":") + std::string(2000, '[') + std::string(2000, ']') + "}", "too_deep"},
      {R"({"EVENT_TYPE":"API"})", "missing_time"},
      {R"({"EVENT_TYPE":"API","TIMESTAMP":"soon"})", "bad_time"},
      {R"({"EVENT_TYPE":"API","TIMESTAMP_DERIVED":"2023-02-30T00:00:00Z"})", "bad_time"},
      {R"({"EVENT_TYPE":"","TIMESTAMP":"20230320145933.958"})", "missing_event_type"},
      {R"({"EventIdentifier":"x","CreatedDate":"2023-03-20T14:59:33Z","_ObjectType":"ApiEvent"})", "missing_time"},
      {R"({"EventDate":"2023-03-20T14:59:33Z","EventIdentifier":"x"})", "missing_event_type"},
  };
  Decoder decoder;
  for (const auto& [json, reason] : cases) {
    EXPECT_EQ(name_of(decoder.decode_json(json).reject), reason) << json.substr(0, 200);
  }
  Decoder small(with_limits("", 100));
  EXPECT_EQ(name_of(small.decode_json(kElf).reject), "too_large");
}

TEST(Envelopes, TheTenantIsTheRecordsThenTheTransportsThenTheDefault) {
  Decoder decoder(with_limits("00D000000000009AAA", 4 << 20));
  EXPECT_EQ(decoder.decode_json(kElf, "00D000000000005AAA").event.tenant_id, "00D000000000001");
  EXPECT_EQ(decoder.decode_json(kPayload, "00D000000000005AAA").event.tenant_id, "00D000000000005");
  EXPECT_EQ(decoder.decode_json(kPayload).event.tenant_id, "00D000000000009");
  const std::string named = R"({"organizationId":"00D000000000003AAA","payload":)" + kPayload + "}";
  EXPECT_EQ(decoder.decode_json(named).event.tenant_id, "00D000000000003");
  EXPECT_EQ(decoder.tenant_of_json(named), "00D000000000003");
  EXPECT_EQ(decoder.tenant_of_json(kElf), "00D000000000001");
  EXPECT_EQ(decoder.tenant_of_json(R"({"message":)" + quoted(kElf) + "}"), "00D000000000001");
  EXPECT_EQ(decoder.tenant_of_json(kPayload), "");
  EXPECT_EQ(decoder.tenant_of_json("garbage ORGANIZATION_ID"), "");
}

TEST(RowIdentity, IsTheSameHoweverARowTravels) {
  Decoder decoder;
  const std::string uid(decoder.decode_json(kElf).event.event_uid);
  const std::string same[] = {
      // another order, numbers as numbers, floats, no empty columns, another form of time, a transport's own fields
      R"({"p_event_time":"2023-03-20 14:59:33.958","@timestamp":"x","_id":"y","IS_LONG":true,"RUN_TIME":97.0,)"
      R"("ROWS_PROCESSED":2.068E4,"USER_ID":"005000000000001","ORGANIZATION_ID":"00D000000000001","REQUEST_ID":"r",)"
      R"("TIMESTAMP_DERIVED":"2023-03-20 14:59:33.958","EVENT_TYPE":"RestApi","tags":"z"})",
      R"({"event_type":"RestApi","timestamp_derived":"2023-03-20T14:59:33.958Z","request_id":"r","TenantId":"w",)"
      R"("organization_id":"00D000000000001","user_id":"005000000000001","rows_processed":"20680","run_time":"97",)"
      R"("is_long":"1"})",
  };
  for (const std::string& json : same) EXPECT_EQ(decoder.decode_json(json).event.event_uid, uid) << json;

  const std::vector<std::string_view> columns = {"USER_ID",         "EVENT_TYPE",        "TIMESTAMP",
                                                 "ORGANIZATION_ID", "REQUEST_ID",        "ROWS_PROCESSED",
                                                 "RUN_TIME",        "EXCEPTION_MESSAGE", "IS_LONG"};
  ASSERT_TRUE(decoder.csv_header(columns).ok());
  const std::vector<std::string_view> row = {
      "005000000000001", "RestApi", "20230320145933.958", "00D000000000001", "r", "20680", "97", "", "1"};
  EXPECT_EQ(decoder.decode_csv_row(row).event.event_uid, uid);
}

TEST(RowIdentity, DiffersWhereTheRowDiffers) {
  Decoder decoder;
  const std::string uid(decoder.decode_json(kElf).event.event_uid);
  std::string other = kElf;
  other.replace(other.find("\"97\""), 4, "\"98\"");
  EXPECT_NE(decoder.decode_json(other).event.event_uid, uid);
  std::string swapped = R"({"EVENT_TYPE":"RestApi","TIMESTAMP":"1679324373","REQUEST_ID":"a","SESSION_KEY":"b"})";
  const std::string first(decoder.decode_json(swapped).event.event_uid);
  swapped = R"({"EVENT_TYPE":"RestApi","TIMESTAMP":"1679324373","REQUEST_ID":"b","SESSION_KEY":"a"})";
  EXPECT_NE(decoder.decode_json(swapped).event.event_uid, first);
}

TEST(Decoder, KeepsNothingOfOneRecordForTheNext) {
  Decoder decoder;
  (void)decoder.decode_json(R"({"channel":"/event/ApiEventStream","organizationId":"00D000000000003","payload":)" +
                            kPayload + "}");
  const auto& event = decoder.decode_json(R"({"EVENT_TYPE":"URI","TIMESTAMP":"1679324373"})").event;
  EXPECT_EQ(event.tenant_id, "");
  EXPECT_EQ(event.actor_id, "");
  EXPECT_EQ(event.request_id, "");
}

}  // namespace
}  // namespace outflow::connectors::envelopes_test
