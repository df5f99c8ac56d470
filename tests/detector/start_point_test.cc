#include "detector/start_point.h"

#include <gtest/gtest.h>

namespace outflow::detector {
namespace start_point_test {
namespace {

CheckpointMark identity() {
  CheckpointMark mark;
  mark.cluster_id = "cluster";
  mark.topic = "in";
  mark.topic_id = "id";
  mark.group = "g";
  mark.partition_count = 8;
  return mark;
}

CheckpointMark at(std::int64_t offset) {
  CheckpointMark mark = identity();
  mark.offset = offset;
  mark.state_position = 3;
  return mark;
}

StartFacts facts(std::optional<std::int64_t> committed, std::optional<CheckpointMark> mark) {
  StartFacts made;
  made.partition = 2;
  made.committed = committed;
  made.mark = std::move(mark);
  made.bounds = {.low = 10, .high = 1'000};
  return made;
}

void expect_refused(const StartFacts& made, const std::string& says, const CheckpointMark& now = identity()) {
  const Result<StartPoint> start = find_start_point(made, now);
  ASSERT_FALSE(start.ok());
  EXPECT_EQ(start.error().code, ErrorCode::kRefuse);
  EXPECT_NE(start.error().message.find(says), std::string::npos) << start.error().message;
  EXPECT_NE(start.error().message.find("partition 2 of in"), std::string::npos) << start.error().message;
}

TEST(StartPoint, OfANewPartitionIsTheOldestRecordOrTheEnd) {
  StartFacts made = facts(std::nullopt, std::nullopt);
  ASSERT_TRUE(find_start_point(made, identity()).ok());
  EXPECT_EQ(find_start_point(made, identity())->checkpoint, 10);
  EXPECT_TRUE(find_start_point(made, identity())->fresh);
  made.start_at_latest = true;
  EXPECT_EQ(find_start_point(made, identity())->checkpoint, 1'000);
}

TEST(StartPoint, ReplaysFromTheCheckpointToTheCommittedOffset) {
  const Result<StartPoint> start = find_start_point(facts(500, at(400)), identity());
  ASSERT_TRUE(start.ok());
  EXPECT_EQ(start->checkpoint, 400);
  EXPECT_EQ(start->committed, 500);
  EXPECT_EQ(start->state_position, 3);
  EXPECT_FALSE(start->fresh);
}

TEST(StartPoint, AfterACrashBeforeTheFirstCommitIsTheInitialCheckpoint) {
  CheckpointMark mark = at(10);
  mark.initial = true;
  const Result<StartPoint> start = find_start_point(facts(std::nullopt, mark), identity());
  ASSERT_TRUE(start.ok());
  EXPECT_EQ(start->committed, 10);
}

TEST(StartPoint, RefusesWhatThisProgramCannotHaveMade) {
  expect_refused(facts(500, std::nullopt), "holds no checkpoint of it");
  expect_refused(facts(std::nullopt, at(400)), "has no committed offset");
  expect_refused(facts(300, at(400)), "is ahead of group");
  expect_refused(facts(500, at(5)), "the topic keeps only 10 and later");
  expect_refused(facts(2'000, at(400)), "beyond the topic's end 1000");
}

TEST(StartPoint, RefusesACheckpointOfSomethingElse) {
  CheckpointMark now = identity();
  now.cluster_id = "other";
  expect_refused(facts(500, at(400)), "written for Kafka cluster cluster, this is other", now);
  now = identity();
  now.topic_id = "id2";
  expect_refused(facts(500, at(400)), "deleted and created again", now);
  now = identity();
  now.group = "h";
  expect_refused(facts(500, at(400)), "written for group g, this is h", now);
  now = identity();
  now.partition_count = 9;
  expect_refused(facts(500, at(400)), "many partitions: 8, this is 9", now);
}

TEST(StartPoint, TakesATopicIdItCannotKnowAsRight) {
  CheckpointMark now = identity();
  now.topic_id.clear();
  EXPECT_TRUE(find_start_point(facts(500, at(400)), now).ok());
}

}  // namespace
}  // namespace start_point_test
}  // namespace outflow::detector
