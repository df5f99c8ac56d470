// Alerts are neither lost nor doubled: kill -9, drain, broker restart, rebalance.
#include <poll.h>
#include <signal.h>

#include <map>
#include <random>
#include <thread>

#include "tests/integration/broker_fixture.h"

namespace outflow::testing {

KafkaBroker* shared_broker() {
  static const std::unique_ptr<KafkaBroker> broker = KafkaBroker::start();
  return broker.get();
}

namespace exactly_once_test {
namespace {

constexpr int kPartitions = 4;

// What an undisturbed run puts out, worked out from the input as the counting machine would.
std::vector<std::pair<int, std::string>> expected_alerts(const std::vector<TopicRecord>& input) {
  std::vector<std::pair<int, std::string>> alerts;
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> sums;
  for (const TopicRecord& record : input) {
    auto& [records, sum] = sums[record.partition];
    sum += std::stoull(record.value);
    if (++records % 10 == 0)
      alerts.emplace_back(record.partition, std::to_string(record.offset) + ":" + std::to_string(sum));
  }
  return alerts;
}

std::vector<std::pair<int, std::string>> values_of(const std::vector<TopicRecord>& records) {
  std::vector<std::pair<int, std::string>> values;
  for (const TopicRecord& record : records) values.emplace_back(record.partition, record.value);
  return values;
}

std::vector<TopicRecord> numbers(int from, int count) {
  std::vector<TopicRecord> records;
  for (int i = from; i < from + count; ++i) {
    records.push_back({.partition = i % kPartitions, .key = "t" + std::to_string(i % 7), .value = std::to_string(i)});
  }
  return records;
}

class ExactlyOnce : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    if (broker_ != nullptr) make_topic(brokers(), topic_, kPartitions);
  }
  void expect_alerts_of_an_undisturbed_run() {
    const auto expected = expected_alerts(read_topic(brokers(), topic_));
    EXPECT_GT(expected.size(), 0U);
    EXPECT_EQ(values_of(read_topic(brokers(), topic_ + ".alerts")), expected);
  }
};

TEST_F(ExactlyOnce, AnUndisturbedRunRaisesEveryAlertOnceOnTheInputsPartition) {
  write_topic(brokers(), topic_, numbers(0, 5'000));
  ASSERT_EQ(counting_run_to_end(2), 0);
  expect_alerts_of_an_undisturbed_run();
}

TEST_F(ExactlyOnce, TenKillsAtRandomMomentsLoseAndDoubleNothing) {
  const unsigned seed = std::random_device{}();
  std::cerr << "seed " << seed << "\n";
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> moment_ms(200, 2'500);
  std::jthread writer([this](const std::stop_token& stop) {
    for (int from = 0; !stop.stop_requested(); from += 200) {
      write_topic(brokers(), topic_, numbers(from, 200));
    }
  });
  for (int kill = 0; kill < 10; ++kill) {
    const auto run = counting_run(2);
    const std::optional<int> ended = run->wait(moment_ms(random));
    ASSERT_FALSE(ended) << "ended by itself with " << *ended << "\n" << run->log();
    run->signal(SIGKILL);
    ASSERT_TRUE(run->wait(10'000));
  }
  writer.request_stop();
  writer.join();
  ASSERT_EQ(counting_run_to_end(2), 0);
  expect_alerts_of_an_undisturbed_run();
}

TEST_F(ExactlyOnce, ADrainCommitsAndTheNextStartGoesOnWithoutReplay) {
  write_topic(brokers(), topic_, numbers(0, 3'000));
  {
    const auto run = counting_run(1);
    ASSERT_FALSE(run->wait(2'500)) << run->log();
    run->signal(SIGTERM);
    ASSERT_EQ(run->wait(20'000), 0) << run->log();
  }
  write_topic(brokers(), topic_, numbers(3'000, 3'000));
  ASSERT_EQ(counting_run_to_end(1), 0);
  expect_alerts_of_an_undisturbed_run();
}

TEST_F(ExactlyOnce, ABrokerThatGoesAndComesBackCostsNothing) {
  write_topic(brokers(), topic_, numbers(0, 3'000));
  const auto run = counting_run(2);
  ASSERT_FALSE(run->wait(2'000)) << run->log();
  broker_->kill9();
  ASSERT_FALSE(run->wait(2'000)) << run->log();
  ASSERT_TRUE(broker_->restart());
  write_topic(brokers(), topic_, numbers(3'000, 3'000));
  ASSERT_FALSE(run->wait(1'000)) << run->log();
  run->signal(SIGTERM);
  ASSERT_EQ(run->wait(60'000), 0) << run->log();
  ASSERT_EQ(counting_run_to_end(2), 0);
  expect_alerts_of_an_undisturbed_run();
}

TEST_F(ExactlyOnce, ARecordThatIsNoRecordGoesToTheDeadLettersWithItsBytesReasonAndOrigin) {
  auto records = numbers(0, 100);
  records[50].value = "no number";
  write_topic(brokers(), topic_, records);
  ASSERT_EQ(counting_run_to_end(2), 0);
  const auto dead = read_topic(brokers(), topic_ + ".dead");
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].value, "no number");
  EXPECT_EQ(dead[0].headers.at("outflow-reason"), "malformed_json");
  EXPECT_EQ(dead[0].headers.at("outflow-origin"), "in/2/12");
  EXPECT_EQ(dead[0].headers.at("outflow-content"), "original");
}

}  // namespace
}  // namespace exactly_once_test
}  // namespace outflow::testing
