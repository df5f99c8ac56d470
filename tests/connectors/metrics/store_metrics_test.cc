// RocksDB's own numbers reach the page under names that the catalogue knows.
#include "connectors/metrics/store_metrics.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include "connectors/metrics/catalogue.h"

namespace outflow::connectors::store_metrics_test {
namespace {

TEST(StoreMetrics, AllRocksdbMetricsOfTheCatalogueComeFromADatabase) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / ("outflow-store-metrics-" + std::to_string(::getpid()));
  rocksdb::Options options;
  options.create_if_missing = true;
  options.statistics = rocksdb::CreateDBStatistics();
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, folder.string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  ASSERT_TRUE(database->Put({}, "key", std::string(1000, 'v')).ok());
  std::map<std::string, double> values;
  for (const auto& [name, value] : store_metrics(*database)) values["outflow_" + name] = value;
  for (const MetricInfo& metric : metric_catalogue()) {
    if (metric.name.starts_with("outflow_rocksdb_")) {
      EXPECT_TRUE(values.contains(std::string(metric.name))) << metric.name;
    }
  }
  for (const auto& entry : values) EXPECT_NE(find_metric(entry.first), nullptr) << entry.first;
  EXPECT_GE(values["outflow_rocksdb_bytes_written_total"], 1000);
  EXPECT_GT(values["outflow_rocksdb_memtables_bytes"], 0);
  EXPECT_EQ(values["outflow_rocksdb_write_stopped"], 0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace outflow::connectors::store_metrics_test
