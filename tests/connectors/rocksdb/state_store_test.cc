#include "connectors/rocksdb/state_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "connectors/rocksdb/checkpoint_mark.h"
#include "connectors/rocksdb/checkpoint_thread.h"

namespace outflow::connectors {
namespace state_store_test {
namespace {

class RocksState : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "outflow-rocksdb-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::unique_ptr<RocksStateStore> open() {
    auto store = RocksStateStore::open(directory_ + "/state", "in");
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return store.ok() ? std::move(store).value() : nullptr;
  }
  static detector::CheckpointMark mark_at(std::int64_t offset) {
    detector::CheckpointMark mark;
    mark.offset = offset;
    mark.topic = "in";
    return mark;
  }
  std::string directory_;
};

TEST_F(RocksState, KeepsUnitsAndMarkOfACheckpointOverARestart) {
  std::string instance;
  {
    const auto store = open();
    instance = store->instance();
    const auto partition = std::move(store->open(3)).value();
    EXPECT_FALSE(partition->mark()->has_value());
    const auto batch = partition->new_batch();
    batch->put("a1", "one");
    batch->put("a2", std::string("t\0o", 3));
    batch->put("b1", "three");
    ASSERT_TRUE(partition->write(*batch, mark_at(42)).ok());
  }
  const auto store = open();
  EXPECT_EQ(store->instance(), instance);
  const auto partition = std::move(store->open(3)).value();
  EXPECT_EQ(partition->mark()->value().offset, 42);
  std::string value;
  EXPECT_TRUE(partition->get("a2", value));
  EXPECT_EQ(value, std::string("t\0o", 3));
  EXPECT_FALSE(partition->get("c", value));
  std::string keys;
  partition->scan("a", [&keys](std::string_view key, std::string_view) {
    keys.append(key);
    return true;
  });
  EXPECT_EQ(keys, "a1a2");
  partition->scan("", [](std::string_view key, std::string_view) {
    EXPECT_NE(key, "!mark");
    return true;
  });
  EXPECT_TRUE(partition->health().ok());
}

TEST_F(RocksState, PartitionsDoNotSeeEachOther) {
  const auto store = open();
  const auto one = std::move(store->open(1)).value();
  const auto two = std::move(store->open(2)).value();
  const auto batch = one->new_batch();
  batch->put("a", "1");
  ASSERT_TRUE(one->write(*batch, mark_at(1)).ok());
  std::string value;
  EXPECT_FALSE(two->get("a", value));
  EXPECT_FALSE(two->mark()->has_value());
}

TEST_F(RocksState, APartitionHasOneHolderAtATime) {
  const auto store = open();
  auto first = std::move(store->open(1)).value();
  const auto second = store->open(1);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kRetry);
  first.reset();
  EXPECT_TRUE(store->open(1).ok());
}

TEST_F(RocksState, ADirectoryInUseIsRefusedWithTheReason) {
  const auto store = open();
  const auto twin = RocksStateStore::open(directory_ + "/state", "in");
  ASSERT_FALSE(twin.ok());
  EXPECT_EQ(twin.error().code, ErrorCode::kRefuse);
  EXPECT_NE(twin.error().message.find("another process is using it"), std::string::npos) << twin.error().message;
}

TEST_F(RocksState, ADirectoryThatCannotBeMadeIsRefusedWithItsName) {
  std::ofstream(directory_ + "/file") << "x";
  const auto store = RocksStateStore::open(directory_ + "/file/state", "in");
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().message.find(directory_ + "/file/state"), std::string::npos);
}

TEST_F(RocksState, CorruptionIsAnErrorThatNamesTheDirectory) {
  {
    const auto store = open();
    const auto partition = std::move(store->open(1)).value();
    const auto batch = partition->new_batch();
    batch->put("a", "1");
    ASSERT_TRUE(partition->write(*batch, mark_at(1)).ok());
  }
  for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/state")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) std::ofstream(entry.path()) << "garbage";
  }
  const auto store = RocksStateStore::open(directory_ + "/state", "in");
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.error().message.find(directory_ + "/state"), std::string::npos);
}

TEST_F(RocksState, AMarkSurvivesTheRoundTripAndRefusesNewerOnes) {
  detector::CheckpointMark mark = mark_at(7);
  mark.state_position = 9;
  mark.initial = true;
  mark.cluster_id = "c";
  mark.topic_id = "t";
  mark.group = "g";
  mark.partition_count = 5;
  mark.decoder_version = 2;
  const auto read = decode_mark(encode_mark(mark));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(encode_mark(*read), encode_mark(mark));
  EXPECT_EQ(decode_mark(R"({"format":2})").error().code, ErrorCode::kRefuse);
  for (const char* bytes : {"", "x", "{}", R"({"format":1,"offset":"seven"})"}) {
    EXPECT_FALSE(decode_mark(bytes).ok()) << bytes;
  }
}

TEST_F(RocksState, ACheckpointThreadWritesBesideAndTellsTheOutcomeOnce) {
  const auto store = open();
  const auto partition = std::move(store->open(1)).value();
  CheckpointThread thread;
  EXPECT_FALSE(thread.finished(1).has_value());
  auto batch = partition->new_batch();
  batch->put("a", "1");
  thread.start(1, *partition, std::move(batch), mark_at(5));
  const std::optional<Result<>> outcome = thread.wait(1);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome->ok());
  EXPECT_FALSE(thread.finished(1).has_value());
  EXPECT_EQ(partition->mark()->value().offset, 5);
}

}  // namespace
}  // namespace state_store_test
}  // namespace outflow::connectors
