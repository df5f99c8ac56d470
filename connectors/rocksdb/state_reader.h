// RocksStateReader: looks into the state directory of a running or stopped `run`, and changes nothing in it.
//
// Sees what the last checkpoint made durable when it was opened; a running process goes on undisturbed. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "features/result.h"
#include "features/state_io.h"

namespace outflow::connectors {

class RocksStateReader {
 public:
  // Refuses a directory that holds no state, is of a newer format or damaged.
  static Result<std::unique_ptr<RocksStateReader>> open(const std::string& directory);
  ~RocksStateReader();

  // Visits the state of each partition, "<topic>/<number>", in name order; ends at the first error.
  using Visit = std::function<Result<>(const std::string& partition, const features::StateReader& state)>;
  Result<> partitions(const Visit& visit) const;

 private:
  struct Impl;
  explicit RocksStateReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
