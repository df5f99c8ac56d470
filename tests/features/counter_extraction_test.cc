// One pull that several records tell of: when its estimate shows, how the truth replaces it, and who takes it.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/pull_maker.h"

namespace outflow::tests::counter_extraction_test {
namespace {

using namespace features;

constexpr double kHours = 60, kDays = 24 * 60;

struct Told {
  std::int64_t records = 0, estimated = 0;
  bool moved = false, settles = false;
};
Told told(const CountedEvent& counted) {
  Told told;
  for (const Posting& posting : counted.postings) {
    told.records += posting.records;
    told.estimated += posting.estimated;
    told.moved = told.moved || posting.moved;
  }
  told.settles = counted.settles_estimate;
  return told;
}

TEST(Extraction, AnEstimateIsPostedAtOnceAndTakenBackOnce) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(m.count(0, 1000));
  const Told first = told(world.take(m.download(5)));
  EXPECT_EQ(first.records, 1000);
  EXPECT_EQ(first.estimated, 1000);
  EXPECT_FALSE(first.moved) << "the first sight of rows is no correction";
  const Told second = told(world.take(m.download(6)));
  EXPECT_EQ(second.records, 0);
  EXPECT_FALSE(second.moved);
  const Told truth = told(world.take(m.job_row(4, 980)));
  EXPECT_EQ(truth.records, -20);
  EXPECT_EQ(truth.estimated, -1000);
  EXPECT_TRUE(truth.moved);
  EXPECT_TRUE(truth.settles);
  const Told again = told(world.take(m.job_row(4.5, 980)));
  EXPECT_EQ(again.records, 0);
  EXPECT_EQ(again.estimated, 0);
  EXPECT_FALSE(again.settles);
  EXPECT_EQ(world.counter.stats().estimates, 1U);
  EXPECT_EQ(world.counter.stats().estimates_settled, 1U);
  EXPECT_EQ(world.counter.stats().sizes_learnt, 1U);
}

TEST(Extraction, ASizeLearntLateMakesTheEstimateAndTakesTheUncountedBack) {
  VolumeWorld world;
  PullMaker m;
  EXPECT_EQ(world.take(m.download(0)).postings[0].uncounted, 1);
  const CountedEvent& counted = world.take(m.count(60, 1000));
  std::int64_t uncounted = 0;
  for (const Posting& posting : counted.postings) uncounted += posting.uncounted;
  EXPECT_EQ(uncounted, -1);
  EXPECT_EQ(world.of("005A").records, 1000);
  EXPECT_EQ(world.of("005A").uncounted_events, 0);
  EXPECT_EQ(world.of("005A").events, 2);
}

TEST(Extraction, TheTruthCountsInTheHoursOfTheJob) {
  PullMaker m;
  const TakenTable table = count_in_order({m.count(0, 1000), m.download(5), m.job_row(50, 400), m.job_row(70, 980)});
  std::map<std::int64_t, std::int64_t> by_hour;
  for (const auto& [key, taken] : table) by_hour[key.hour] += taken.records;
  EXPECT_EQ(by_hour[480'000], 400);
  EXPECT_EQ(by_hour[480'001], 580);
}

TEST(Extraction, TheAppNamedByAnyOfItsRecordsTakesItAll) {
  PullMaker m;
  const OwnedEvent size = by(m.count(0, 1000), "005other");
  OwnedEvent named = m.download(5);
  named.app = "0H4app";
  const std::vector<std::vector<OwnedEvent>> ways = {
      {size, named, m.job_row(4, 980)},                                                      // its download
      {size, m.download(5), m.job_row(4, 980, "750J", "R1"), m.usage(300, "R1", "0H4app")},  // its job's request
      {size, in(m.download(5), "S1"), m.job_row(4, 980), in(m.usage(20 * kHours, "", "0H4app"), "S1")},  // its session
      {size, in(m.download(5), "S1"), in(m.usage(20 * kHours, "", "0H4app"), "S1"), m.job_row(4, 980)},
  };
  for (const auto& events : ways) {
    const TakenTable table = count_in_order(events);
    EXPECT_EQ(sum_of(table, "integration:0H4app"), (Sum{980, 0, 0}));
    EXPECT_EQ(sum_of(table), (Sum{980, 0, 0}));
    EXPECT_EQ(table, true_volumes(events));
  }
}

TEST(Extraction, AnEstimateMovesWithItsSessionAsAnEstimate) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(by(m.count(0, 1000), "005other"));
  (void)world.take(in(m.download(5), "S1"));
  const CountedEvent& counted = world.take(in(m.usage(600, "", "0H4app"), "S1"));
  std::map<std::string, Told> by_owner;
  for (const Posting& posting : counted.postings) {
    Told& owner = by_owner[std::string(posting.owner.id)];
    owner.records += posting.records;
    owner.estimated += posting.estimated;
    owner.moved = owner.moved || posting.moved;
  }
  EXPECT_EQ(by_owner["0H4app"].estimated, 1000);
  EXPECT_EQ(by_owner["0H4app"].records, 1000);
  EXPECT_EQ(by_owner["005A"].estimated, -1000);
  EXPECT_TRUE(by_owner["005A"].moved);
  EXPECT_EQ(told(world.take(m.job_row(6, 980))).estimated, -1000);
  EXPECT_EQ(world.of("0H4app").records, 980);
}

TEST(Extraction, ClassesAndObjectsGoWithTheRowsWhenTheyMove) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(by(m.count(0, 1000), "005other"));
  OwnedEvent pull = in(m.download(5), "S1");
  pull.classes = DataClasses(DataClass::kContact) | DataClass::kFinancial;
  const auto all_have = [&](const CountedEvent& counted, int least) {
    int rows = 0;
    for (const Posting& posting : counted.postings) {
      if (posting.records == 0) continue;
      ++rows;
      EXPECT_EQ(posting.classes, pull.classes);
      ASSERT_EQ(posting.objects.size(), 1U);
      EXPECT_EQ(posting.objects[0], "Contact");
    }
    EXPECT_GE(rows, least);
  };
  all_have(world.take(pull), 1);
  all_have(world.take(in(m.usage(600, "", "0H4app"), "S1")), 2);
}

TEST(Extraction, ARepeatedDownloadIsADuplicateOfWhoeverOwnsIt) {
  VolumeWorld world;
  PullMaker m;
  OwnedEvent pull = m.download(5);
  world.take_all({m.count(0, 1000), pull, m.job_row(4, 980, "750J", "R1"), m.usage(300, "R1", "0H4app")});
  const CountedEvent& again = world.take(pull);
  EXPECT_EQ(again.freshness, Freshness::kDuplicate);
  EXPECT_TRUE(again.postings.empty());
  EXPECT_EQ(again.owner.id, "0H4app");
}

TEST(Extraction, MoreThanAPoolHoldsCountByThemselvesAndAreCounted) {
  Counter counter;
  PullMaker m;
  TakenTable table;
  for (int i = 0; i < 1100; ++i) {
    const std::string id = "750J" + std::to_string(i);
    const OwnedEvent row = m.job_row(i * 0.1, 10, id.c_str());
    add_postings(table, row.tenant, counter.count(row.view(), LogTime{row.time_ms}));
  }
  EXPECT_EQ(sum_of(table).records, 11'000);
  EXPECT_EQ(counter.stats().forgotten_entries, 1100U - 1024U);
}

TEST(Extraction, ThousandsOfDownloadsAreOneEstimateAndItsTruthReplacesIt) {
  Counter counter;
  PullMaker m;
  TakenTable table;
  const auto take = [&](const OwnedEvent& event) {
    add_postings(table, event.tenant, counter.count(event.view(), LogTime{event.time_ms}));
  };
  take(m.count(0, 1000));
  for (int i = 0; i < 4000; ++i) take(m.download(1 + i * 0.05));
  EXPECT_EQ(sum_of(table), (Sum{1000, 1000, 0}));
  EXPECT_GT(counter.stats().folded, 3000U);
  take(m.job_row(1, 990));
  EXPECT_EQ(sum_of(table), (Sum{990, 0, 0}));
  std::int64_t events = 0;
  for (const auto& [key, taken] : table) events += taken.events;
  EXPECT_EQ(events, 4002);
}

TEST(Extraction, ALongJobWithoutCountsIsOneEstimateHoweverManyItsBatches) {
  Counter counter;
  PullMaker m;
  TakenTable table;
  const auto take = [&](const OwnedEvent& event) {
    add_postings(table, event.tenant, counter.count(event.view(), LogTime{event.time_ms}));
  };
  take(m.count(0, 1000));
  for (int i = 0; i < 5000; ++i) take(m.job_row(1 + i * 0.01, {}));
  EXPECT_EQ(sum_of(table), (Sum{1000, 1000, 0}));
  take(m.job_row(60, 990));
  EXPECT_EQ(sum_of(table), (Sum{990, 0, 0}));
}

TEST(Extraction, PairsMemoriesAndEstimatesSurviveARestart) {
  PullMaker m;
  const std::vector<OwnedEvent> before = {m.count(0, 1000), m.download(5), m.bulk_query(200), m.filtered(700, 4),
                                          m.report_row(0, 70)};
  const std::vector<OwnedEvent> after = {m.job_row(4, 980, "750A"), m.job_row(201, 950, "750B"), m.download(900, 3),
                                         m.report_export(400)};
  MemoryState state;
  TakenTable table;
  std::vector<OwnedEvent> all = before;
  all.insert(all.end(), after.begin(), after.end());
  {
    Counter counter({}, &state);
    for (const OwnedEvent& e : before)
      add_postings(table, e.tenant, counter.count(e.view(), LogTime{after[2].time_ms}));
    counter.encode_dirty(state);
  }
  Counter counter({}, &state);
  ASSERT_TRUE(counter.load().ok());
  for (const OwnedEvent& e : after) add_postings(table, e.tenant, counter.count(e.view(), LogTime{after[2].time_ms}));
  EXPECT_EQ(table, true_volumes(all));
  EXPECT_EQ(sum_of(table).estimated, 1000 + 1000 + 70);
}

TEST(Extraction, SizesOutliveTheHorizonForAMonth) {
  VolumeWorld world;
  PullMaker m;
  (void)world.take(m.count(0, 1000));
  for (int day = 1; day <= 25; ++day)
    (void)world.take(by(of(m.job_row(day * kDays, 1, ("750" + std::to_string(day)).c_str()), "Case"), "005B"));
  (void)world.take(m.download(25 * kDays));
  EXPECT_EQ(world.of("005A").records, 1000);
}

}  // namespace
}  // namespace outflow::tests::counter_extraction_test
