// TransactionalProducer: outputs and input offsets, committed together.
//
// One thread. Opening it fences whoever held the same transactional id and settles its open transaction; a
// transaction is open from then on, until close. After an error from commit() it is of no more use: throw it away and
// open a new one, which is the one recovery path (a fatal error while aborting leaves nothing else).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "connectors/kafka/client.h"
#include "connectors/kafka/group_consumer.h"
#include "detector/ports.h"

namespace outflow::connectors {

struct OutgoingRecord {
  std::string_view topic = {};
  std::int32_t partition = RD_KAFKA_PARTITION_UA;  // unassigned: by key (murmur2_random)
  std::string_view key = {};
  std::string_view value = {};
  bool null_key = false;
  std::int64_t timestamp_ms = 0;          // 0 = now
  rd_kafka_headers_t* headers = nullptr;  // taken over, also on failure
};

class TransactionalProducer final : public ClientEvents {
 public:
  static Result<std::unique_ptr<TransactionalProducer>> open(const KafkaSettings& settings,
                                                             const std::string& transactional_id);
  ~TransactionalProducer() override;  // aborts what is open, as far as the broker answers soon

  // Joins the open transaction. The first error is kept and returned by commit().
  void send(const OutgoingRecord& record);

  // Sends the offsets with the consumer's group metadata and commits; begins the next transaction.
  Result<> commit(rd_kafka_t* consumer, const rd_kafka_topic_partition_list_t& offsets);

  // Calls `seen(topic, partition, offset)` for records of the last committed transaction that went to `topic`.
  void watch(std::string topic) { watched_ = std::move(topic); }
  [[nodiscard]] std::optional<std::int64_t> watched_end(std::int32_t partition) const;

  void on_error(const Error& error, bool all_brokers_down, bool fatal) override;
  void on_delivery(const rd_kafka_message_t& message) override;

 private:
  explicit TransactionalProducer(std::string id, int timeout_ms) : id_(std::move(id)), timeout_ms_(timeout_ms) {}
  Result<> begin();
  Result<> fail(KafkaError error, const std::string& doing);
  rd_kafka_topic_t* topic_of(std::string_view name);

  std::string id_;
  int timeout_ms_;
  Client client_;
  std::map<std::string, Topic, std::less<>> topics_;  // destroyed before their client
  std::string watched_;
  std::map<std::int32_t, std::int64_t> watched_sent_;  // of the open transaction
  std::map<std::int32_t, std::int64_t> watched_ends_;  // committed
  Result<> failure_;
  bool open_ = false;
};

// The protocol's outputs as topics: streams go to their topic, to the partition with the input's number.
class KafkaOutputs final : public detector::OutputTransaction {
 public:
  struct Topics {
    std::string input;
    std::string alerts;
    std::string anomalies;
    std::string dead_letters;
    std::string state;
    std::int32_t anomalies_partitions = 1;
    std::int32_t dead_letters_partitions = 1;
  };
  KafkaOutputs(TransactionalProducer& producer, GroupConsumer& consumer, Topics topics);

  void send(detector::Stream stream, std::int32_t input_partition, std::string_view key, std::string_view value,
            std::span<const detector::OutputHeader> headers) override;
  Result<> commit(std::span<const detector::PartitionOffset> offsets) override;
  [[nodiscard]] std::optional<std::int64_t> state_end(std::int32_t partition) const override;

 private:
  TransactionalProducer& producer_;
  GroupConsumer& consumer_;
  Topics topics_;
};

}  // namespace outflow::connectors
