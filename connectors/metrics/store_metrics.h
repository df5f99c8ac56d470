// What RocksDB says of itself, under the names of the catalogue (without "outflow_"): for ExporterOptions::store.
//
// Any thread, while the database is open. Counters need DBOptions::statistics; without them they are left out. A
// statistics object shared by several databases counts for all of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace rocksdb {
class DB;
}

namespace outflow::connectors {

[[nodiscard]] std::vector<std::pair<std::string, double>> store_metrics(rocksdb::DB& database);

}  // namespace outflow::connectors
