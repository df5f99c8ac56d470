// Making librdkafka clients: settings, what Outflow insists on, ownership, logs and errors.
//
// Thread-safe. A user may pass any librdkafka property (SASL, TLS, ...); the few on which exactly-once rests belong
// to Outflow and are refused, with the reason.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "features/result.h"

namespace outflow::connectors {

struct KafkaSettings {
  std::string brokers = "127.0.0.1:9092";
  std::string client_id = "outflow";
  std::map<std::string, std::string> properties;  // as the user wrote them
  std::size_t max_record_bytes = 4U << 20;

  // The session timeout of consumers; transactions time out no later, so that a successor never waits longer.
  [[nodiscard]] std::int64_t session_timeout_ms() const;
};

// What to call when librdkafka speaks up outside a call; on the thread that polls the client.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  virtual void on_error(const Error& error, bool all_brokers_down, bool fatal) = 0;
  virtual void on_delivery(const rd_kafka_message_t& message) { (void)message; }
  virtual void on_rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t& partitions) {
    (void)what;
    (void)partitions;
  }
};

struct ClientDeleter {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, ClientDeleter>;
struct PartitionListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDeleter>;
struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, QueueDeleter>;
struct ErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using KafkaError = std::unique_ptr<rd_kafka_error_t, ErrorDeleter>;
struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;

using Properties = std::vector<std::pair<std::string, std::string>>;

// Refuses properties that Outflow sets itself, and unknown ones, with a suggestion where it has one.
[[nodiscard]] Result<> check_properties(const KafkaSettings& settings);

// `defaults` yield to the user's properties, `fixed` do not. `events` must outlive the client.
[[nodiscard]] Result<Client> make_consumer(const KafkaSettings& settings, const Properties& fixed,
                                           ClientEvents* events);
[[nodiscard]] Result<Client> make_producer(const KafkaSettings& settings, const Properties& fixed,
                                           ClientEvents* events);

// Grouped by what to do: authentication, authorisation and unsupported requests refuse, a fenced instance stops, the
// rest may pass. `doing` reads on after "cannot", e.g. "read topic x".
[[nodiscard]] Error translate(rd_kafka_resp_err_t error, const std::string& doing, const char* detail = nullptr);

}  // namespace outflow::connectors
