#include "app/replay_session.h"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/org_weeks.h"

namespace outflow::replay_session_test {
namespace {

using app::ReplayClock;
using app::ReplaySession;

TEST(ReplayClock, IsTheHighestEventTimeReadSoFar) {
  ReplayClock clock;
  EXPECT_EQ(clock.at({1'000}).ms, 1'000);
  EXPECT_EQ(clock.at({500}).ms, 1'000);
  EXPECT_EQ(clock.at({2'000}).ms, 2'000);
}

TEST(ReplayClock, OneRecordFromTheFutureDoesNotEndTheReplay) {
  ReplayClock clock;
  EXPECT_EQ(clock.at({1'000}).ms, 1'000);
  EXPECT_EQ(clock.at({4'070'908'800'000}).ms, 1'000);
  EXPECT_EQ(clock.at({3'000}).ms, 3'000);
}

TEST(ReplayClock, ALeapThatThreeRecordsAgreeOnIsALeap) {
  ReplayClock clock;
  const std::int64_t later = 40 * features::kMsPerDay;
  EXPECT_EQ(clock.at({0}).ms, 0);
  EXPECT_EQ(clock.at({later}).ms, 0);
  EXPECT_EQ(clock.at({later + 1}).ms, 0);
  EXPECT_EQ(clock.at({later + 2}).ms, later + 2);
}

TEST(ReplaySession, AlertsNameTheFileAndLineOfTheFiringRecord) {
  std::vector<nlohmann::json> alerts;
  ReplaySession session({}, [&](std::string_view line) { alerts.push_back(nlohmann::json::parse(line)); });
  const std::int64_t theft = test::kOrgStartMs + (20 * 24 + 11) * features::kMsPerHour;
  const auto events = test::merged(test::org_life({.seed = 7, .days = 21, .people = 5}),
                                   test::chat_theft(theft, test::TheftShape::kOneRow));
  test::EventView view;
  connectors::Decoded decoded;
  std::uint64_t line = 0;
  std::uint64_t theft_line = 0;
  for (const auto& event : events) {
    ++line;
    if (event.time_ms == theft && event.uid == "theft0") theft_line = line;
    decoded.event = view.of(event);
    session.take(decoded, "audit.jsonl", line);
  }
  decoded.reject = connectors::RejectReason::kMalformedJson;
  session.take(decoded, "audit.jsonl", ++line);

  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts[0]["evidences"][0]["data"], (nlohmann::json{{"file", "audit.jsonl"}, {"line", theft_line}}));
  EXPECT_EQ(alerts[0]["time"], theft);
  const auto summary = session.summary();
  EXPECT_EQ(summary.records, events.size());
  EXPECT_EQ(summary.rejected, 1U);
  EXPECT_NE(app::describe(summary).find("malformed_json 1"), std::string::npos) << app::describe(summary);
}

// A file ends where a stream would go on: what waited for the burst to be over is told there, once.
TEST(ReplaySession, TheEndOfAFileTellsTheWholeOfABurstThatItEndsIn) {
  std::vector<nlohmann::json> alerts;
  ReplaySession session({}, [&](std::string_view line) { alerts.push_back(nlohmann::json::parse(line)); });
  const std::int64_t theft = test::kOrgStartMs + (20 * 24 + 11) * features::kMsPerHour;
  auto events = test::merged(test::org_life({.seed = 7, .days = 21, .people = 5}),
                             test::chat_theft(theft, test::TheftShape::kOneRow));
  const auto first = std::find_if(events.begin(), events.end(),
                                  [&](const auto& event) { return event.time_ms == theft && event.uid == "theft0"; });
  ASSERT_NE(first, events.end());
  // The pull goes on in small steps, each too little for an update of its own; then the file ends.
  std::vector<test::LoggedEvent> steps(events.begin(), first + 1);
  for (int step = 1; step <= 4; ++step) {
    test::LoggedEvent more = *first;
    more.uid = "step" + std::to_string(step);
    more.time_ms += step * 30'000;
    more.records = first->records / 10;
    steps.push_back(more);
  }
  test::EventView view;
  connectors::Decoded decoded;
  std::uint64_t line = 0;
  for (const auto& event : steps) {
    decoded.event = view.of(event);
    session.take(decoded, "audit.jsonl", ++line);
  }
  ASSERT_EQ(alerts.size(), 1U);
  session.finish();
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[1]["finding_info"]["uid"], alerts[0]["finding_info"]["uid"]);
  EXPECT_EQ(alerts[1]["activity_id"], 2);
  EXPECT_EQ(alerts[1]["evidences"][0]["data"], (nlohmann::json{{"file", "audit.jsonl"}, {"line", line}}));
  const auto records = [](const nlohmann::json& alert) {
    return alert["unmapped"]["outflow"]["records"].get<std::uint64_t>();
  };
  EXPECT_EQ(records(alerts[1]), records(alerts[0]) + 4 * (first->records / 10));
  session.finish();
  EXPECT_EQ(alerts.size(), 2U) << "once";
  EXPECT_EQ(session.summary().stats.alerts_updated, 1U);
}

int run(const std::string& arguments) {
  const int status =
      std::system((std::string(OUTFLOW_BINARY) + " replay " + arguments + " 2>/dev/null >/dev/null").c_str());
  return WEXITSTATUS(status);
}

TEST(ReplayCommand, NamesTheClassesThatTheInstallationAdded) {
  const std::string folder = testing::TempDir() + "/outflow_own_classes";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/exposure.yaml")
      << "classes: [telemetry]\nobjects:\n  - {names: [Trip__c], holds: [telemetry]}\n";
  std::ofstream(folder + "/outflow.yaml") << "exposure: " << folder << "/exposure.yaml\n";
  std::ofstream log(folder + "/log.csv");
  log << "EVENT_TYPE,TIMESTAMP_DERIVED,REQUEST_ID,ORGANIZATION_ID,USER_ID,ROWS_PROCESSED,CONNECTED_APP_ID,ENTITY_"
         "NAME\n";
  for (int day = 1; day <= 20; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      const std::string time = fmt::format("2026-08-{:02}T{:02}", day, hour);
      const int rows = day == 20 && hour == 23 ? 2'000'000 : 100;
      log << "RestApi," << time << ":05:00.000Z,R" << time << ",00D000000000001,005000000000001," << rows
          << ",0H4000000000001,Trip__c\n";
    }
  }
  log.close();
  ASSERT_EQ(run("--config " + folder + "/outflow.yaml --output " + folder + "/alerts.jsonl " + folder + "/log.csv"), 0);
  std::ifstream alerts(folder + "/alerts.jsonl");
  std::string line;
  ASSERT_TRUE(std::getline(alerts, line));
  const auto alert = nlohmann::json::parse(line);
  EXPECT_EQ(alert["unmapped"]["outflow"]["data_classes"], nlohmann::json::array({"telemetry"}));
  EXPECT_NE(alert["message"].get<std::string>().find(" Data touched: telemetry."), std::string::npos);
}

TEST(ReplayCommand, SaysByItsExitCodeWhatWentWrong) {
  const std::string folder = testing::TempDir() + "/outflow_replay";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/empty.jsonl") << "";
  std::ofstream(folder + "/bad.yaml") << "no_such_key: 1\n";
  EXPECT_EQ(run(folder + "/empty.jsonl"), 0);
  EXPECT_EQ(run(folder + "/missing.jsonl"), 1);
  EXPECT_EQ(run("--output /nowhere/alerts.jsonl " + folder + "/empty.jsonl"), 1);
  EXPECT_EQ(run("--config " + folder + "/bad.yaml " + folder + "/empty.jsonl"), 78);
  EXPECT_EQ(run("--no-such-option x"), 2);
  EXPECT_EQ(run(""), 2);
}

}  // namespace
}  // namespace outflow::replay_session_test
