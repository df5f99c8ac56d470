// Every expression of the dashboards and rules on a real Prometheus that scraped a real HTTP server.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <gtest/gtest.h>
#include <httplib.h>

#include "connectors/http/server.h"
#include "connectors/metrics/endpoints.h"
#include "connectors/metrics/exporter.h"
#include "tests/integration/dashboards/dashboard_file.h"
#include "tests/integration/dashboards/prometheus_process.h"
#include "tests/support/child_process.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/kafka_topics.h"
#include "tests/support/metrics/snapshots.h"

namespace outflow::dashboards_tests::expressions_test {
namespace {

using connectors::Exporter;
using connectors::HttpServer;

constexpr std::chrono::seconds kPatience{90};

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// An HTTP server over snapshots that grow with each scrape.
class BusyOutflow {
 public:
  BusyOutflow() {
    Result<std::unique_ptr<HttpServer>> started =
        HttpServer::start({}, connectors::metric_routes(exporter_, snapshots_));
    EXPECT_TRUE(started.ok());
    if (started.ok()) server_ = std::move(started).value();
  }
  [[nodiscard]] std::string target() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  [[nodiscard]] int port() const { return server_->port(); }

 private:
  std::atomic<std::uint64_t> step_ = 0;
  connectors::SnapshotSource snapshots_ = [this] { return test_support::busy_snapshots(++step_, now_ms()); };
  Exporter exporter_{{"0.0.0", snapshots_, test_support::store_values, nullptr, 50}};
  std::unique_ptr<HttpServer> server_;
};

bool returns_numbers(const nlohmann::json& answer) {
  for (const auto& sample : answer["data"]["result"]) {
    if (sample["value"][1] != "NaN") return true;
  }
  return false;
}

void expect_data(const PrometheusProcess& prometheus, const std::vector<Expression>& expressions, bool numbers) {
  for (const Expression& expression : expressions) {
    const nlohmann::json answer = prometheus.query(with_variables(expression.text));
    ASSERT_TRUE(answer.is_object()) << prometheus.log();
    EXPECT_EQ(answer.value("status", ""), "success") << expression.where << ": " << answer.dump();
    if (answer.value("status", "") != "success") continue;
    EXPECT_FALSE(answer["data"]["result"].empty()) << expression.where << " returns no data: " << expression.text;
    if (numbers) {
      EXPECT_TRUE(returns_numbers(answer)) << expression.where << " returns NaN only: " << expression.text;
    }
  }
}

// `numbers`: quantiles of things that may not have happened in a short real run are NaN, which is data too.
void expect_all_expressions_return_data(const std::string& target, bool numbers) {
  const std::unique_ptr<PrometheusProcess> prometheus = PrometheusProcess::start(target);
  ASSERT_NE(prometheus, nullptr);
  // A rate needs two scrapes; the rules are evaluated in between. A run has begun when it has counted something.
  ASSERT_TRUE(
      prometheus->wait_for("count_over_time(outflow_integration_records[1m]) >= 4 and on () "
                           "count_over_time(outflow_dlq_events_total[1m]) >= 4",
                           kPatience))
      << prometheus->log();
  for (const auto& path : dashboard_paths()) {
    const nlohmann::json dashboard = read_dashboard(path);
    expect_data(*prometheus, panel_expressions(dashboard, path.filename()), numbers);
    expect_data(*prometheus, variable_expressions(dashboard, path.filename()), true);
  }
  for (const Rule& rule : rules()) {
    // A rule that finds nothing wrong has no result; so it must parse, and the metrics it watches must be there.
    const nlohmann::json answer = prometheus->query(rule.expression);
    EXPECT_EQ(answer.value("status", ""), "success") << rule.alert << ": " << answer.dump();
    std::vector<Expression> watched;
    for (const std::string& metric : metrics_in(rule.expression)) watched.push_back({rule.alert, metric});
    expect_data(*prometheus, watched, true);
  }
}

TEST(Expressions, AllReturnDataOnAPrometheusThatScrapedABusyOutflow) {
  OUTFLOW_NEEDS_PROMETHEUS();
  const BusyOutflow outflow;
  expect_all_expressions_return_data(outflow.target(), true);
}

// `outflow run` on a real broker, fed with a generated org's audit log and a record that nobody can decode.
class RealRun {
 public:
  RealRun() {
    std::string pattern = (std::filesystem::temp_directory_path() / "outflow-real-run-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RealRun() {
    run_.reset();
    std::filesystem::remove_all(folder_);
  }
  RealRun(const RealRun&) = delete;
  RealRun& operator=(const RealRun&) = delete;

  // The target to scrape, once all records are counted; empty on failure, which is told.
  std::string start(const std::string& brokers) {
    const std::string config = folder_ + "/outflow.yaml";
    std::ofstream(config) << "kafka: {brokers: '" << brokers << "', group: dashboards}\n"
                          << "input: {topics: [dashboards.events], keyed_by_tenant: true}\n"
                          << "topics: {partitions: 2}\nstate: {directory: '" << folder_
                          << "/state', checkpoint_interval_ms: 1s}\n"
                          << "http: {port: 0}\nlog: {format: json}\n";
    if (!finishes({OUTFLOW_BINARY "-generate", "--seed", "7", "--weeks", "1", "--orgs", "1", "--attack", "drift",
                   "--out", folder_ + "/fleet"}) ||
        !finishes({OUTFLOW_BINARY, "ingest", "--config", config, folder_ + "/fleet/logs"})) {
      return {};
    }
    testing::write_topic(brokers, "dashboards.events", {{.partition = 0, .value = "this is no audit log"}});
    run_ = std::make_unique<testing::ChildProcess>(std::vector<std::string>{OUTFLOW_BINARY, "run", "--config", config},
                                                   folder_ + "/log");
    return port_from_log();
  }
  [[nodiscard]] std::string log() const { return read_text(folder_ + "/log"); }

 private:
  bool finishes(const std::vector<std::string>& command) const {
    testing::ChildProcess process(command, folder_ + "/log");
    const bool done = process.wait(120'000) == 0;
    EXPECT_TRUE(done) << command[0] << " " << command[1] << ": " << log();
    return done;
  }
  std::string port_from_log() {
    const std::string before = "http://127.0.0.1:";
    for (int i = 0; i < 600 && !run_->wait(100); ++i) {
      const std::string text = run_->log();
      const std::size_t at = text.find(before);
      const std::size_t end = at == std::string::npos ? at : text.find("/metrics", at);
      if (end != std::string::npos) return text.substr(at + 7, end - at - 7);
    }
    ADD_FAILURE() << "outflow run tells no port: " << run_->log();
    return {};
  }
  std::string folder_;
  std::unique_ptr<testing::ChildProcess> run_;
};

TEST(Expressions, AllReturnDataOnAPrometheusThatScrapedARealRun) {
  OUTFLOW_NEEDS_PROMETHEUS();
  if (!testing::KafkaBroker::find_jars()) {
    if (std::getenv("CI") != nullptr) FAIL() << "no Kafka broker, and CI must have one (scripts/setup)";
    GTEST_SKIP() << "NO KAFKA BROKER: SKIPPED";
  }
  const std::unique_ptr<testing::KafkaBroker> broker = testing::KafkaBroker::start();
  ASSERT_NE(broker, nullptr);
  RealRun run;
  const std::string target = run.start(broker->address());
  ASSERT_FALSE(target.empty());
  expect_all_expressions_return_data(target, false);
  if (::testing::Test::HasFailure()) std::cerr << run.log();
}

TEST(MetricsPage, PassesPromtoolsCheck) {
  OUTFLOW_NEEDS_PROMETHEUS();
  const BusyOutflow outflow;
  httplib::Client client("127.0.0.1", outflow.port());
  const httplib::Result page = client.Get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("outflow-metrics-" + std::to_string(::getpid()));
  std::ofstream(file) << page->body;
  const ToolRun check = promtool("check metrics < " + file.string());
  std::filesystem::remove(file);
  EXPECT_EQ(check.exit_code, 0) << check.output;
  EXPECT_EQ(check.output, "");
}

}  // namespace
}  // namespace outflow::dashboards_tests::expressions_test
