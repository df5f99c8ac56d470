// Coverage: delays, rhythms and gaps of feeds, and which thefts they would show.
#include "features/coverage.h"

#include <gtest/gtest.h>

#include <string>

#include "features/theft_coverage.h"
#include "tests/support/owned_event.h"

namespace outflow::tests::coverage_test {
namespace {

using namespace features;

constexpr std::int64_t kStart = 20'000 * kMsPerDay;

OwnedEvent event_of(Source source, const char* type, std::int64_t ms) {
  OwnedEvent event;
  event.source = source;
  event.type = type;
  event.time_ms = ms;
  return event;
}

struct World {
  Coverage coverage;
  void see(Source source, const char* type, std::int64_t log_ms, std::int64_t delay_ms, const char* tenant = "T") {
    OwnedEvent event = event_of(source, type, log_ms - delay_ms);
    event.tenant = tenant;
    coverage.observe(event.view(), fingerprint(tenant), LogTime{log_ms});
  }
  [[nodiscard]] const Feed& feed(Source source) const {
    return *coverage.tenants().front()->feeds[static_cast<std::size_t>(source)];
  }
  [[nodiscard]] bool gap(Source source) const { return feed(source).gap_open(coverage.now()); }
};

TEST(Coverage, TellsTypesTheirTimesAndTheirDelays) {
  World world;
  for (int i = 0; i < 100; ++i) {
    world.see(Source::kSalesforceRtem, "ApiEvent", kStart + i * 60'000, 3'000);
    world.see(Source::kSalesforceElf, "RestApi", kStart + i * 60'000, i < 99 ? 4 * kMsPerHour : 40 * kMsPerHour);
  }
  const FeedType& live = world.feed(Source::kSalesforceRtem).types.at(0);
  EXPECT_EQ(live.events, 100U);
  EXPECT_EQ(live.first_ms, kStart - 3'000);
  EXPECT_EQ(live.last_ms, kStart + 99 * 60'000 - 3'000);
  EXPECT_EQ(live.delays.quantile_ms(0.5), 4'000) << "the bound of the bucket of 2 to 4 s";
  const FeedType& late = world.feed(Source::kSalesforceElf).types.at(0);
  EXPECT_EQ(late.delays.quantile_ms(0.5), 16'384'000) << "2.3 to 4.6 h";
  EXPECT_EQ(late.delays.quantile_ms(0.99), 262'144'000);
}

TEST(Coverage, AGapIsJudgedByTheFeedsOwnRhythmAndTheLogGoingOn) {
  World world;
  // RTEM each minute; ELF once a night; mail on weekdays only. Four weeks.
  const auto day = [&](int number) {
    for (int minute = 0; minute < 24 * 60; minute += 5) {
      world.see(Source::kSalesforceRtem, "ApiEvent", kStart + number * kMsPerDay + minute * 60'000, 1'000);
    }
  };
  for (int number = 0; number < 28; ++number) {
    world.see(Source::kSalesforceElf, "RestApi", kStart + number * kMsPerDay + 1000, 20 * kMsPerHour);
    if (number % 7 < 5)
      world.see(Source::kM365, "MailItemsAccessed", kStart + number * kMsPerDay + 9 * kMsPerHour, kMsPerHour);
    day(number);
  }
  EXPECT_FALSE(world.gap(Source::kSalesforceRtem));
  EXPECT_FALSE(world.gap(Source::kSalesforceElf)) << "nearly a day: as always";
  EXPECT_FALSE(world.gap(Source::kM365)) << "a weekend";
  // Three more days without ELF and mail: only the one is beyond its rhythm.
  for (int number = 28; number < 31; ++number) day(number);
  EXPECT_TRUE(world.gap(Source::kSalesforceElf));
  EXPECT_FALSE(world.gap(Source::kM365)) << "its weekends are as long";
  EXPECT_EQ(world.coverage.open_gaps_ms()[static_cast<std::size_t>(Source::kSalesforceRtem)], 0);
  EXPECT_NEAR(static_cast<double>(world.coverage.open_gaps_ms()[static_cast<std::size_t>(Source::kSalesforceElf)]),
              4.0 * kMsPerDay, kMsPerHour);
  // RTEM stands still while another tenant's records go on.
  world.see(Source::kOkta, "user.session.start", kStart + 31 * kMsPerDay + 2 * kMsPerHour, 1'000, "U");
  EXPECT_TRUE(world.gap(Source::kSalesforceRtem));
  // It comes back: the gap is over, and known as the longest.
  world.see(Source::kSalesforceRtem, "ApiEvent", kStart + 31 * kMsPerDay + 3 * kMsPerHour, 1'000);
  EXPECT_FALSE(world.gap(Source::kSalesforceRtem));
  EXPECT_NEAR(static_cast<double>(world.feed(Source::kSalesforceRtem).longest_gap_ms), 3.0 * kMsPerHour, 600'000.0);
}

TEST(Coverage, AFeedWithoutARhythmHasNoGap) {
  World world;
  world.see(Source::kSalesforceRtem, "ApiEvent", kStart, 0);
  world.see(Source::kOkta, "x", kStart + 40 * kMsPerDay, 0);
  EXPECT_FALSE(world.gap(Source::kSalesforceRtem));
  EXPECT_EQ(world.feed(Source::kSalesforceRtem).usual_silence_ms(), 0);
}

TEST(Coverage, TheSameAfterARestart) {
  World world;
  for (int hour = 0; hour < 80; ++hour)
    world.see(Source::kSalesforceRtem, "ApiEvent", kStart + hour * kMsPerHour, 5'000);
  MemoryState state;
  world.coverage.encode_dirty(state);
  World restored;
  ASSERT_TRUE(restored.coverage.load(state).ok());
  for (World* each : {&world, &restored}) {
    each->see(Source::kSalesforceElf, "API", kStart + 81 * kMsPerHour, kMsPerHour);
    each->see(Source::kSalesforceElf, "API", kStart + 90 * kMsPerHour, kMsPerHour);
  }
  MemoryState one, two;
  world.coverage.encode_dirty(one);
  restored.coverage.encode_dirty(two);
  EXPECT_EQ(one.units(), two.units());
  EXPECT_TRUE(restored.gap(Source::kSalesforceRtem));
  const auto& [key, value] = *one.units().begin();
  for (std::size_t size = 0; size < value.size(); ++size) {
    MemoryState cut;
    cut.put(key, std::string_view(value).substr(0, size));
    EXPECT_FALSE(Coverage().load(cut).ok()) << size;
  }
}

std::string sights(const World& world) {
  std::string out;
  for (const TheftSight& sight : theft_sights(*world.coverage.tenants().front(), world.coverage.now())) {
    out += std::string(sight.theft) + ": " + std::string(name_of(sight.sight)) + (sight.gap ? " (gap)" : "") +
           (sight.shown_by.empty() ? "" : " by " + sight.shown_by) + "\n";
  }
  return out;
}

TEST(Coverage, SaysWhichTheftsWouldBeSeen) {
  World world;
  for (int hour = 0; hour < 72; ++hour) {
    world.see(Source::kSalesforceRtem, "ApiEvent", kStart + hour * kMsPerHour, 2'000);
    world.see(Source::kSalesforceElf, "RestApi", kStart + hour * kMsPerHour, 5 * kMsPerHour);
    world.see(Source::kSalesforceElf, "Report", kStart + hour * kMsPerHour, 5 * kMsPerHour);
    if (hour < 40)
      world.see(Source::kSalesforceSetupAudit, "insertConnectedApplication", kStart + hour * kMsPerHour, 60'000);
  }
  EXPECT_EQ(sights(world),
            "API query pull: live by salesforce_rtem ApiEvent\n"
            "Bulk API pull: unseen\n"
            "Report export: late by salesforce_elf Report\n"
            "List-view scraping: unseen\n"
            "Record views one by one: unseen\n"
            "File download: unseen\n"
            "Login from a new address: unseen\n"
            "App installed or approved: live by salesforce_setup_audit insertConnectedApplication\n");
  // A live feed that is slow in fact is not live.
  World slow;
  for (int hour = 0; hour < 72; ++hour)
    slow.see(Source::kSalesforceRtem, "ApiEvent", kStart + hour * kMsPerHour, 2 * kMsPerHour);
  EXPECT_EQ(sights(slow).substr(0, sights(slow).find('\n')), "API query pull: late by salesforce_rtem ApiEvent");
  // What has a gap is not relied on.
  for (int hour = 72; hour < 80; ++hour)
    slow.see(Source::kSalesforceElf, "RestApi", kStart + hour * kMsPerHour, 5 * kMsPerHour);
  EXPECT_EQ(sights(slow).substr(0, sights(slow).find('\n')), "API query pull: late (gap) by salesforce_elf RestApi");
}

TEST(Coverage, OfOtherSourcesTheActionsCountNotTheNames) {
  World world;
  const auto see = [&](Source source, const char* type, Action action, std::int64_t delay_ms = kMsPerHour) {
    OwnedEvent event = event_of(source, type, kStart - delay_ms);
    event.tenant = "T";
    event.action = action;
    world.coverage.observe(event.view(), fingerprint("T"), LogTime{kStart});
  };
  see(Source::kGoogleWorkspace, "sync_item_content", Action::kFileDownload);
  see(Source::kGoogleWorkspace, "edit", Action::kWrite);
  see(Source::kSnowflake, "LOGIN", Action::kAuth);
  see(Source::kSnowflake, "UNLOAD", Action::kBulkResult);
  see(Source::kOkta, "user.session.start", Action::kAuth, 1'000);
  const std::string expected =
      "Drive download: late by google_workspace sync_item_content\n"
      "Takeout and other exports: unseen\n"
      "Warehouse query: unseen\n"
      "Warehouse unload: late by snowflake UNLOAD\n"
      "App sign-in: live by okta user.session.start\n";
  EXPECT_EQ(sights(world), expected);
  MemoryState state;
  world.coverage.encode_dirty(state);
  World restored;
  ASSERT_TRUE(restored.coverage.load(state).ok());
  EXPECT_EQ(sights(restored), expected) << "what a type's records did is kept";
}

}  // namespace
}  // namespace outflow::tests::coverage_test
