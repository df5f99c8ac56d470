// The metrics page: what Prometheus would refuse cannot come out, and counters never fall.
#include "connectors/metrics/exporter.h"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/metrics/catalogue.h"
#include "connectors/metrics/endpoints.h"
#include "connectors/metrics/families.h"
#include "tests/support/metrics/snapshots.h"

namespace outflow::connectors::exporter_test {
namespace {

using test_support::busy_snapshots;
using test_support::store_values;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The value behind "name{labels} "; nullopt where there is no such line.
std::optional<double> sample(const std::string& page, const std::string& series) {
  const std::size_t at = ("\n" + page).find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::stod(page.substr(at + series.size() + 1));
}

struct Scraped {
  std::vector<WorkerSnapshot> workers;
  std::int64_t now_ms = test_support::kNowMs;
  SchemaRegistry::Counts schemas;
  Exporter exporter{
      {"1.2.3", [this] { return workers; }, store_values, [this] { return now_ms; }, 3, [this] { return schemas; }}};
};

TEST(Exporter, EverySeriesIsUniqueAndBelongsToItsFamily) {
  Scraped run;
  run.workers = busy_snapshots();
  std::istringstream page(run.exporter.render());
  std::set<std::string> seen;
  std::string family;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("# HELP ")) family = line.substr(7, line.find(' ', 7) - 7);
    if (line.starts_with("#")) continue;
    EXPECT_TRUE(line.starts_with(family)) << line;
    EXPECT_TRUE(line.starts_with("outflow_")) << line;
    EXPECT_TRUE(seen.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
  }
  EXPECT_GT(seen.size(), 100U);
}

TEST(Exporter, ABusyRunShowsEveryMetricOfTheCatalogue) {
  Scraped run;
  run.workers = busy_snapshots();
  const std::string page = run.exporter.render();
  for (const MetricInfo& metric : metric_catalogue()) {
    EXPECT_THAT(page, HasSubstr("# TYPE " + std::string(metric.name) + " "));
  }
}

TEST(Exporter, ItsManualListsEveryMetricWithTypeAndLabelsAndNoOther) {
  std::ifstream file(OUTFLOW_SOURCE_DIR "/docs/metrics.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string manual = text.str();
  for (const MetricInfo& metric : metric_catalogue()) {
    std::string labels;
    for (const std::string_view label : metric.labels) labels.append(labels.empty() ? "" : ", ").append(label);
    const char* type = metric.type == prometheus::MetricType::Counter     ? "counter"
                       : metric.type == prometheus::MetricType::Histogram ? "histogram"
                                                                          : "gauge";
    const std::string row = "| `" + std::string(metric.name) + "` | " + type + " | " + labels + " |";
    EXPECT_NE(manual.find(row), std::string::npos) << "not in docs/metrics.md: " << row;
  }
  const std::regex name("`(outflow_[a-z0-9_]+)`");
  for (std::sregex_iterator it(manual.begin(), manual.end(), name); it != std::sregex_iterator(); ++it) {
    EXPECT_NE(find_metric((*it)[1].str()), nullptr) << (*it)[1].str();
  }
}

TEST(Exporter, NoUserAddressOrRecordIsALabel) {
  const std::set<std::string_view> allowed{"topic",  "partition",   "source",  "reason",     "severity", "state",
                                           "tenant", "integration", "version", "librdkafka", "rocksdb"};
  for (const MetricInfo& metric : metric_catalogue()) {
    for (const std::string_view label : metric.labels)
      EXPECT_TRUE(allowed.contains(label)) << metric.name << " " << label;
  }
}

TEST(Exporter, CountersOfAPartitionThatStartsAnewDoNotFall) {
  Scraped run;
  run.workers.resize(1);
  run.workers[0].partitions.resize(2);
  run.workers[0].partitions[0].topic = run.workers[0].partitions[1].topic = "in";
  run.workers[0].partitions[0].partition = 0;
  run.workers[0].partitions[1].partition = 1;
  run.workers[0].partitions[0].stats.counting.duplicates = 1000;
  run.workers[0].partitions[1].stats.counting.duplicates = 50;
  EXPECT_EQ(sample(run.exporter.render(), "outflow_events_duplicate_total"), 1050);
  run.workers[0].partitions[0].stats.counting.duplicates = 3;  // loaded anew
  EXPECT_EQ(sample(run.exporter.render(), "outflow_events_duplicate_total"), 1053);
  run.workers[0].partitions.pop_back();  // moved away
  run.workers[0].partitions[0].stats.counting.duplicates = 10;
  EXPECT_EQ(sample(run.exporter.render(), "outflow_events_duplicate_total"), 1060);
}

TEST(Exporter, EstimatesAndTheRegistryAreCounted) {
  Scraped run;
  run.workers.resize(1);
  run.workers[0].partitions.resize(1);
  auto& counting = run.workers[0].partitions[0].stats.counting;
  counting.estimates = 7;
  counting.estimates_settled = 5;
  counting.sizes_learnt = 3;
  run.schemas = {.fetched = 11, .missing = 2, .failures = 4, .schemas = 10, .bytes = 900};
  const std::string page = run.exporter.render();
  EXPECT_EQ(sample(page, "outflow_estimates_total"), 7);
  EXPECT_EQ(sample(page, "outflow_estimates_settled_total"), 5);
  EXPECT_EQ(sample(page, "outflow_object_sizes_learnt_total"), 3);
  EXPECT_EQ(sample(page, "outflow_schema_registry_fetched_total"), 11);
  EXPECT_EQ(sample(page, "outflow_schema_registry_missing_total"), 2);
  EXPECT_EQ(sample(page, "outflow_schema_registry_failures_total"), 4);
  EXPECT_EQ(sample(page, "outflow_schema_registry_schemas"), 10);
  EXPECT_EQ(sample(page, "outflow_schema_registry_bytes"), 900);
  Exporter without({"1.2.3", [&run] { return run.workers; }, store_values, {}, 3, {}});
  EXPECT_EQ(without.render().find("outflow_schema_registry"), std::string::npos);
}

detector::IntegrationReading reading(const std::string& name, std::uint64_t total, double records, double score = 0) {
  detector::IntegrationReading value;
  value.tenant_id = "T";
  value.integration = name;
  value.records_total = total;
  value.records_1h = records;
  value.score = score;
  return value;
}

TEST(Exporter, IntegrationsBeyondTheCapFoldIntoOtherButOddOnesNever) {
  Scraped run;  // cap 3
  run.workers.resize(1);
  run.workers[0].partitions.resize(1);
  auto& readings = run.workers[0].partitions[0].integrations;
  readings = {reading("a", 500, 50), reading("b", 400, 40), reading("c", 300, 30), reading("d", 200, 20),
              reading("thief", 10, 1, 9.0)};
  std::string page = run.exporter.render();
  EXPECT_EQ(sample(page, R"(outflow_integration_records{tenant="T",integration="thief"})"), 1);
  EXPECT_EQ(sample(page, R"(outflow_integration_records{tenant="T",integration="c"})"), std::nullopt);
  EXPECT_EQ(sample(page, R"(outflow_integration_records{tenant="",integration="other"})"), 50);
  EXPECT_EQ(sample(page, R"(outflow_integration_taken_records_total{tenant="",integration="other"})"), 500);
  EXPECT_EQ(sample(page, "outflow_integrations_folded"), 2);
  // The thief is normal again: it folds, its growth is other's, and neither counter falls.
  readings = {reading("a", 500, 50), reading("b", 400, 40), reading("c", 330, 60), reading("d", 200, 20),
              reading("thief", 15, 1)};
  page = run.exporter.render();
  EXPECT_EQ(sample(page, R"(outflow_integration_taken_records_total{tenant="",integration="other"})"), 505);
  EXPECT_EQ(sample(page, R"(outflow_integration_taken_records_total{tenant="T",integration="c"})"), 30);
}

TEST(Exporter, OneIntegrationOnTwoPartitionsIsOneSeries) {
  Scraped run;
  run.workers.resize(1);
  run.workers[0].partitions.resize(2);
  run.workers[0].partitions[0].integrations = {reading("a", 5, 5)};
  run.workers[0].partitions[1].partition = 1;
  run.workers[0].partitions[1].integrations = {reading("a", 7, 7)};
  EXPECT_EQ(sample(run.exporter.render(), R"(outflow_integration_records{tenant="T",integration="a"})"), 12);
}

TEST(Exporter, HostileNamesStayInsideTheirLabels) {
  Scraped run;
  run.workers.resize(1);
  run.workers[0].partitions.resize(1);
  run.workers[0].partitions[0].integrations = {reading("a\"} 1\nevil{x=\"\\ \xff\xc3 \xf0\x9f\x92\xa9", 1, 1)};
  const std::string page = run.exporter.render();
  EXPECT_THAT(page, HasSubstr("integration=\"a\\\"} 1 evil{x=\\\"\\\\ \xEF\xBF\xBD\xEF\xBF\xBD \xf0\x9f\x92\xa9\""));
  EXPECT_THAT(page, Not(HasSubstr("\nevil")));
}

TEST(LabelValue, IsUtf8OfBoundedLengthCutBetweenCharacters) {
  EXPECT_EQ(label_value("Grüße"), "Grüße");
  EXPECT_EQ(label_value("a\xED\xA0\x80z"), "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");  // a surrogate
  EXPECT_EQ(label_value("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");                      // overlong
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "xü";
  EXPECT_EQ(label_value(umlauts).size(), kMaxLabelBytes - 1) << "the last umlaut does not fit, and is not halved";
  EXPECT_EQ(label_value(label_value(umlauts)), label_value(umlauts));
}

TEST(Exporter, LagInSecondsIsTheAgeOfTheLastRecordWhileMoreWait) {
  Scraped run;
  run.workers.resize(1);
  run.workers[0].partitions.resize(3);
  for (int i = 0; i < 3; ++i) {
    run.workers[0].partitions[static_cast<std::size_t>(i)].topic = "in";
    run.workers[0].partitions[static_cast<std::size_t>(i)].partition = i;
    run.workers[0].partitions[static_cast<std::size_t>(i)].last_record_ms = run.now_ms - 90'000;
  }
  run.workers[0].partitions[0].lag_records = 0;
  run.workers[0].partitions[1].lag_records = 12;
  run.workers[0].partitions[2].lag_records = -1;
  const std::string page = run.exporter.render();
  EXPECT_EQ(sample(page, R"(outflow_kafka_lag_seconds{topic="in",partition="0"})"), 0);
  EXPECT_EQ(sample(page, R"(outflow_kafka_lag_seconds{topic="in",partition="1"})"), 90);
  EXPECT_EQ(sample(page, R"(outflow_kafka_lag_seconds{topic="in",partition="2"})"), std::nullopt)
      << "unknown is not zero";
  EXPECT_EQ(sample(page, R"(outflow_kafka_consumer_lag_records{topic="in",partition="2"})"), std::nullopt);
}

TEST(Exporter, HistogramsOfAllWorkersAreCumulativeAndEndInTheirCount) {
  Scraped run;
  run.workers.resize(2);
  run.workers[0].commit_duration.observe(3e-6, 2);
  run.workers[1].commit_duration.observe(1e9);
  const std::string page = run.exporter.render();
  EXPECT_EQ(sample(page, R"(outflow_commit_duration_seconds_bucket{le="1.0000000000000001e-06"})")
                .value_or(sample(page, R"(outflow_commit_duration_seconds_bucket{le="1e-06"})").value_or(-1)),
            0);
  EXPECT_EQ(sample(page, R"(outflow_commit_duration_seconds_bucket{le="+Inf"})"), 3);
  EXPECT_EQ(sample(page, "outflow_commit_duration_seconds_count"), 3);
}

TEST(Exporter, AStoreMetricNobodyKnowsIsLeftOut) {
  Exporter exporter({"1", nullptr,
                     [] {
                       return std::vector<std::pair<std::string, double>>{{"rocksdb_new_thing", 1}};
                     },
                     nullptr, 3});
  EXPECT_THAT(exporter.render(), Not(HasSubstr("new_thing")));
}

TEST(Health, IsReadyOnceAWorkerHasCaughtUpAndNoneFailed) {
  std::vector<WorkerSnapshot> workers(2);
  EXPECT_THAT(assess(workers).not_ready, ElementsAre(HasSubstr("no worker has partitions yet")));
  workers[0].assigned = true;
  EXPECT_THAT(assess(workers).not_ready, IsEmpty());
  workers[1].failure = "state is from another cluster";
  EXPECT_THAT(assess(workers).not_ready, ElementsAre("worker 1 stopped: state is from another cluster"));
  EXPECT_TRUE(assess(workers).alive);
  workers[0].failure = "too";
  EXPECT_FALSE(assess(workers).alive);
  EXPECT_TRUE(assess({}).alive);
}

}  // namespace
}  // namespace outflow::connectors::exporter_test
