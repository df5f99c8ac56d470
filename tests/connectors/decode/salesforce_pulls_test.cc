// What lets the records of one pull meet: a bulk query's action, the object it reads, a report's id.
#include <gtest/gtest.h>

#include <string>

#include "connectors/decode/decoder.h"

namespace outflow::connectors::salesforce_pulls_test {
namespace {

std::string live(const std::string& type, const std::string& fields) {
  return R"({"channel":"/event/)" + type + R"(Stream","data":{"payload":{"EventDate":"2023-03-20T14:59:33.958Z",)" +
         R"("EventIdentifier":"e-1","UserId":"005000000000001AAA",)" + fields + R"(},"schema":"s"}})";
}
std::string row(const std::string& type, const std::string& columns) {
  return R"({"EVENT_TYPE":")" + type + R"(","TIMESTAMP_DERIVED":"2023-03-20T14:59:33.958Z",)" +
         R"("ORGANIZATION_ID":"00D000000000001","USER_ID":"005000000000001",)" + columns + "}";
}

TEST(SalesforcePulls, ABulkQueryWithoutRowsProvesAnExtractionAndNoughtRowsSayNothing) {
  Decoder decoder;
  const std::string bulk = R"("ApiType":"Bulk API 2.0","Operation":"Query","Query":"SELECT Id FROM Contact")";
  for (const char* rows : {"", R"(,"RowsProcessed":0.0)"}) {
    const auto& event = decoder.decode_json(live("ApiEvent", bulk + rows)).event;
    EXPECT_EQ(event.action, features::Action::kBulkJob);
    EXPECT_FALSE(event.records.has_value());
    EXPECT_TRUE(event.proves_extraction);
  }
  const auto& counted = decoder.decode_json(live("ApiEvent", bulk + R"(,"RowsProcessed":70.0)")).event;
  EXPECT_EQ(counted.records, 70U);
  EXPECT_FALSE(counted.proves_extraction);
  EXPECT_FALSE(decoder.decode_json(live("ApiEvent", bulk + R"(,"PolicyOutcome":"Block")")).event.proves_extraction);
  EXPECT_FALSE(decoder.decode_json(live("BulkApiResultEvent", R"("PolicyOutcome":"Block")")).event.proves_extraction);
}

TEST(SalesforcePulls, TheObjectAfterTheOuterFromComesFirst) {
  Decoder decoder;
  const auto& event = decoder
                          .decode_json(live("BulkApiResultEvent", R"("QueriedEntities":"Account, Contact, User",)"
                                                                  R"("Query":"select Id, Account.Name from contact")"))
                          .event;
  ASSERT_EQ(event.objects.size(), 3U);
  EXPECT_EQ(event.objects[0], "Contact");
  EXPECT_EQ(event.objects[1], "Account");
  EXPECT_EQ(event.objects[2], "User");
}

TEST(SalesforcePulls, ReportsAreKnownByTheirIdWhateverRecordNamesThem) {
  Decoder decoder;
  const std::string id = "00O5g000007abcD";
  for (const std::string& record :
       {row("Report", R"("ROW_COUNT":"5","REPORT_ID":"00O5g000007abcDEAQ")"),
        row("ReportExport", R"("URI":"/00O5g000007abcD?export=1")"),
        row("ReportExport", R"("URI":"/00O5g000007abcDEAQ")"),
        live("ReportEvent", R"("ReportId":"00O5g000007abcDEAQ","RowsProcessed":5,"ExecutionIdentifier":"x")")}) {
    EXPECT_EQ(decoder.decode_json(record).event.subject, id) << record;
  }
  EXPECT_EQ(decoder.decode_json(row("ReportExport", R"("URI":"/00O")")).event.subject, "");
}

}  // namespace
}  // namespace outflow::connectors::salesforce_pulls_test
