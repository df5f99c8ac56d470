// Groups of a hundred thousand records: counted to the row, in time and memory that do not grow with them.
#include <gtest/gtest.h>

#include "tests/support/volume_world.h"

namespace outflow::tests::counter_large_group_test {
namespace {

using namespace features;

constexpr int kMany = 100'000;

std::size_t largest_unit(VolumeWorld& world) {
  MemoryState state;
  world.counter.encode_dirty(state);
  std::size_t largest = 0;
  for (const auto& [key, value] : state.units()) {
    if (key.starts_with("cg")) largest = std::max(largest, value.size());
  }
  return largest;
}

TEST(LargeGroup, AJobOfManyBatchesCountsItsLastProgressAndMovesAsAWhole) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < kMany; ++i) (void)world.take(records.job(i * 0.001, 10U * (i + 1), "750J", ""));
  EXPECT_EQ(world.of("005A").records, 10 * kMany);
  EXPECT_EQ(world.of("005A").events, kMany);
  EXPECT_GT(world.counter.stats().folded, 90'000U);
  EXPECT_LT(largest_unit(world), 200'000U);
  OwnedEvent name = records.job(101, 0, "750J", "R1");
  name.app = "0H4app";
  (void)world.take(name);
  EXPECT_EQ(world.of("0H4app").records, 10 * kMany);
  EXPECT_EQ(world.of("0H4app").events, kMany + 1);
  EXPECT_EQ(world.of("005A").events, 0);
}

TEST(LargeGroup, AJobWhoseBatchesEachHaveARequestLinksOnlySoMany) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < kMany / 4; ++i) {
    (void)world.take(records.job(i * 0.001, 10U * (i + 1), "750J", ("R" + std::to_string(i)).c_str()));
  }
  EXPECT_EQ(world.of("005A").records, 10 * (kMany / 4));
  EXPECT_LT(largest_unit(world), 200'000U);
}

TEST(LargeGroup, AnExecutionOfManyChunksCountsOnce) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < kMany; ++i) (void)world.take(records.chunk(i * 0.001, 20'680, "execution"));
  EXPECT_EQ(world.of("005A").records, 20'680);
  EXPECT_EQ(world.of("005A").events, kMany);
  EXPECT_LT(largest_unit(world), 200'000U);
}

TEST(LargeGroup, AQueryOfManyPagesCountsOnceWhateverItsCallsSay) {
  for (const bool call_first : {false, true}) {
    VolumeWorld world;
    RecordMaker records;
    const int pages = call_first ? 3000 : kMany / 4;
    (void)world.take(records.page(0, 1'000'000, true, "R"));
    for (int i = 1; i < pages; ++i) {
      const std::string request = "R" + std::to_string(i);
      const OwnedEvent page = records.page(i * 0.001, 1'000'000, false, request.c_str());
      const OwnedEvent call = records.call("RestApi", i * 0.001 + 0.0005, 50, request.c_str());
      world.take_all(call_first ? std::vector{call, page} : std::vector{page, call});
    }
    EXPECT_EQ(world.of("005A").records, std::max(1'000'000, 50 * (pages - 1)));
    EXPECT_EQ(world.of("005A").events, 2 * pages - 1);
    EXPECT_LT(largest_unit(world), 200'000U);
  }
}

TEST(LargeGroup, FoldedRowsSurviveARestart) {
  const auto fill = [](VolumeWorld& world, RecordMaker& records) {
    for (int i = 0; i < 3000; ++i) (void)world.take(records.job(i * 0.01, 10U * (i + 1), "750J", ""));
  };
  VolumeWorld world;
  RecordMaker records;
  fill(world, records);
  MemoryState state, again;
  world.counter.encode_dirty(state);
  Counter restored({}, &state);
  ASSERT_TRUE(restored.load().ok());
  OwnedEvent name = records.job(40, 1, "750J");
  name.app = "0H4app";
  std::int64_t events = 0;
  for (const Posting& posting : restored.count(name.view(), LogTime{name.time_ms}).postings) {
    if (posting.owner.id == "0H4app") events += posting.events;
  }
  EXPECT_EQ(events, 3001);
}

}  // namespace
}  // namespace outflow::tests::counter_large_group_test
