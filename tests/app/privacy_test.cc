// Every command that reads files, over records of all sources that are full of canaries: none comes out.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "app/exit_code.h"
#include "tests/support/canaries.h"
#include "tests/support/shell_run.h"

namespace outflow::tests::privacy_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Privacy : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new fs::path(fs::path(testing::TempDir()) / ("outflow-privacy-" + std::to_string(::getpid())));
    fs::create_directories(*folder_);
    const CanaryRecords records = canary_records(OUTFLOW_SOURCE_DIR);
    planted_ = records.canaries;
    std::ofstream log(*folder_ / "log.jsonl", std::ios::binary);
    for (const std::string& record : records.good) log << record << "\n";
    for (const std::string& record : records.broken) log << record << "\n";
    std::ofstream(*folder_ / "iocs.csv") << "ip,203.0.113.0/24,\nip,198.51.100.0/24,\nagent,*python*,\napp,*,\n";
  }
  static void TearDownTestSuite() {
    fs::remove_all(*folder_);
    delete folder_;
  }
  // Standard output and standard error together.
  static ShellRun outflow(const std::string& arguments) {
    return run_shell("cd " + folder_->string() + " && " + OUTFLOW_BINARY + " " + arguments + " 2>&1");
  }
  static fs::path* folder_;
  static std::size_t planted_;
};
fs::path* Privacy::folder_ = nullptr;
std::size_t Privacy::planted_ = 0;

TEST_F(Privacy, TheCanariesAreThereAndAreFoundInEveryDress) {
  EXPECT_GT(planted_, 3'000U);
  std::ifstream file(*folder_ / "log.jsonl", std::ios::binary);
  const std::string log((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_FALSE(canary_in(log).empty());
  EXPECT_FALSE(canary_in("x=AKIAQZCNRY17KEY").empty());
  EXPECT_FALSE(canary_in(std::string("q\0z\0c\0n\0r\0y\0", 12)).empty());
  for (const char* encoded : {"cXpjbnJ5MTI=", "YXF6Y25yeTEy", "YmNxemNucnkxMg=="}) {
    EXPECT_FALSE(canary_in(encoded).empty()) << encoded;
  }
  EXPECT_TRUE(canary_in("acme.example 203.0.113.9 Nightly Sync").empty());
}

TEST_F(Privacy, DecodeShowsWhatIsReadOfEverySourceAndNoContents) {
  const ShellRun run = outflow("decode --tenant t-default log.jsonl");
  EXPECT_EQ(canary_in(run.out), "");
  for (const char* source :
       {"salesforce_rtem", "salesforce_elf", "dataverse", "m365", "hubspot", "zendesk", "servicenow",
        "google_workspace", "okta", "slack", "snowflake", "box", "workday", "ocsf"}) {
    EXPECT_NE(run.out.find(R"("source":")" + std::string(source) + "\""), std::string::npos) << source;
  }
}

TEST_F(Privacy, NoCommandShowsContents) {
  for (const char* arguments :
       {"volumes --tenant t-default log.jsonl", "volumes --tenant t-default -o json log.jsonl",
        "volumes --tenant t-default --by day,object,address,agent -o json log.jsonl",
        "inventory --tenant t-default log.jsonl", "inventory --tenant t-default -o json log.jsonl",
        "coverage --tenant t-default log.jsonl", "coverage --tenant t-default -o json log.jsonl",
        "hunt --tenant t-default --iocs iocs.csv log.jsonl",
        "hunt --tenant t-default --iocs iocs.csv -o json log.jsonl"}) {
    const ShellRun run = outflow(arguments);
    EXPECT_TRUE(run.exit_code == app::kExitOk || run.exit_code == app::kExitFindings) << arguments << "\n" << run.out;
    EXPECT_GT(run.out.size(), 200U) << arguments;
    EXPECT_EQ(canary_in(run.out), "") << arguments;
  }
}

TEST_F(Privacy, AlertsOfATheftAmongTheCanariesHoldNone) {
  const ShellRun run = outflow("replay --tenant t-default --output alerts.jsonl log.jsonl");
  ASSERT_EQ(run.exit_code, app::kExitOk) << run.out;
  EXPECT_EQ(canary_in(run.out), "");
  std::ifstream file(*folder_ / "alerts.jsonl");
  std::size_t alerts = 0;
  bool of_theft = false;
  for (std::string line; std::getline(file, line); ++alerts) {
    EXPECT_EQ(canary_in(line), "");
    of_theft = of_theft || line.find("198.51.100.77") != std::string::npos;
  }
  EXPECT_GT(alerts, 0U);
  EXPECT_TRUE(of_theft);
}

}  // namespace
}  // namespace outflow::tests::privacy_test
