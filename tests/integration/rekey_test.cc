// The rekey stage: several topics become one, keyed by tenant, each record once.
#include <signal.h>

#include <algorithm>

#include "tests/integration/broker_fixture.h"

namespace outflow::testing::rekey_test {
namespace {

class Rekey : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    if (broker_ == nullptr) return;
    for (const char* suffix : {"", "-2"}) {
      make_topic(brokers(), topic_ + suffix, 3);
      std::vector<TopicRecord> records;
      for (int i = 0; i < 500; ++i) {
        records.push_back({.partition = i % 3, .key = "tenant-" + std::to_string(i % 5), .value = std::to_string(i)});
      }
      records[7].headers["tenant"] = "from-header";
      write_topic(brokers(), topic_ + suffix, records);
    }
  }
  std::vector<std::string> arguments() const { return {"--rekey", topic_ + "-2"}; }
  [[nodiscard]] std::vector<TopicRecord> rekeyed() const { return read_topic(brokers(), topic_ + ".rekeyed"); }
};

TEST_F(Rekey, ForwardsEveryRecordOfEveryTopicOnceWithItsOriginKeyedByTenant) {
  ASSERT_EQ(counting_run_to_end(2, arguments()), 0);
  const auto records = rekeyed();
  ASSERT_EQ(records.size(), 1'000U);
  std::map<std::string, int> origins;
  std::map<std::string, std::int32_t> partition_of_key;
  for (const TopicRecord& record : records) {
    ++origins[record.headers.at("outflow-origin")];
    const auto [known, fresh] = partition_of_key.emplace(record.key, record.partition);
    EXPECT_EQ(known->second, record.partition) << "one tenant, one partition";
  }
  EXPECT_EQ(origins.size(), 1'000U);
  EXPECT_EQ(origins.count(topic_ + "/0/0"), 1U);
  EXPECT_EQ(origins.count(topic_ + "-2/2/0"), 1U);
  EXPECT_EQ(std::count_if(records.begin(), records.end(),
                          [](const TopicRecord& record) { return record.key == "from-header"; }),
            2);
}

TEST_F(Rekey, AKilledStageForwardsNothingTwice) {
  for (const int moment_ms : {700, 1'000, 1'400, 1'900}) {
    auto more = arguments();
    const auto run = counting_run(1, more);
    ASSERT_FALSE(run->wait(moment_ms)) << run->log();
    run->signal(SIGKILL);
    ASSERT_TRUE(run->wait(10'000));
    std::vector<TopicRecord> records;
    for (int i = 0; i < 300; ++i) records.push_back({.partition = i % 3, .key = "t", .value = std::to_string(i)});
    write_topic(brokers(), topic_, records);
  }
  ASSERT_EQ(counting_run_to_end(1, arguments()), 0);
  std::map<std::string, int> origins;
  for (const TopicRecord& record : rekeyed()) ++origins[record.headers.at("outflow-origin")];
  EXPECT_EQ(origins.size(), 2'200U);
  for (const auto& [origin, times] : origins) EXPECT_EQ(times, 1) << origin;
}

}  // namespace
}  // namespace outflow::testing::rekey_test
