// `outflow volumes` from files to standard output, and its exit codes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "app/exit_code.h"
#include "tests/support/shell_run.h"

namespace outflow::tests::volumes_command_test {
namespace {

ShellRun volumes(const std::string& arguments) {
  return run_shell(std::string(OUTFLOW_BINARY) + " volumes " + arguments + " 2>/dev/null");
}

class VolumesCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("outflow-volumes-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& rows) {
    const std::string path = folder_ / name;
    std::ofstream(path) << "EVENT_TYPE,TIMESTAMP_DERIVED,REQUEST_ID,ORGANIZATION_ID,USER_ID,ROWS_PROCESSED,"
                           "CONNECTED_APP_ID\n"
                        << rows;
    return path;
  }
  std::filesystem::path folder_;
};

const std::string kMorning =
    "RestApi,2026-08-17T11:15:00.000Z,R1,00D000000000001,005000000000001,1200,0H4000000000001\n";
const std::string kNoon = "RestApi,2026-08-17T12:16:00.000Z,R2,00D000000000001,005000000000001,300,0H4000000000001\n";

TEST_F(VolumesCommand, TheDailyFileAfterTheHourlyOnesAddsNothing) {
  const std::string hourly = write("hourly.csv", kMorning);
  const std::string daily = write("daily.csv", kMorning + kNoon);
  const ShellRun run = volumes("-o json " + hourly + " " + daily);
  ASSERT_EQ(run.exit_code, app::kExitOk);
  const auto rows = nlohmann::json::parse(run.out);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["entity"], "0H4000000000001");
  EXPECT_EQ(rows[0]["records"], 1500);
  EXPECT_EQ(rows[0]["events"], 2);
  EXPECT_EQ(rows[0]["duplicates"], 1);
}

TEST_F(VolumesCommand, WrongUseIsToldApartFromAWrongFileAndAWrongConfiguration) {
  const std::string file = write("hourly.csv", kMorning);
  EXPECT_EQ(volumes("").exit_code, app::kExitUsage);
  EXPECT_EQ(volumes("-o xml " + file).exit_code, app::kExitUsage);
  EXPECT_EQ(volumes((folder_ / "none.csv").string()).exit_code, app::kExitFailure);
  EXPECT_EQ(volumes("--config " + (folder_ / "none.yaml").string() + " " + file).exit_code, app::kExitConfiguration);
}

}  // namespace
}  // namespace outflow::tests::volumes_command_test
