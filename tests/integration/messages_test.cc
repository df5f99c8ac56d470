// Messages of many events, of several tenants, and behind schemas: `outflow run` itself against a broker and a
// registry.
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <map>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "tests/integration/broker_fixture.h"
#include "tests/support/packing.h"
#include "tests/support/registry_double.h"

namespace outflow::testing::messages_test {
namespace {

constexpr const char* kTenantA = "00D00000000000A";
constexpr const char* kTenantB = "00D00000000000B";
constexpr const char* kSchema =
    R"({"type":"record","name":"Row","fields":[{"name":"EVENT_TYPE","type":"string"},)"
    R"({"name":"TIMESTAMP_DERIVED","type":"string"},{"name":"ORGANIZATION_ID","type":"string"},)"
    R"({"name":"USER_ID","type":"string"},{"name":"ROWS_PROCESSED","type":"string"}]})";

std::string user(int i) {
  std::string digits = std::to_string(i);
  return "0055e00000" + std::string(5 - digits.size(), '0') + digits;
}

std::string event(const std::string& tenant, int i) {
  return R"({"EVENT_TYPE":"RestApi","TIMESTAMP_DERIVED":"2025-08-15T00:00:00.000Z","ORGANIZATION_ID":")" + tenant +
         R"(","USER_ID":")" + user(i) + R"(","ROWS_PROCESSED":"5"})";
}

std::string avro_event(const std::string& tenant, int i) {
  return avro_text("RestApi") + avro_text("2025-08-15T00:00:00.000Z") + avro_text(tenant) + avro_text(user(i)) +
         avro_text("5");
}

class Messages : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    if (broker_ != nullptr) make_topic(brokers(), topic_, 2);
  }
  [[nodiscard]] std::string name(const char* suffix) const { return topic_ + suffix; }

  std::unique_ptr<ChildProcess> run(const std::string& input_keys, std::vector<std::string> more = {}) {
    const std::string path = directory_ + "/outflow.yaml";
    std::ofstream(path) << "kafka: {brokers: '" << brokers() << "', group: " << group_ << "}\n"
                        << "input: {topics: [" << topic_ << "], rekeyed_topic: " << name(".rekeyed") << input_keys
                        << "}\ntopics: {alerts: " << name(".alerts") << ", state: " << name(".state")
                        << ", dead_letters: " << name(".dead") << ", control: " << name(".control")
                        << ", anomalies: " << name(".anomalies") << "}\nstate: {directory: '" << state()
                        << "'}\nhttp: {port: 0}\nworkers: 1\n";
    std::vector<std::string> command = {OUTFLOW_BINARY, "run", "--config", path};
    command.insert(command.end(), more.begin(), more.end());
    return std::make_unique<ChildProcess>(command, directory_ + "/run.log");
  }

  // The sum of a metric's series; -1 while nobody answers.
  [[nodiscard]] double metric(ChildProcess& process, const std::string& family) const {
    const std::string log = process.log();  // of all runs of this test: the last address is the one that holds
    const std::size_t listening = log.rfind("\"http_listening\"");
    if (listening == std::string::npos) return -1;
    const std::size_t url = log.find("http://127.0.0.1:", listening);
    if (url == std::string::npos) return -1;
    httplib::Client client(log.substr(url, log.find("/metrics", url) - url));
    const auto answer = client.Get("/metrics");
    if (!answer || answer->status != 200) return -1;
    double sum = 0;
    for (std::size_t at = answer->body.find("\n" + family); at != std::string::npos;
         at = answer->body.find("\n" + family, at + 1)) {
      const char next = answer->body[at + 1 + family.size()];
      if (next != '{' && next != ' ') continue;
      const std::size_t end = answer->body.find('\n', at + 1);
      sum += std::stod(answer->body.substr(answer->body.rfind(' ', end)));
    }
    return sum;
  }
  [[nodiscard]] bool reaches(ChildProcess& process, const std::string& family, double value) const {
    for (int i = 0; i < 300 && process.running(); ++i) {
      if (metric(process, family) >= value) return true;
      (void)::poll(nullptr, 0, 100);
    }
    return false;
  }
};

