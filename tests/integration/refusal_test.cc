// What `run` refuses to start with, and how it says so. Every refusal exits with 78, a missing broker with 1.
#include <poll.h>
#include <signal.h>

#include <fstream>

#include "tests/integration/broker_fixture.h"

namespace outflow::testing::refusal_test {
namespace {

using ::testing::Test;

class Refusal : public BrokerTest {
 protected:
  void write_and_run() {
    make_topic(brokers(), topic_, 1);
    std::vector<TopicRecord> records;
    for (int i = 0; i < 100; ++i) records.push_back({.partition = 0, .key = "t", .value = "1"});
    write_topic(brokers(), topic_, records);
    ASSERT_EQ(counting_run_to_end(1, {"-X", "session.timeout.ms=1500", "-X", "heartbeat.interval.ms=500"}), 0);
  }
  // Members are static: the group is empty only when their session has timed out.
  void commit_offset(std::int64_t offset) {
    for (int i = 0; i < 300; ++i) {
      if (set_committed(brokers(), group_, topic_, 0, offset)) return;
      (void)::poll(nullptr, 0, 100);
    }
    FAIL() << "the group's offset could not be set";
  }
  void expect_refusal(const std::string& says, std::vector<std::string> more = {}) {
    const auto run = counting_run(1, std::move(more));
    EXPECT_EQ(run->wait(30'000), 78);
    EXPECT_NE(run->log().find(says), std::string::npos) << run->log();
  }
};

TEST_F(Refusal, OfACommittedOffsetWithoutACheckpoint) {
  write_and_run();
  std::filesystem::remove_all(state());
  expect_refusal("holds no checkpoint of it");
}

TEST_F(Refusal, OfACheckpointWithoutACommittedOffset) {
  write_and_run();
  commit_offset(-1);
  expect_refusal("has no committed offset");
}

TEST_F(Refusal, OfACheckpointAheadOfTheCommittedOffset) {
  write_and_run();
  commit_offset(10);
  expect_refusal("is ahead of group");
}

TEST_F(Refusal, OfAnotherGroupsStateDirectory) {
  write_and_run();
  group_ = unique_name("group");
  expect_refusal("was written for group");
}

TEST_F(Refusal, OfAStateDirectoryInUse) {
  make_topic(brokers(), topic_, 1);
  const auto first = counting_run(1);
  for (int i = 0; i < 100 && first->log().find("started") == std::string::npos; ++i) ASSERT_FALSE(first->wait(100));
  expect_refusal("another process is using it");
  first->signal(SIGTERM);
  EXPECT_EQ(first->wait(20'000), 0);
}

TEST_F(Refusal, OfAnAlertsTopicThatIsCompacted) {
  make_topic(brokers(), topic_, 1);
  make_topic(brokers(), topic_ + ".alerts", 1, {{"cleanup.policy", "compact"}});
  expect_refusal("has cleanup.policy=compact, but must have delete");
}

TEST_F(Refusal, OfAStateTopicWithAnotherNumberOfPartitions) {
  make_topic(brokers(), topic_, 2);
  make_topic(brokers(), topic_ + ".state", 3, {{"cleanup.policy", "compact"}});
  expect_refusal("must have as many as the input, 2");
}

TEST_F(Refusal, OfAPropertyThatIsOutflowsOwn) {
  expect_refusal("is Outflow's own", {"-X", "acks=1"});
}

TEST_F(Refusal, OfAnUnknownProperty) {
  expect_refusal("no.such.property", {"-X", "no.such.property=1"});
}

TEST_F(Refusal, OfASecurityProtocolNeverShowsTheSecret) {
  expect_refusal("security.protocol", {"-X", "security.protocol=NONSENSE", "-X", "sasl.password=hunter2"});
  std::ifstream log(directory_ + "/run.log");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
}

TEST_F(Refusal, MissingTopicsAreCreatedWithTheRightCleanupPolicy) {
  ASSERT_EQ(counting_run_to_end(1), 0);
  for (const char* suffix : {"", ".alerts", ".state", ".dead", ".control", ".anomalies"}) {
    EXPECT_TRUE(topic_exists(brokers(), topic_ + suffix)) << suffix;
  }
  // A second start checks what the first created.
  EXPECT_EQ(counting_run_to_end(1), 0);
}

TEST_F(Refusal, OfABrokerThatIsNotThereIsAFailureWithinSeconds) {
  ChildProcess run({OUTFLOW_BINARY, "run", "--brokers", "127.0.0.1:1", "--input", "x", "--state-dir", state(),
                    "--http-port", "0", "--broker-wait", "1"},
                   directory_ + "/outflow.log");
  EXPECT_EQ(run.wait(15'000), 1);
  EXPECT_NE(run.log().find("no Kafka broker answers at 127.0.0.1:1"), std::string::npos) << run.log();
}

TEST_F(Refusal, OfAMissingTopicWhereCreatingIsSwitchedOff) {
  ChildProcess run({OUTFLOW_BINARY, "run", "--brokers", brokers(), "--input", topic_, "--state-dir", state(),
                    "--http-port", "0", "--no-create-topics"},
                   directory_ + "/outflow.log");
  EXPECT_EQ(run.wait(30'000), 78);
  EXPECT_NE(run.log().find("does not exist, and creating topics is switched off"), std::string::npos) << run.log();
}

}  // namespace
}  // namespace outflow::testing::refusal_test
