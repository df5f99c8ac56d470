// `outflow run` as a function: prepares topics and state, runs the rekey stage and the workers, waits for a signal.
//
// Blocks; returns the process's exit code. Call once a process: it owns SIGINT, SIGTERM and the log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "app/config.h"
#include "connectors/decode/decoder.h"
#include "connectors/http/schema_registry.h"
#include "connectors/kafka/worker.h"

namespace outflow::app {

struct TopicLimits {
  std::size_t dead_letter_max_bytes = 900'000;  // of a value
};

using MachineMaker =
    std::function<std::unique_ptr<connectors::WorkerMachines>(const Config& config, const TopicLimits& limits)>;

struct RunOptions {
  MachineMaker machines;             // one call a worker
  bool exit_at_end = false;          // stop when everything that was in the input at the start is done
  connectors::DecodeOptions decode;  // of the rekey stage
  std::shared_ptr<const connectors::SchemaRegistry> schemas;  // for the metrics; null: none is configured
  std::int64_t broker_wait_ms = 15'000;                       // for the first answer; 0 = for ever
};

int run_service(const Config& config, const RunOptions& options);

// What `run` works on: the keyed topic itself, or what the rekey stage writes.
[[nodiscard]] const std::string& worked_topic(const Config& config);

}  // namespace outflow::app