TEST_F(Messages, EveryEventCountsOnceForItsTenantAndEveryBadOneIsAPointer) {
  const std::string shared =
      "[" + event(kTenantA, 1) + "," + event(kTenantB, 2) + R"(,{"secret":"CANARY"},)" + event(kTenantA, 3) + "]";
  write_topic(brokers(), topic_,
              {{.partition = 0, .key = "CANARY", .value = shared},
               {.partition = 1, .value = gzip("[" + event(kTenantB, 4) + "]")}});
  const auto process = run("");
  ASSERT_TRUE(reaches(*process, "outflow_source_events_total", 4)) << process->log();
  EXPECT_EQ(metric(*process, "outflow_source_events_total"), 4);
  process->signal(SIGTERM);
  ASSERT_EQ(process->wait(30'000), 0) << process->log();

  std::map<std::string, std::vector<std::string>> copies;  // by origin
  for (const TopicRecord& record : read_topic(brokers(), name(".rekeyed"))) {
    copies[record.headers.at("outflow-origin")].push_back(record.key);
    EXPECT_EQ(record.headers.contains("outflow-shared"), record.value == shared);
    EXPECT_EQ(record.headers.contains("outflow-copy"), record.value == shared && record.key == kTenantB);
  }
  std::sort(copies[topic_ + "/0/0"].begin(), copies[topic_ + "/0/0"].end());  // they stand on different partitions
  EXPECT_EQ(copies[topic_ + "/0/0"], (std::vector<std::string>{kTenantA, kTenantB}));
  EXPECT_EQ(copies[topic_ + "/1/0"], (std::vector<std::string>{kTenantB}));

  const auto dead = read_topic(brokers(), name(".dead"));
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].headers.at("outflow-event-index"), "2");
  EXPECT_EQ(dead[0].headers.at("outflow-content"), "pointer");
  EXPECT_EQ(dead[0].headers.at("outflow-origin"), topic_ + "/0/0");
  EXPECT_EQ(nlohmann::json::parse(dead[0].value).at("event_index"), 2);
  std::string all = dead[0].key + dead[0].value;
  for (const auto& [header, value] : dead[0].headers) all += value;
  EXPECT_EQ(all.find("CANARY"), std::string::npos);
}

