// `outflow decode` as a user meets it: mappings and pins from the command line, several events in one line.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/shell_run.h"

namespace outflow::app::decode_command_test {
namespace {

using nlohmann::json;

class DecodeCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("outflow-decode-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static std::vector<json> decode(const std::string& arguments, int exit_code = 0) {
    const tests::ShellRun run = tests::run_shell(std::string(OUTFLOW_BINARY) + " decode " + arguments + " 2>/dev/null");
    EXPECT_EQ(run.exit_code, exit_code);
    std::vector<json> lines;
    std::istringstream text(run.out);
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
    return lines;
  }
  std::filesystem::path folder_;
};

constexpr const char* kMapping =
    "source: acme\nrecognise: [{has: [acmeVersion]}]\neach: events[*]\nevent_type: kind\ntime: at\n"
    "tenant: ^org\nrecords: rows\nsemantics: per_event\naction: report_export\nclasses: [financial, contact]\n";

TEST_F(DecodeCommand, AMappingFromTheCommandLineReadsEveryEventOfALine) {
  const std::string log = write(
      "acme.jsonl",
      R"({"acmeVersion":1,"org":"o1","events":[{"kind":"a","at":1755216000,"rows":5},{"kind":"b","at":1755216001}]})"
      "\n");
  const std::vector<json> lines = decode("--mapping " + write("acme.yaml", kMapping) + " " + log);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["source"], "acme");
  EXPECT_EQ(lines[0]["event_index"], 0);
  EXPECT_EQ(lines[0]["records"], 5);
  EXPECT_EQ(lines[0]["tenant_id"], "o1");
  EXPECT_EQ(lines[0]["classes"], json({"contact", "financial"}));
  EXPECT_EQ(lines[1]["event_index"], 1);
  EXPECT_EQ(lines[1]["line"], 1);
  EXPECT_TRUE(lines[1]["records"].is_null()) << "unknown, not zero";
}

TEST_F(DecodeCommand, APinReadsWhatItsContentWouldNotTell) {
  const std::string mapping = write("bare.yaml",
                                    "source: bare\nrecognise: [{has: [no.such.thing]}]\n"
                                    "event_type: kind\ntime: at\ntenant: org\n");
  const std::string log = write("bare.jsonl", R"({"kind":"a","at":"2025-08-15T00:00:00Z","org":"o1"})");
  EXPECT_TRUE(decode("--mapping " + mapping + " " + log, 1).empty());
  const std::vector<json> lines = decode("--mapping " + mapping + " --source bare " + log);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["source"], "bare");
  decode("--source no_such_source " + log, 78);
  decode("--mapping " + folder_.string() + "/missing.yaml " + log, 78);
}

}  // namespace
}  // namespace outflow::app::decode_command_test
