#include "connectors/metrics/store_metrics.h"

#include <array>
#include <cstdint>

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

namespace outflow::connectors {
namespace {

struct Property {
  const char* name;
  const std::string* property;
  bool aggregated;  // over column families; the others are the database's own
};

}  // namespace

std::vector<std::pair<std::string, double>> store_metrics(rocksdb::DB& database) {
  using Names = rocksdb::DB::Properties;
  const std::array<Property, 6> properties{{
      {"rocksdb_live_data_bytes", &Names::kEstimateLiveDataSize, true},
      {"rocksdb_sst_files_bytes", &Names::kTotalSstFilesSize, true},
      {"rocksdb_memtables_bytes", &Names::kCurSizeAllMemTables, true},
      {"rocksdb_pending_compaction_bytes", &Names::kEstimatePendingCompactionBytes, true},
      {"rocksdb_background_errors", &Names::kBackgroundErrors, false},
      {"rocksdb_write_stopped", &Names::kIsWriteStopped, false},
  }};
  std::vector<std::pair<std::string, double>> values;
  for (const Property& property : properties) {
    std::uint64_t value = 0;
    const bool known = property.aggregated ? database.GetAggregatedIntProperty(*property.property, &value)
                                           : database.GetIntProperty(*property.property, &value);
    if (known) values.emplace_back(property.name, static_cast<double>(value));
  }
  // One cache serves all column families, so it is asked once.
  std::uint64_t cache_bytes = 0;
  if (database.GetIntProperty(Names::kBlockCacheUsage, &cache_bytes)) {
    values.emplace_back("rocksdb_block_cache_bytes", static_cast<double>(cache_bytes));
  }
  const std::shared_ptr<rocksdb::Statistics> statistics = database.GetDBOptions().statistics;
  if (statistics == nullptr) return values;
  const auto ticker = [&statistics](std::uint32_t which) {
    return static_cast<double>(statistics->getTickerCount(which));
  };
  values.emplace_back("rocksdb_block_cache_hits_total", ticker(rocksdb::BLOCK_CACHE_HIT));
  values.emplace_back("rocksdb_block_cache_misses_total", ticker(rocksdb::BLOCK_CACHE_MISS));
  values.emplace_back("rocksdb_bytes_read_total", ticker(rocksdb::BYTES_READ) + ticker(rocksdb::ITER_BYTES_READ));
  values.emplace_back("rocksdb_bytes_written_total", ticker(rocksdb::BYTES_WRITTEN));
  values.emplace_back("rocksdb_stall_seconds_total", ticker(rocksdb::STALL_MICROS) / 1e6);
  return values;
}

}  // namespace outflow::connectors
