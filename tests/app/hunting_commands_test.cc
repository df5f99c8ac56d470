// `outflow inventory`, `coverage`, `hunt` and a narrowed `volumes` from files to standard output, and their exit codes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "app/exit_code.h"
#include "tests/support/shell_run.h"

namespace outflow::tests::hunting_commands_test {
namespace {

using nlohmann::json;

class HuntingCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("outflow-hunting-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
    logs_ = write(
        "logs.csv",
        "EVENT_TYPE,TIMESTAMP_DERIVED,REQUEST_ID,ORGANIZATION_ID,USER_ID,ROWS_PROCESSED,CONNECTED_APP_ID,CLIENT_IP,"
        "ENTITY_NAME,USER_AGENT\n"
        "RestApi,2026-08-16T11:15:00.000Z,R1,00D000000000001,005000000000001,1200,0H4000000000001,203.0.113.9,"
        "Contact,\n"
        "RestApi,2026-08-17T11:15:00.000Z,R2,00D000000000001,005000000000001,300,0H4000000000001,198.51.100.1,"
        "Case,\n"
        "RestApi,2026-08-17T12:15:00.000Z,R3,00D000000000001,005000000000002,7,0H4000000000002,203.0.113.9,"
        "Case,\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << text;
    return path;
  }
  static ShellRun outflow(const std::string& arguments) {
    return run_shell(std::string(OUTFLOW_BINARY) + " " + arguments + " 2>/dev/null");
  }
  std::filesystem::path folder_;
  std::string logs_;
};

TEST_F(HuntingCommands, VolumesNarrowedAndSplit) {
  const ShellRun run = outflow(
      "volumes --integration 0H4000000000001 --from 2026-08-16T11:15 --to 2026-08-17 --by day,object -o json " + logs_);
  ASSERT_EQ(run.exit_code, app::kExitOk);
  const json rows = json::parse(run.out);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["records"], 1200);
  EXPECT_EQ(rows[0]["day"], "2026-08-16");
  EXPECT_EQ(rows[0]["object"], "Contact");
  EXPECT_EQ(outflow("volumes --from never " + logs_).exit_code, app::kExitUsage);
}

TEST_F(HuntingCommands, TheInventoryOfFiles) {
  const ShellRun run = outflow("inventory -o json --integration 0H4000000000001AAA " + logs_);
  ASSERT_EQ(run.exit_code, app::kExitOk);
  const json rows = json::parse(run.out);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(rows[0]["object"].is_null());
  EXPECT_EQ(rows[0]["records"], 1500);
  EXPECT_EQ(rows[0]["largest_day_records"], 1200);
  EXPECT_EQ(rows[0]["largest_day"], "2026-08-16");
  EXPECT_EQ(rows[0]["largest_hour"], "2026-08-16T11Z");
  EXPECT_EQ(rows[0]["first"], "2026-08-16");
  EXPECT_EQ(rows[0]["last"], "2026-08-17");
  EXPECT_EQ(rows[0]["addresses"], 2);
  EXPECT_EQ(rows[0]["users"], 1);
  EXPECT_EQ(rows[1]["object"], "Contact");
  EXPECT_EQ(outflow("inventory").exit_code, app::kExitUsage);
  EXPECT_EQ(outflow("inventory --state " + (folder_ / "none").string()).exit_code, app::kExitConfiguration);
}

TEST_F(HuntingCommands, AHuntSaysWithItsExitCodeWhetherItFoundAnything) {
  const std::string iocs = write("iocs.csv", "type,value,comment\nip,203.0.113[.]9,exit node\nsha256,x,\n");
  const ShellRun run = outflow("hunt --iocs " + iocs + " -o json " + logs_);
  EXPECT_EQ(run.exit_code, app::kExitFindings);
  const json found = json::parse(run.out);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0]["entity"], "0H4000000000001");
  EXPECT_EQ(found[0]["indicator"], iocs + ":2");
  EXPECT_EQ(found[0]["comment"], "exit node");
  EXPECT_EQ(found[0]["records"], 1200);
  EXPECT_EQ(found[0]["matched"], json::array({"203.0.113.9"}));
  EXPECT_EQ(found[1]["records"], 7);
  EXPECT_EQ(run_shell(std::string(OUTFLOW_BINARY) + " hunt --iocs " + iocs + " " + logs_ +
                      " 2>&1 >/dev/null | grep -c 'not looked for: " + iocs + ":3'")
                .out,
            "1\n");
  const std::string none = write("none.csv", "ip,192.0.2.1,\n");
  EXPECT_EQ(outflow("hunt --iocs " + none + " " + logs_).exit_code, app::kExitOk);
  EXPECT_EQ(outflow("hunt --iocs " + none).exit_code, app::kExitUsage);
  EXPECT_EQ(outflow("hunt --iocs " + (folder_ / "gone").string() + " " + logs_).exit_code, app::kExitUsage);
}

TEST_F(HuntingCommands, CoverageOfFilesSaysWhatWouldGoUnseen) {
  const ShellRun run = outflow("coverage -o json " + logs_);
  EXPECT_EQ(run.exit_code, app::kExitFindings);
  const json tenants = json::parse(run.out);
  ASSERT_EQ(tenants.size(), 1U);
  EXPECT_EQ(tenants[0]["tenant_id"], "00D000000000001");
  EXPECT_EQ(tenants[0]["feeds"][0]["source"], "salesforce_elf");
  EXPECT_EQ(tenants[0]["feeds"][0]["event_types"][0]["events"], 3);
  EXPECT_TRUE(tenants[0]["feeds"][0]["event_types"][0]["delay_p50_s"].is_null()) << "files do not tell";
  EXPECT_EQ(tenants[0]["thefts"][0]["theft"], "API query pull");
  EXPECT_EQ(tenants[0]["thefts"][0]["seen"], "late");
  EXPECT_EQ(tenants[0]["thefts"][1]["seen"], "unseen");
}

}  // namespace
}  // namespace outflow::tests::hunting_commands_test
