// IngestProducer: writes records of files to a topic, keyed by tenant; idempotent, so a retry doubles nothing.
//
// One thread. send() waits where the queue is full, so memory stays bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/kafka/client.h"

namespace outflow::connectors {

class IngestProducer final : public ClientEvents {
 public:
  static Result<std::unique_ptr<IngestProducer>> open(const KafkaSettings& settings, const std::string& topic);

  // `timestamp_ms` 0 = now. Any error is final, but kDeadLetter: this record alone cannot be written.
  Result<> send(std::string_view tenant, std::string_view value, std::int64_t timestamp_ms);
  // Waits until every record is acknowledged; the first failure, if there was one.
  Result<> finish();
  // Gives what is still on its way no more chance.
  void abandon();

  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

  void on_error(const Error& error, bool all_brokers_down, bool fatal) override;
  void on_delivery(const rd_kafka_message_t& message) override;

 private:
  Client client_;
  Topic topic_;  // destroyed before its client
  std::string name_;
  std::uint64_t acknowledged_ = 0;
  Result<> failure_;
};

}  // namespace outflow::connectors