TEST_F(Messages, IngestWritesALineOfManyEventsOnceAndWhole) {
  const std::string first = R"({"records":["{\"cut",)" + event(kTenantA, 1) + "," + event(kTenantB, 2) + "]}";
  const std::string second = event(kTenantB, 3);
  const std::string file = directory_ + "/lines.jsonl";
  std::ofstream(file) << first << "\n{\"records\":[{\"secret\":2}]}\n" << second << "\n" << first << "\n";
  ChildProcess process(
      {OUTFLOW_BINARY, "ingest", "--brokers", brokers(), "--topic", topic_, "--no-create-topics", file},
      directory_ + "/ingest.log");
  ASSERT_EQ(process.wait(60'000), 0) << process.log();
  EXPECT_NE(process.log().find("3 records written"), std::string::npos) << process.log();
  EXPECT_NE(process.log().find("3 rejected"), std::string::npos) << process.log();
  std::vector<std::string> written;
  for (const TopicRecord& record : read_topic(brokers(), topic_)) written.push_back(record.key + record.value);
  std::sort(written.begin(), written.end());
  EXPECT_EQ(written, (std::vector<std::string>{kTenantA + first, kTenantA + first, kTenantB + second}));
}

TEST_F(Messages, AMessageOfTooManyTenantsIsADeadLetterNotAFlood) {
  std::string many;
  for (int i = 10; i < 75; ++i) many += (many.empty() ? "[" : ",") + event("00D0000000000" + std::to_string(i), i);
  write_topic(brokers(), topic_, {{.partition = 0, .value = many + "]"}});
  const auto process = run("", {"--exit-at-end"});
  ASSERT_EQ(process->wait(60'000), 0) << process->log();
  EXPECT_TRUE(read_topic(brokers(), name(".rekeyed")).empty());
  const auto dead = read_topic(brokers(), name(".dead"));
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].headers.at("outflow-reason"), "too_many_tenants");
}

TEST_F(Messages, APinGoesAlongThroughTheRekeyStage) {
  write_topic(brokers(), topic_, {{.partition = 0, .value = event(kTenantA, 1)}});
  const auto process = run(", sources: {" + topic_ + ": salesforce_elf}", {"--exit-at-end"});
  ASSERT_EQ(process->wait(60'000), 0) << process->log();
  const auto records = read_topic(brokers(), name(".rekeyed"));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].headers.at("outflow-source"), "salesforce_elf");
}

// 50 records behind a schema on partition 0, 50 without on partition 1.
std::vector<TopicRecord> half_behind_a_schema() {
  std::vector<TopicRecord> records;
  for (int i = 0; i < 50; ++i) {
    records.push_back({.partition = 0, .key = kTenantA, .value = with_schema_id(1, avro_event(kTenantA, i))});
    records.push_back({.partition = 1, .key = kTenantB, .value = event(kTenantB, i)});
  }
  return records;
}

TEST_F(Messages, RecordsWaitForTheirSchemaWhileOtherPartitionsGoOn) {
  for (const bool keyed : {true, false}) {
    SCOPED_TRACE(keyed ? "keyed" : "through the rekey stage");
    topic_ = unique_name("in");
    group_ = unique_name("group");
    std::filesystem::remove_all(state());
    make_topic(brokers(), topic_, 2);
    RegistryDouble registry;
    registry.add(1, kSchema);
    registry.fail_with(503);
    write_topic(brokers(), topic_, half_behind_a_schema());
    const std::string keys = std::string(keyed ? ", keyed_by_tenant: true" : "") + ", schema_registry: {url: '" +
                             registry.url() + "', wait_ms: 10m}";
    auto process = run(keys);
    ASSERT_TRUE(reaches(*process, "outflow_source_events_total", 50)) << process->log();
    EXPECT_FALSE(process->wait(500));
    EXPECT_EQ(metric(*process, "outflow_source_events_total"), 50) << "the others still wait";
    registry.fail_with(0);
    ASSERT_TRUE(reaches(*process, "outflow_source_events_total", 100)) << process->log();
    // Replayed after a kill: nothing is missing in front of what comes next.
    process->signal(SIGKILL);
    ASSERT_TRUE(process->wait(10'000));
    process = run(keys, {"--exit-at-end"});
    ASSERT_EQ(process->wait(90'000), 0) << process->log();
    EXPECT_TRUE(read_topic(brokers(), name(".dead")).empty());
  }
}

TEST_F(Messages, WhatWasSetAsideForLackOfASchemaStaysSetAsideInReplay) {
  RegistryDouble registry;
  registry.add(1, kSchema);
  registry.fail_with(503);
  write_topic(brokers(), topic_, half_behind_a_schema());
  const std::string keys = ", keyed_by_tenant: true, schema_registry: {url: '" + registry.url() + "', wait_ms: 300ms}";
  auto process = run(keys);
  ASSERT_TRUE(reaches(*process, "outflow_events_rejected_total", 50)) << process->log();
  for (int i = 0; i < 100 && read_topic(brokers(), name(".dead")).size() < 50; ++i) (void)::poll(nullptr, 0, 100);
  process->signal(SIGKILL);
  ASSERT_TRUE(process->wait(10'000));
  registry.fail_with(0);
  write_topic(brokers(), topic_,
              {{.partition = 0, .key = kTenantA, .value = with_schema_id(1, avro_event(kTenantA, 99))}});
  process = run(keys);
  ASSERT_TRUE(reaches(*process, "outflow_source_events_total", 1)) << process->log();
  process->signal(SIGTERM);
  ASSERT_EQ(process->wait(30'000), 0) << process->log();
  const auto dead = read_topic(brokers(), name(".dead"));
  EXPECT_EQ(
      std::count_if(dead.begin(), dead.end(),
                    [](const TopicRecord& letter) { return letter.headers.at("outflow-reason") == "unknown_schema"; }),
      static_cast<std::ptrdiff_t>(dead.size()));
  EXPECT_EQ(dead.size(), 50U);
}

}  // namespace
}  // namespace outflow::testing::messages_test
