// Each rule of docs/counting.md by itself, with its numbers.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/volume_world.h"

namespace outflow::tests::counter_rules_test {
namespace {

using namespace features;

TEST(QueryVolume, FiveHundredPagesThatEachRepeatAMillionCountAMillion) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < 500; ++i) (void)world.take(records.page(i * 0.01, 1'000'000, i == 0));
  EXPECT_EQ(world.of("005A").records, 1'000'000);
  EXPECT_EQ(world.of("005A").events, 500);
}

TEST(QueryVolume, TheSameTextQueriedAnewCountsAgain) {
  VolumeWorld world;
  RecordMaker records;
  world.take_all({records.page(0, 5000, true), records.page(1, 5000, false), records.page(2, 5000, true),
                  records.page(3, 5000, false)});
  EXPECT_EQ(world.of("005A").records, 10'000);
}

TEST(QueryVolume, ALateQuerySplitsItsPagesOnceWhicheverComesFirst) {
  RecordMaker records;
  std::vector<OwnedEvent> events = {records.page(0, 5000, true), records.page(1, 5000, false),
                                    records.page(2, 5000, true), records.page(3, 5000, false)};
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; });
  do {
    VolumeWorld world;
    world.take_all(events);
    ASSERT_EQ(world.of("005A").records, 10'000);
  } while (
      std::next_permutation(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; }));
}

