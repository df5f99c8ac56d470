// KafkaStateLog: reads a partition of the state topic back, once, at recovery.
//
// One thread. The end is asked for without regard to transactions, and the records are read with it: a transaction
// whose offsets are visible may not yet have its mark on the state topic, and its decisions must not be missed.
#pragma once

#include <string>

#include "connectors/kafka/client.h"
#include "detector/ports.h"

namespace outflow::connectors {

class KafkaStateLog final : public detector::StateLog {
 public:
  KafkaStateLog(KafkaSettings settings, std::string topic);

  Result<std::int64_t> read(std::int32_t partition, std::int64_t from, const Visit& visit) override;
  // Closes the connections until the next read().
  void rest();

 private:
  Result<> connect();
  Result<std::int64_t> read_up_to(rd_kafka_topic_t* topic, std::int32_t partition, std::int64_t end,
                                  const Visit& visit);

  KafkaSettings settings_;
  std::string topic_;
  Client ends_;    // read_uncommitted
  Client reader_;  // read_committed
};

}  // namespace outflow::connectors
