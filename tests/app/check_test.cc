// `outflow check` as a user meets it: exit codes, and what goes to which stream.
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/shell_run.h"

namespace outflow::app::check_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using tests::ShellRun;

// Standard output only, unless `arguments` say otherwise.
ShellRun outflow(const std::string& arguments) {
  return tests::run_shell(std::string(OUTFLOW_BINARY) + " " + arguments);
}

class Check : public ::testing::Test {
 protected:
  std::string write(const std::string& yaml) {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("outflow-check-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
    const std::string path = folder_ / "outflow.yaml";
    std::ofstream(path) << yaml;
    return path;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  std::filesystem::path folder_;
};

TEST_F(Check, AValidFileExitsZero) {
  const ShellRun run = outflow("check --config " + write("input: {topics: [a]}\n") + " 2>&1");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("outflow.yaml: valid"));
}

TEST_F(Check, AnInvalidFileExits78AndTellsEverythingOnStandardError) {
  const std::string path = write("wrokers: 1\nlog: {level: x}\n");
  EXPECT_EQ(outflow("check --config " + path + " 2>/dev/null").exit_code, 78);
  EXPECT_THAT(outflow("check --config " + path + " 2>/dev/null").out, IsEmpty());
  const ShellRun run = outflow("check --config " + path + " 2>&1");
  EXPECT_THAT(run.out, HasSubstr(path + ":1:1: unknown key 'wrokers' (did you mean 'workers'?)"));
  EXPECT_THAT(run.out, HasSubstr(path + ":2:14: log.level: expected one of"));
}

TEST_F(Check, WhatIsWrongWithMappingsExposureAndPinsIsToldWhereItStands) {
  const std::string path = write("input: {topics: [a], sources: {a: acme}}\n");
  const std::string mapping = folder_ / "acme.yaml";
  const std::string exposure = folder_ / "exposure.yaml";
  std::ofstream(path) << "input: {topics: [a], sources: {a: acme}}\nmappings: ['" << mapping << "']\nexposure: '"
                      << exposure << "'\n";
  std::ofstream(mapping) << "source: acme\nrecognise: [{has: [x]}]\nevent_tipe: kind\ntime: when\n";
  std::ofstream(exposure) << "objects:\n  - names: [Invoice__c]\n    holds: [no_such_class]\n";
  const ShellRun wrong = outflow("check --config " + path + " 2>&1");
  EXPECT_EQ(wrong.exit_code, 78);
  EXPECT_THAT(wrong.out, HasSubstr(mapping + ":3:1: "));
  EXPECT_THAT(wrong.out, HasSubstr(exposure + ":3:"));
  EXPECT_THAT(wrong.out, Not(HasSubstr("valid")));
  const auto json = nlohmann::json::parse(outflow("check -o json --config " + path).out);
  EXPECT_FALSE(json.at("valid").get<bool>());
  EXPECT_EQ(json.at("problems").at(0).at("file"), mapping);
  EXPECT_EQ(json.at("problems").at(0).at("line"), 3);

  std::ofstream(mapping) << "source: acme\nrecognise: [{has: [x]}]\nevent_type: kind\ntime: when\n";
  std::ofstream(exposure) << "objects:\n  - names: [Invoice__c]\n    holds: [financial]\n";
  EXPECT_EQ(outflow("check --config " + path + " 2>&1").exit_code, 0);
  std::ofstream(path) << "input: {topics: [a], sources: {a: acmee}}\nmappings: ['" << mapping << "']\n";
  const ShellRun pinned = outflow("check --config " + path + " 2>&1");
  EXPECT_EQ(pinned.exit_code, 78);
  EXPECT_THAT(pinned.out, HasSubstr(path + ":1:32: input.sources.a: there is no source 'acmee'; there are "));
  std::filesystem::remove(mapping);
  EXPECT_THAT(outflow("check --config " + path + " 2>&1").out, HasSubstr(mapping + ": cannot be read"));
}

TEST_F(Check, PrintShowsTheEffectiveConfigurationWithoutSecrets) {
  const std::string path =
      write("input: {topics: [a]}\nkafka: {properties: {sasl.password: '${OUTFLOW_TEST_PASSWORD}'}}\n");
  ::setenv("OUTFLOW_TEST_PASSWORD", "swordfish", 1);
  const ShellRun run = outflow("check --print --config " + path + " 2>&1");
  ::unsetenv("OUTFLOW_TEST_PASSWORD");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("sasl.password: \"[redacted]\""));
  EXPECT_THAT(run.out, HasSubstr("checkpoint_interval_ms: 30s"));
  EXPECT_THAT(run.out, Not(HasSubstr("swordfish")));
}

TEST_F(Check, JsonCarriesEachProblemWithItsPosition) {
  const ShellRun run = outflow("check -o json --config " + write("\nwrokers: 1\n"));
  EXPECT_EQ(run.exit_code, 78);
  const nlohmann::json report = nlohmann::json::parse(run.out, nullptr, false);
  ASSERT_TRUE(report.is_object()) << run.out;
  EXPECT_EQ(report["valid"], false);
  EXPECT_EQ(report["problems"][0]["line"], 2);
  EXPECT_EQ(report["problems"][0]["column"], 1);
}

TEST_F(Check, AMissingFileIsAnInvalidConfigurationAndAWrongOptionIsUsage) {
  EXPECT_EQ(outflow("check --config /does/not/exist 2>/dev/null").exit_code, 78);
  EXPECT_EQ(outflow("check --frobnicate 2>/dev/null").exit_code, 2);
  EXPECT_EQ(outflow("check -o xml 2>/dev/null").exit_code, 2);
}

}  // namespace
}  // namespace outflow::app::check_test