TEST(QueryVolume, RowsOfThePagesRequestsJoinTheQueryInEitherOrder) {
  for (const bool pages_first : {true, false}) {
    VolumeWorld world;
    RecordMaker records;
    std::vector<OwnedEvent> pages, rows;
    for (int i = 0; i < 5; ++i) {
      const std::string request = "request" + std::to_string(i);
      pages.push_back(records.page(i, 10'000, i == 0, request.c_str()));
      rows.push_back(records.call("RestApi", i + 0.01, 2000, request.c_str()));
    }
    world.take_all(pages_first ? pages : rows);
    world.take_all(pages_first ? rows : pages);
    EXPECT_EQ(world.of("005A").records, 10'000);
    EXPECT_EQ(world.of("005A").events, 10);
  }
}

TEST(QueryVolume, ManyPagesOutOfOrderOverSeveralRunsAddUp) {
  VolumeWorld world;
  RecordMaker records;
  std::vector<OwnedEvent> events;
  for (int run = 0; run < 3; ++run) {
    for (int i = 0; i < 40; ++i) events.push_back(records.page(run * 100 + i, 80'000, i == 0));
  }
  std::reverse(events.begin(), events.end());
  world.take_all(events);
  EXPECT_EQ(world.of("005A").records, 240'000);
}

TEST(CallVolume, OneCallSeenByThreeSourcesCountsOnce) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent event = records.page(0, 1200, true, "R1");
  world.take_all({records.call("RestApi", 0, 1200, "R1"), event, records.usage(0, "R1", "0H4app"),
                  records.call("API", 0, 1200, "R1")});
  EXPECT_EQ(world.of("0H4app").records, 1200);
  EXPECT_EQ(world.of("0H4app").events, 4);
  EXPECT_EQ(world.of("005A").events, 0);
}

TEST(CallVolume, DifferentRowsOfOneTransactionAddUp) {
  VolumeWorld world;
  RecordMaker records;
  world.take_all({records.call("API", 0, 100, "R1"), records.call("API", 0.01, 50, "R1")});
  EXPECT_EQ(world.of("005A").records, 150);
}

TEST(CallVolume, ReportsOfOneTransactionAreRowsOfTheirOwn) {
  VolumeWorld world;
  RecordMaker records;
  world.take_all({records.call("RestApi", 0, 100, "R1"), records.report(0, 40, "R1"), records.report(1, 40, "R1")});
  EXPECT_EQ(world.of("005A").records, 180);
}

TEST(CallVolume, ACountMovesNothingWhateverItsRowsSay) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent count = records.page(0, 900'000, true, "R1");
  count.query_class = QueryClass::kCount;
  world.take_all({records.call("RestApi", 0, 900'000, "R1"), count});
  EXPECT_EQ(world.of("005A").records, 0);
  EXPECT_EQ(world.of("005A").events, 2);
}

TEST(CallVolume, WritesMoveNothing) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent write = records.call("API", 0, 200, "R1");
  write.action = Action::kWrite;
  (void)world.take(write);
  EXPECT_EQ(world.of("005A").records, 0);
}

TEST(CallVolume, BytesAddUpOverPagesAndAreNotDoubledBySources) {
  VolumeWorld world;
  RecordMaker records;
  for (const char* request : {"R1", "R2"}) {
    (void)world.take(records.page(0, 4000, request[1] == '1', request));
    for (const char* type : {"RestApi", "API"}) {
      OwnedEvent row = records.call(type, 0.5, 2000, request);
      row.bytes = 700;
      (void)world.take(row);
    }
  }
  EXPECT_EQ(world.of("005A").bytes, 1400);
  EXPECT_EQ(world.of("005A").records, 4000);
}

TEST(ExecutionVolume, FiftyOneChunksCountOnce) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < 51; ++i) (void)world.take(records.chunk(i * 0.01, 20'680, "execution"));
  EXPECT_EQ(world.of("005A").records, 20'680);
}

TEST(JobVolume, TheLargestOfAJobCountsInTheHourItWasReached) {
  for (const bool backwards : {false, true}) {
    VolumeWorld world;
    RecordMaker records;
    std::vector<OwnedEvent> states = {records.job(0, 100'000, "750J"), records.job(90, 250'000, "750J"),
                                      records.job(91, 250'000, "750J")};
    if (backwards) std::reverse(states.begin(), states.end());
    std::map<std::int32_t, std::int64_t> by_hour;
    for (const OwnedEvent& state : states) {
      for (const Posting& posting : world.take(state).postings) by_hour[posting.hour.hour] += posting.records;
    }
    EXPECT_EQ(world.of("005A").records, 250'000);
    EXPECT_EQ(by_hour[480'000], 100'000);
    EXPECT_EQ(by_hour[480'001], 150'000);
  }
}

TEST(UnknownVolume, AnExtractionWithoutACountIsUncountedNotZero) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent result =
      records.make(Source::kSalesforceRtem, "BulkApiResultEvent", 0, Action::kBulkResult, CountSemantics::kNone);
  result.proves_extraction = true;
  (void)world.take(result);
  EXPECT_EQ(world.of("005A").uncounted_events, 1);
  EXPECT_EQ(world.of("005A").events, 1);
}

TEST(Duplicates, HourlyThenDailyThenReplayAddNothing) {
  VolumeWorld world;
  RecordMaker records;
  std::vector<OwnedEvent> day;
  for (int i = 0; i < 200; ++i) day.push_back(records.call("RestApi", i * 7, 10, ("R" + std::to_string(i)).c_str()));
  world.take_all(day);
  world.take_all(day);
  const CountedEvent& again = world.take(day.front());
  EXPECT_EQ(again.freshness, Freshness::kDuplicate);
  EXPECT_TRUE(again.postings.empty());
  EXPECT_EQ(world.of("005A").records, 2000);
  EXPECT_EQ(world.of("005A").duplicates, 201);
}

TEST(Duplicates, TenantsDoNotInteract) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent one = records.call("RestApi", 0, 10, "R1"), two = one;
  two.tenant = "00Dother";
  world.take_all({one, two});
  ASSERT_EQ(world.report.rows().size(), 2U);
  for (const VolumeRow& row : world.report.rows()) EXPECT_EQ(row.records, 10);
}

TEST(Lateness, OlderThanTheHorizonIsLateAndNoVolume) {
  VolumeWorld world;
  RecordMaker records;
  world.take_all({records.report(0, 10), records.report(60.0 * 144, 20)});
  EXPECT_EQ(world.take(records.report(1, 30)).freshness, Freshness::kNew) << "exactly at the horizon";
  (void)world.take(records.report(60.0 * 146, 5));
  EXPECT_EQ(world.take(records.report(2, 30)).freshness, Freshness::kLate);
  EXPECT_EQ(world.counter.stats().late, 1U);
  EXPECT_EQ(world.of("005A").records, 65);
}

TEST(Lateness, ARecordDated2099ExpiresNothing) {
  VolumeWorld world;
  RecordMaker records;
  const OwnedEvent now = records.report(0, 10);
  OwnedEvent future = records.report(0, 1);
  future.time_ms += 73LL * 365 * kMsPerDay;
  (void)world.counter.count(now.view(), LogTime{now.time_ms});
  (void)world.counter.count(future.view(), LogTime{now.time_ms});
  EXPECT_EQ(world.counter.count(now.view(), LogTime{now.time_ms}).freshness, Freshness::kDuplicate);
  EXPECT_EQ(world.counter.watermark(fingerprint(now.tenant))->ms, now.time_ms + kMsPerHour);
}

TEST(Lateness, TheSlowestSourceHoldsTheFloorForHalfAHorizon) {
  VolumeWorld world;
  RecordMaker records;
  (void)world.take(records.call("RestApi", 0, 10, "R1"));
  OwnedEvent live = records.page(60.0 * 200, 1, true);
  (void)world.take(live);
  EXPECT_EQ(world.take(records.call("RestApi", 1, 10, "R2")).freshness, Freshness::kNew);
  (void)world.take(records.page(60.0 * 300, 1, true));
  EXPECT_EQ(world.take(records.call("RestApi", 2, 10, "R3")).freshness, Freshness::kLate);
}

TEST(Limits, ForgettingTheOldestHoursIsCountedAndCountsNothingTwice) {
  CountingOptions options;
  options.max_entries = 300;
  options.cut_late = false;
  VolumeWorld world(options);
  RecordMaker records;
  std::vector<OwnedEvent> events;
  for (int i = 0; i < 2000; ++i) events.push_back(records.call("RestApi", i, 1, ("R" + std::to_string(i)).c_str()));
  world.take_all(events);
  EXPECT_GT(world.counter.stats().forgotten_entries, 0U);
  EXPECT_EQ(world.of("005A").records, 2000);
  world.take_all(events);
  EXPECT_EQ(world.of("005A").records, 2000) << "what was forgotten is late, not new";
}

}  // namespace
}  // namespace outflow::tests::counter_rules_test
