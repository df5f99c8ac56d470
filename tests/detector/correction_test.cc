// Alerts that rest on what is not known yet: estimates, and rows whose integration is named later. One alert, corrected
// once, whatever comes when. Seeds are fixed, so nothing here fails by chance.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "features/state_io.h"
#include "tests/support/correction_worlds.h"

namespace outflow::correction_test {
namespace {

using detector::Alert;
using detector::Severity;
using test::PostedEvent;
using test::PostedWorld;
using test::Someone;

using namespace test::corrections;

void print(const std::vector<Alert>& alerts) {
  for (const Alert& alert : alerts) {
    std::cerr << alert.uid << "-" << alert.revision << " " << static_cast<int>(alert.severity) << " " << alert.sentence
              << "\n";
  }
}

class Corrections : public testing::TestWithParam<World> {};

TEST_P(Corrections, OneAlertIsCorrectedOnceToTheTrueNumberAndOwner) {
  const World& world = GetParam();
  PostedWorld peace;
  peace.run(life());
  ASSERT_TRUE(peace.alerts.empty());
  PostedWorld posted;
  posted.run(test::in_order(life(), world.events));
  print(posted.alerts);
  ASSERT_EQ(posted.alerts.size(), world.said);
  const Alert& first = posted.alerts.front();
  const Alert& last = posted.alerts.back();
  EXPECT_EQ(first.raised.ms, kTheftMs + 2'000) << "on the live record";
  EXPECT_EQ(first.estimated, world.estimated_first);
  EXPECT_EQ(first.sentence.find("read about") != std::string::npos, world.estimated_first);
  EXPECT_EQ(first.records_estimated, world.estimated_first ? kStolen : 0);
  EXPECT_GE(first.records, kStolen);
  for (std::size_t i = 0; i < posted.alerts.size(); ++i) {
    EXPECT_EQ(posted.alerts[i].uid, first.uid);
    EXPECT_EQ(posted.alerts[i].revision, i + 1);
  }
  EXPECT_EQ(last.entity_id, world.owner->id);
  EXPECT_FALSE(last.estimated);
  EXPECT_EQ(last.records_estimated, 0U);
  EXPECT_LE(last.raised.ms, kTheftMs + world.after_ms + 2'000);
  EXPECT_TRUE(last.classes.has(features::DataClass::kCaseText));
  ASSERT_TRUE(last.correction.has_value());
  // The window holds what the integration reads every day, too.
  const std::int64_t window = last.window == "1h" ? 1 : last.window == "6h" ? 6 : 24;
  const std::int64_t end = last.window_end.ms / kHour * kHour;
  const std::int64_t start = end - (window - 1) * kHour;
  EXPECT_EQ(static_cast<std::int64_t>(last.records),
            world.truth + peace.held(*world.owner, start, static_cast<std::int32_t>(window)));
  if (world.truth < kStolen / 2) {
    EXPECT_LT(last.severity, first.severity);
  }

  // What everybody took is right to the row, and only the thief's hours are explained.
  const features::Fingerprint pair = features::combine(test::key_of(kChat), test::key_of(kChatUser));
  EXPECT_EQ(posted.held(kChat, kTheftMs - kHour, 2), world.truth + peace.held(kChat, kTheftMs - kHour, 2));
  EXPECT_EQ(posted.held(pair, kTheftMs - kHour, 2), world.truth + peace.held(pair, kTheftMs - kHour, 2));
  EXPECT_LE(posted.held(kChatUser, kTheftMs - kHour, 2), peace.held(kChatUser, kTheftMs - kHour, 2));
  const Someone org{features::EntityType::kTenant, test::kTenant, ""};
  EXPECT_NEAR(static_cast<double>(posted.held(org, kTheftMs - kHour, 2)),
              static_cast<double>(peace.held(org, kTheftMs - kHour, 2)), 1'000);

  // Nobody has learnt the thief.
  for (const features::Fingerprint key : {test::key_of(kChat), test::key_of(kChatUser), pair, test::key_of(org)}) {
    const detector::Entity* stolen_from = posted.store.find(key);
    const detector::Entity* at_peace = peace.store.find(key);
    if (stolen_from == nullptr || at_peace == nullptr) continue;
    const std::int32_t hour = features::hour_of(features::EventTime{kTheftMs + 6 * 24 * kHour}).hour;
    const double upper = at_peace->baseline.band(detector::Window::k24h, hour).upper();
    EXPECT_LE(stolen_from->baseline.band(detector::Window::k24h, hour).upper(), 2.5 * upper + 3'000);
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, Corrections, testing::ValuesIn(worlds()),
                         [](const auto& world) { return world.param.name; });

// With two alerts already open, of the user and of the integration, the rows' own alert ends in the other.
TEST(Correction, RowsThatGoToAnIntegrationWithAnAlertOfItsOwnAreToldThere) {
  PostedEvent named = theft(kChat, 0, kTheftMs + kMinute);
  named.rows[0].records = 600'000;
  PostedEvent unnamed = theft(kChatUser, 0);
  unnamed.rows[0].records = 600'000;
  PostedWorld posted;
  posted.run(test::in_order(
      life(), {unnamed, named, late(3 * kHour, {rows(kChat, 600'000, 0), rows(kChatUser, -600'000, 0)})}));
  print(posted.alerts);
  std::vector<std::string> uids;
  for (const Alert& alert : posted.alerts) uids.push_back(alert.uid);
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  EXPECT_LE(uids.size(), 2U);
  const auto last_of = [&](const Someone& someone) {
    return std::find_if(posted.alerts.rbegin(), posted.alerts.rend(),
                        [&](const Alert& alert) { return alert.entity_id == someone.id; });
  };
  ASSERT_NE(last_of(kChat), posted.alerts.rend());
  EXPECT_GE(last_of(kChat)->records, 1'200'000U);
  ASSERT_NE(last_of(kChatUser), posted.alerts.rend());
  EXPECT_LT(last_of(kChatUser)->records, 100U);
  EXPECT_EQ(last_of(kChatUser)->severity, Severity::kLow);
}

// A nightly job's results are fetched with a filter; its estimate is the whole table, its truth a hundredth of it.
std::vector<PostedEvent> nightly_estimates(bool truth_comes) {
  const Someone job = test::integration("0H4ETL2", "Night Loader");
  std::vector<PostedEvent> events;
  for (int day = 0; day < 42; ++day) {
    const std::int64_t at = test::kOrgStartMs + (day * 24 + 3) * kHour + 7 * kMinute;
    PostedEvent event = theft(job, kStolen, at);
    event.actor = event.rows[0].actor = "005LOAD";
    event.ip = "192.0.2.99";
    event.agent = "Loader/1";
    event.query = 0x9999'0000'0000'0000;
    events.push_back(event);
    if (!truth_comes) continue;
    PostedEvent truth = late(0, {{at, job, "005LOAD", 12'000 + day * 10 - kStolen, -kStolen, true}});
    truth.time_ms = at;
    truth.log_ms = at + (3 + day % 4) * kHour;
    truth.uid = "truth" + std::to_string(day);
    truth.actor = "005LOAD";
    events.push_back(truth);
  }
  return events;
}

TEST(Estimate, OfANightlyFilteredPullNeverAlerts) {
  for (const bool truth_comes : {true, false}) {
    PostedWorld posted;
    posted.run(test::in_order(life(), nightly_estimates(truth_comes)));
    print(posted.alerts);
    EXPECT_TRUE(posted.alerts.empty()) << (truth_comes ? "with" : "without") << " the truth";
  }
}

TEST(Estimate, OfAHabitIsJudgedOnceTheTruthIsKnown) {
  std::vector<PostedEvent> events = nightly_estimates(true);
  PostedEvent& truth = events[2 * 40 + 1];
  truth.rows[0].records = -100'000;  // that night the same query took 1.1 M
  PostedWorld posted;
  posted.run(test::in_order(life(), events));
  print(posted.alerts);
  ASSERT_EQ(posted.alerts.size(), 1U);
  EXPECT_EQ(posted.alerts[0].raised.ms, truth.log_ms);
  EXPECT_EQ(posted.alerts[0].records, 1'100'000U);
  EXPECT_FALSE(posted.alerts[0].estimated);
}

// A job that the integration has run for five weeks is told to read one more table, or the same with a new filter.
std::vector<PostedEvent> new_query_on_the_last_day(bool filtered, bool elsewhere) {
  std::vector<PostedEvent> events = nightly_estimates(true);
  PostedEvent fresh = events[2 * 40];
  fresh.time_ms += 8 * kHour;
  fresh.rows[0].time_ms = fresh.log_ms = fresh.time_ms;
  fresh.uid = "fresh";
  fresh.query = 0x7777'0000'0000'0000;
  fresh.filtered = filtered;
  if (elsewhere) fresh.ip = "203.0.113.7";
  events.push_back(fresh);
  for (PostedEvent& event : events) event.filtered = filtered;
  return events;
}

TEST(Estimate, OfANewFilteredQueryWaitsForTheTruthUnlessItComesFromElsewhere) {
  for (const bool filtered : {true, false}) {
    for (const bool elsewhere : {true, false}) {
      PostedWorld posted;
      posted.run(test::in_order(life(), new_query_on_the_last_day(filtered, elsewhere)));
      print(posted.alerts);
      EXPECT_EQ(posted.alerts.empty(), filtered && !elsewhere) << filtered << elsewhere;
    }
  }
}

// The stolen token runs the job's own query from somewhere else: that is not its habit.
TEST(Estimate, OfAHabitFromANewAddressAlertsAtOnce) {
  std::vector<PostedEvent> events = nightly_estimates(true);
  PostedEvent stolen = events[2 * 40];
  stolen.time_ms += 8 * kHour;
  stolen.rows[0].time_ms = stolen.log_ms = stolen.time_ms;
  stolen.uid = "stolen";
  stolen.ip = "203.0.113.7";
  stolen.agent = "python-requests/2.32.4";
  events.push_back(stolen);
  PostedWorld posted;
  posted.run(test::in_order(life(), events));
  print(posted.alerts);
  ASSERT_FALSE(posted.alerts.empty());
  EXPECT_EQ(posted.alerts[0].raised.ms, stolen.log_ms);
  EXPECT_TRUE(posted.alerts[0].estimated);
}

// A known job begins to pull a part of a large object: the size of the object is no news of it.
TEST(Estimate, OfANewFilteredQueryBySomebodyWhoComesAsAlwaysWaitsForTheTruth) {
  enum class How : std::uint8_t { kFiltered, kWhole, kFromElsewhere };
  for (const How how : {How::kFiltered, How::kWhole, How::kFromElsewhere}) {
    std::vector<PostedEvent> events = nightly_estimates(true);
    for (PostedEvent& event : events) {
      if (!event.query || event.time_ms < kTheftMs) continue;
      event.query = 0x7777'0000'0000'0000;
      event.filtered = how != How::kWhole;
      if (how == How::kFromElsewhere) event.ip = "203.0.113.7";
    }
    PostedWorld posted;
    posted.run(test::in_order(life(), events));
    print(posted.alerts);
    EXPECT_EQ(posted.alerts.empty(), how == How::kFiltered) << static_cast<int>(how);
  }
}

TEST(Severity, SecretsAndFreeTextAreAStepMoreSevereWhereSomethingIsStrange) {
  using features::DataClass;
  using features::DataClasses;
  EXPECT_EQ(detector::severity_of(60'000, 0, true, {}), Severity::kHigh);
  EXPECT_EQ(detector::severity_of(60'000, 0, true, DataClass::kContact), Severity::kHigh);
  EXPECT_EQ(detector::severity_of(60'000, 0, true, DataClass::kCaseText), Severity::kCritical);
  EXPECT_EQ(detector::severity_of(2'000, 0, true, DataClass::kCredentials), Severity::kHigh);
  EXPECT_EQ(detector::severity_of(60'000, 0, false, DataClass::kCredentials), Severity::kHigh);
  EXPECT_EQ(detector::severity_of(500, 0, true, DataClass::kCredentials), Severity::kLow);
  EXPECT_EQ(detector::severity_of(1e9, 0, true, DataClass::kCredentials), Severity::kCritical);
}

// Replay with recorded decisions from any checkpoint brings back the same state, through moves and corrections.
class CorrectionRecovery : public testing::TestWithParam<World> {};

TEST_P(CorrectionRecovery, StateAndAlertsAreThoseOfAnUndisturbedRun) {
  std::vector<PostedEvent> recent(life().end() - std::min<std::ptrdiff_t>(life().size(), 14'000), life().end());
  const std::vector<PostedEvent> events = test::in_order(recent, GetParam().events);
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].uid.starts_with("theft") || events[i].uid.starts_with("late")) cuts.push_back(i);
  }
  ASSERT_FALSE(cuts.empty());
  PostedWorld undisturbed;
  undisturbed.run(events);
  features::MemoryState expected;
  undisturbed.store.encode_dirty(expected);
  if (cuts.size() > 4) cuts = {cuts.front(), cuts[1], cuts[cuts.size() / 2], cuts.back()};
  for (const std::size_t cut : cuts) {
    features::MemoryState state;
    PostedWorld before;
    before.run(events, 0, cut + 1);
    before.store.encode_dirty(state);
    PostedWorld after(&state);
    ASSERT_TRUE(after.store.load().ok());
    EXPECT_TRUE(after.run_decided(events, cut + 1, events.size(), undisturbed.decisions)) << cut;
    after.store.encode_dirty(state);
    EXPECT_TRUE(state.units() == expected.units()) << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, CorrectionRecovery, testing::ValuesIn(worlds()),
                         [](const auto& world) { return world.param.name; });

}  // namespace
}  // namespace outflow::correction_test
