// Exporter: the snapshots of all workers as one Prometheus page (text format 0.0.4).
//
// Any thread; scrapes are serialised. Between scrapes it keeps only what makes counters of partitions that come and go
// monotone. Counts that a partition made after the last scrape and before it was revoked are not exported.
// A WorkerSnapshot's own counters are monotone for the life of the process, whatever the worker recovers from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/http/schema_registry.h"
#include "connectors/metrics/run_snapshot.h"

namespace outflow::connectors {

using SnapshotSource = std::function<std::vector<WorkerSnapshot>()>;  // always the same workers in the same order

struct ExporterOptions {
  std::string version;  // of outflow
  SnapshotSource workers;
  // Name without "outflow_" (connectors/metrics/catalogue.cc lists them: "rocksdb_block_cache_hits_total", ...) and
  // value, summed over all databases. May be empty; unknown names are left out.
  std::function<std::vector<std::pair<std::string, double>>()> store;
  std::function<std::int64_t()> now_ms;                  // wall clock; empty = the system's
  std::size_t max_integrations = 50;                     // with series of their own
  std::function<SchemaRegistry::Counts()> schemas = {};  // empty: no registry is asked
};

class Exporter {
 public:
  explicit Exporter(ExporterOptions options);
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  [[nodiscard]] std::string render();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
