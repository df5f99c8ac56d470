// The topics of a run: which there must be, with which partitions and cleanup policy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/config.h"
#include "connectors/kafka/client.h"
#include "features/result.h"

namespace outflow::app {

struct PreparedTopics {
  std::string cluster_id;
  std::string input_id;  // of the topic the workers read; empty where unknown
  int input_partitions = 0;
  int dead_letters_partitions = 0;
  int anomalies_partitions = 0;
  std::int64_t input_max_bytes = -1;  // of a record; -1 = unknown
  std::int64_t dead_letters_max_bytes = -1;
};

// Refuses combinations of topics that cannot work, before any broker is asked.
[[nodiscard]] Result<> check_topics(const Config& config);

// Waits for a broker, creates what is missing (unless told not to) and refuses what does not fit.
[[nodiscard]] Result<PreparedTopics> prepare_topics(const Config& config, const connectors::KafkaSettings& kafka,
                                                    std::int64_t broker_wait_ms, const std::atomic<bool>& stop);

[[nodiscard]] connectors::KafkaSettings kafka_settings(const Config& config);

}  // namespace outflow::app
