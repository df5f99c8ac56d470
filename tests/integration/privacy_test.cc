// `outflow run` over records of all sources that are full of canaries, most through the rekey stage and a broker: none
// is in the state directory, the log, the metrics page, or any topic that Outflow writes. The one exception is the
// rekeyed topic, which carries the original bytes on purpose.
#include <poll.h>
#include <signal.h>

#include <fstream>
#include <iterator>

#include <httplib.h>

#include "connectors/rocksdb/state_reader.h"
#include "tests/integration/broker_fixture.h"
#include "tests/support/canaries.h"

namespace outflow::testing::privacy_test {
namespace {

namespace fs = std::filesystem;

class Privacy : public BrokerTest {
 protected:
  [[nodiscard]] std::string name(const char* suffix) const { return topic_ + suffix; }

  void write_config() const {
    std::ofstream(directory_ + "/outflow.yaml")
        << "kafka: {brokers: '" << brokers() << "', group: " << group_ << "}\ninput: {topics: [" << topic_
        << "], tenant: t-default, rekeyed_topic: " << name(".rekeyed") << "}\ntopics: {alerts: " << name(".alerts")
        << ", state: " << name(".state") << ", dead_letters: " << name(".dead") << ", control: " << name(".control")
        << ", anomalies: " << name(".anomalies") << "}\nstate: {directory: '" << state()
        << "', checkpoint_interval_ms: 200}\nhttp: {port: 0}\nlog: {level: debug}\nworkers: 1\n";
  }
  // Of the process that listens last; empty while nobody answers.
  static std::string metrics(const ChildProcess& process) {
    const std::string log = process.log();
    const std::size_t listening = log.rfind("\"http_listening\"");
    const std::size_t url = listening == std::string::npos ? listening : log.find("http://127.0.0.1:", listening);
    if (url == std::string::npos) return {};
    httplib::Client client(log.substr(url, log.find("/metrics", url) - url));
    const auto answer = client.Get("/metrics");
    return answer && answer->status == 200 ? answer->body : std::string();
  }
  static double sum_of(const std::string& page, const std::string& family) {
    double sum = 0;
    for (std::size_t at = page.find("\n" + family); at != std::string::npos; at = page.find("\n" + family, at + 1)) {
      const char next = page[at + 1 + family.size()];
      if (next != '{' && next != ' ') continue;
      sum += std::stod(page.substr(page.rfind(' ', page.find('\n', at + 1))));
    }
    return sum;
  }
  static void expect_none_in(const std::string& what, std::string_view text) {
    EXPECT_EQ(tests::canary_in(text), "") << what;
  }
  [[nodiscard]] std::size_t expect_none_in_topic(const char* suffix) const {
    if (!topic_exists(brokers(), name(suffix))) return 0;
    const auto records = read_topic(brokers(), name(suffix));
    for (const TopicRecord& record : records) {
      expect_none_in(suffix, record.key);
      expect_none_in(suffix, record.value);
      for (const auto& [header, value] : record.headers) expect_none_in(suffix, header + "=" + value);
    }
    return records.size();
  }
};

TEST_F(Privacy, NothingThatRunKeepsOrWritesHoldsContents) {
  const tests::CanaryRecords canaries = tests::canary_records(OUTFLOW_SOURCE_DIR);
  std::vector<TopicRecord> records;
  for (const std::string& record : canaries.good) records.push_back({.partition = 0, .value = record});
  for (const std::string& record : canaries.broken) {
    records.push_back({.partition = 0, .key = "qzcnry-key", .value = record, .headers = {{"trace", "qzcnry-header"}}});
  }
  make_topic(brokers(), topic_, 1);
  write_topic(brokers(), topic_, records);
  write_config();
  ChildProcess process({OUTFLOW_BINARY, "run", "--config", directory_ + "/outflow.yaml"}, directory_ + "/run.log");
  // All is read once as much was rekeyed or rejected; then the workers' turn.
  std::string page;
  std::size_t rekeyed = 0;
  for (int i = 0; i < 600 && process.running(); ++i) {
    (void)::poll(nullptr, 0, 100);
    if (i % 10 == 0) rekeyed = read_topic(brokers(), name(".rekeyed")).size();
    page = metrics(process);
    const double read = sum_of(page, "outflow_events_consumed_total");
    if (rekeyed >= canaries.good.size() / 2 && read >= static_cast<double>(rekeyed) &&
        sum_of(page, "outflow_kafka_consumer_lag_records") == 0) {
      break;
    }
  }
  EXPECT_GE(rekeyed, canaries.good.size() / 2);
  EXPECT_GE(sum_of(page, "outflow_source_events_total"), static_cast<double>(canaries.good.size() / 2));
  expect_none_in("metrics", page);
  process.signal(SIGTERM);
  ASSERT_EQ(process.wait(60'000), 0) << process.log();
  expect_none_in("log", process.log());

  EXPECT_GT(expect_none_in_topic(".alerts"), 0U);
  EXPECT_GT(expect_none_in_topic(".state"), 0U);
  EXPECT_GE(expect_none_in_topic(".dead"), canaries.broken.size());
  (void)expect_none_in_topic(".anomalies");
  (void)expect_none_in_topic(".control");

  // The bytes of every file, write-ahead logs included; then each unit as it was before RocksDB compressed it.
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(state())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    expect_none_in(entry.path().string(), bytes);
  }
  EXPECT_GT(files, 3U);
  std::size_t units = 0;
  const auto reader = connectors::RocksStateReader::open(state());
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const Result<> read = (*reader)->partitions([&](const std::string&, const features::StateReader& partition) {
    partition.scan("", [&](std::string_view key, std::string_view value) {
      ++units;
      expect_none_in("unit", key);
      expect_none_in("unit", value);
      return true;
    });
    return Result<>();
  });
  EXPECT_TRUE(read.ok());
  EXPECT_GT(units, 20U);
}

}  // namespace
}  // namespace outflow::testing::privacy_test
