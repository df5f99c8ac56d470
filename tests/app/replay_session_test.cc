#include "app/replay_session.h"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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

int run(const std::string& arguments) {
  const int status =
      std::system((std::string(OUTFLOW_BINARY) + " replay " + arguments + " 2>/dev/null >/dev/null").c_str());
  return WEXITSTATUS(status);
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
