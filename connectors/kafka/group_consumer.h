// GroupConsumer: one static member of a consumer group, as the protocol's input log.
//
// One thread. Records of all partitions arrive through one forwarded queue and are handed over by callback: the
// cheapest way librdkafka has (50 ns a record of the application thread, where poll costs 170).
//
// Rebalances are eager. On assignment nothing is fetched until the listener has called start() for every partition:
// recovery happens between polls, while heartbeats go on. Offsets are never reset: out of range is an error.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "detector/ports.h"

namespace outflow::connectors {

struct TopicPartition {
  std::string topic;
  std::int32_t partition = -1;
  auto operator<=>(const TopicPartition&) const = default;
};

class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  virtual void on_assigned(std::span<const TopicPartition> partitions) = 0;
  // Still the owner: commit and let go. Nobody else has the partitions before this returns.
  virtual void on_revoked() = 0;
  // No longer the owner: forget.
  virtual void on_lost() = 0;
};

struct GroupMembership {
  std::string group;
  std::string instance;  // group.instance.id
  std::vector<std::string> topics;
};

// Receives records as librdkafka has them. False asks for a pause, as in detector::RecordSink.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual bool on_message(const rd_kafka_message_t& message) = 0;
  virtual void on_end(const rd_kafka_message_t& message) = 0;  // topic, partition and offset are set
};

class GroupConsumer final : public ClientEvents {
 public:
  static Result<std::unique_ptr<GroupConsumer>> open(const KafkaSettings& settings, GroupMembership membership,
                                                     RebalanceListener& listener);
  ~GroupConsumer() override;  // leaves without calling the listener

  // Hands over what has arrived, waiting up to `timeout_ms` for the first. Rebalances happen in here.
  Result<> poll(MessageSink& sink, int timeout_ms);

  Result<std::optional<std::int64_t>> committed(const TopicPartition& from);
  Result<detector::LogBounds> bounds(const TopicPartition& of);
  // After the last of the assigned partitions is started, records begin to flow.
  Result<> start(const TopicPartition& from, std::int64_t offset);
  // Hands over nothing of this partition for a little while, then everything from `offset` on. May be called from a
  // sink. The while grows with each call for the same offset, up to a second. Messages behind `offset` that are on
  // their way may still come before: the sink drops them.
  void come_again(const TopicPartition& from, std::int64_t offset);

  [[nodiscard]] rd_kafka_t* client() const { return client_.get(); }
  [[nodiscard]] bool all_brokers_down() const { return all_brokers_down_; }
  [[nodiscard]] std::uint64_t rebalances() const { return rebalances_; }
  [[nodiscard]] std::size_t assigned() const { return assigned_.size(); }

  // Leaves the group, calling the listener as for a revocation.
  void close();

  void on_error(const Error& error, bool all_brokers_down, bool fatal) override;
  void on_rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t& partitions) override;

 private:
  GroupConsumer(GroupMembership membership, RebalanceListener& listener);
  static void deliver(rd_kafka_message_t* message, void* opaque);
  struct Pause {
    std::int64_t offset = -1;
    std::int64_t delay_ms = 0;
    std::chrono::steady_clock::time_point until;
    bool paused = false;  // at the client
    bool over = false;    // kept to know how long the next one takes
  };

  void take(const rd_kafka_message_t& message);
  void unassign();
  Result<> keep_pauses();
  Result<> resume(const TopicPartition& partition, const Pause& pause);

  GroupMembership membership_;
  RebalanceListener* listener_;
  Client client_;
  Queue records_;
  std::map<TopicPartition, std::optional<std::int64_t>> assigned_;  // with its start, once known
  std::map<TopicPartition, Pause> pauses_;
  std::vector<Queue> forwarded_;
  MessageSink* sink_ = nullptr;  // while polling
  Result<> failure_;
  std::uint64_t rebalances_ = 0;
  bool assign_due_ = false;  // librdkafka waits for our answer to an assignment
  bool all_brokers_down_ = false;
  bool closed_ = false;
};

}  // namespace outflow::connectors
