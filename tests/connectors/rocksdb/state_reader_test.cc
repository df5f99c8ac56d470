// Looking into the state of a `run`, while it runs and afterwards.
#include "connectors/rocksdb/state_reader.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "connectors/rocksdb/state_store.h"
#include "features/inventory.h"

namespace outflow::connectors::state_reader_test {
namespace {

class StateReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "outflow-state-reader-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  static void write(detector::PartitionStore& store, std::string_view key, std::string_view value,
                    std::int64_t offset) {
    const auto batch = store.new_batch();
    batch->put(key, value);
    detector::CheckpointMark mark;
    mark.offset = offset;
    ASSERT_TRUE(store.write(*batch, mark).ok());
  }
  [[nodiscard]] std::string seen() const {
    const auto reader = RocksStateReader::open(directory_);
    if (!reader.ok()) return reader.error().message;
    std::string out;
    const Result<> read = (*reader)->partitions([&](const std::string& partition, const features::StateReader& state) {
      state.scan("v", [&](std::string_view key, std::string_view value) {
        out += partition + ":" + std::string(key) + "=" + std::string(value) + " ";
        return true;
      });
      std::string value;
      if (state.get("single", value)) out += "single=" + value + " ";
      return Result<>();
    });
    EXPECT_TRUE(read.ok());
    return out;
  }
  std::string directory_;
};

TEST_F(StateReaderTest, SeesCheckpointsOfARunningProcessAndLeavesItAlone) {
  auto store = std::move(RocksStateStore::open(directory_, "in")).value();
  {
    const auto first = std::move(store->open(0)).value();
    const auto second = std::move(store->open(1)).value();
    write(*first, "v1", "one", 5);
    write(*second, "v2", "two", 5);
    write(*second, "single", "x", 6);
    EXPECT_EQ(seen(), "in/0:v1=one in/1:v2=two single=x ") << "the writer still holds it open";
    write(*first, "v1", "more", 9);
    EXPECT_EQ(seen(), "in/0:v1=more in/1:v2=two single=x ") << "and goes on writing";
  }
  store.reset();
  EXPECT_EQ(seen(), "in/0:v1=more in/1:v2=two single=x ");
}

TEST_F(StateReaderTest, RefusesWhatIsNoState) {
  EXPECT_EQ(seen(), "state directory " + directory_ + ": there is no state here");
  std::ofstream(directory_ + "/CURRENT") << "MANIFEST-1\n";
  EXPECT_NE(seen().find("state directory"), std::string::npos);
}

}  // namespace
}  // namespace outflow::connectors::state_reader_test
