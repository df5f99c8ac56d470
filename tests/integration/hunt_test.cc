// Hunting in a topic's past: everything that is there is read, no group is made, nothing is committed.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

#include "app/exit_code.h"
#include "connectors/kafka/topic_reader.h"
#include "tests/integration/broker_fixture.h"
#include "tests/support/shell_run.h"

namespace outflow::testing::hunt_test {
namespace {

class Hunt : public BrokerTest {
 protected:
  static std::string record(int i) {
    const nlohmann::json row = {{"EVENT_TYPE", "RestApi"},
                                {"TIMESTAMP_DERIVED", "2026-08-17T11:15:00.000Z"},
                                {"REQUEST_ID", "R" + std::to_string(i)},
                                {"ORGANIZATION_ID", i % 2 == 0 ? "00D000000000001" : ""},
                                {"USER_ID", "005000000000001"},
                                {"ROWS_PROCESSED", "10"},
                                {"CONNECTED_APP_ID", "0H4000000000001"},
                                {"CLIENT_IP", i % 10 == 0 ? "203.0.113.9" : "10.0.0.1"}};
    return row.dump();
  }
  void SetUp() override {
    BrokerTest::SetUp();
    if (broker_ == nullptr) return;
    make_topic(brokers(), topic_, 3);
    std::vector<TopicRecord> records;
    for (int i = 0; i < 600; ++i) records.push_back({.partition = i % 3, .key = "00D000000000001", .value = record(i)});
    records.push_back({.partition = 0, .key = "00D000000000001", .value = "not json"});
    write_topic(brokers(), topic_, records);
  }
};

TEST_F(Hunt, FindsWhatTheTopicHoldsAndLeavesNoGroupBehind) {
  const std::string iocs = directory_ + "/iocs.csv";
  std::ofstream(iocs) << "ip,203.0.113.9,\n";
  const tests::ShellRun run =
      tests::run_shell(std::string(OUTFLOW_BINARY) + " hunt --iocs " + iocs + " --topic " + topic_ + " --brokers " +
                       brokers() + " -o json 2>" + directory_ + "/err");
  EXPECT_EQ(run.exit_code, app::kExitFindings);
  const auto found = nlohmann::json::parse(run.out, nullptr, false);
  ASSERT_EQ(found.size(), 1U) << run.out;
  EXPECT_EQ(found[0]["tenant_id"], "00D000000000001");
  EXPECT_EQ(found[0]["events"], 60);
  EXPECT_EQ(found[0]["records"], 600);
  std::ifstream err(directory_ + "/err");
  const std::string said((std::istreambuf_iterator<char>(err)), std::istreambuf_iterator<char>());
  EXPECT_NE(said.find("601 records (1 rejected)"), std::string::npos) << said;
  // The group that the client library wants a name for never came to be: its offset can be set, so it has no member.
  EXPECT_TRUE(set_committed(brokers(), "outflow-reader", topic_, 0, 0));
}

TEST_F(Hunt, ReadsFromATimeOnAndRefusesATopicThatIsNotThere) {
  connectors::KafkaSettings settings;
  settings.brokers = brokers();
  std::uint64_t seen = 0;
  std::int64_t newest = 0;
  connectors::TopicSpan span{topic_, {}, {}};
  const auto count = [&](const connectors::TopicRecord& one) {
    ++seen;
    newest = std::max(newest, one.time.ms);
    return true;
  };
  const auto all = connectors::read_topic(settings, span, "tenant", count);
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(seen, 601U);
  EXPECT_EQ(all->partitions, 3);
  seen = 0;
  span.from = features::LogTime{newest + 1};
  ASSERT_TRUE(connectors::read_topic(settings, span, "tenant", count).ok());
  EXPECT_EQ(seen, 0U);
  span.from.reset();
  span.to = features::LogTime{newest - 3'600'000};
  ASSERT_TRUE(connectors::read_topic(settings, span, "tenant", count).ok());
  EXPECT_EQ(seen, 0U);
  span = {unique_name("nowhere"), {}, {}};
  const auto refused = connectors::read_topic(settings, span, "tenant", count);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kRefuse);
}

}  // namespace
}  // namespace outflow::testing::hunt_test
