// RocksStateStore: the state of all partitions of one process, in one RocksDB; a column family a partition.
//
// Written only at checkpoints (units, mark and all in one synced batch), read at start and for cold units.
// Thread-safe but for PartitionStore::get/scan/new_batch, which belong to the partition's thread; write() may come
// from any thread. A partition has one holder at a time, the directory one process (RocksDB's lock).
// Partition stores must be destroyed before their store.
//
// Layout (docs/state-format.md): the default column family holds "format" and "instance"; family
// "<topic>/<partition>" holds the partition's units under their own keys, and "!mark", the checkpoint's mark.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "detector/ports.h"

namespace outflow::connectors {

class RocksStateStore final : public detector::StateStore {
 public:
  // Creates the directory where it is missing. Refuses, explained: no permission, held by another process, written
  // by a newer format, corrupt.
  static Result<std::unique_ptr<RocksStateStore>> open(const std::string& directory, const std::string& topic);
  ~RocksStateStore() override;

  Result<std::unique_ptr<detector::PartitionStore>> open(std::int32_t partition) override;

  // A random name given to the directory when it was made: tells this process from others of its group, and stays
  // the same over restarts.
  [[nodiscard]] const std::string& instance() const;

  // RocksDB's own numbers, for connectors::ExporterOptions::store. Thread-safe.
  [[nodiscard]] std::vector<std::pair<std::string, double>> metrics() const;

  struct Impl;

 private:
  explicit RocksStateStore(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
