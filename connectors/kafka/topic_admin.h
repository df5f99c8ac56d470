// TopicAdmin: finds the topics Outflow needs, creates what is missing, and refuses what would lose data.
//
// One thread, before the workers start. A topic that exists is never changed: a wrong cleanup policy or partition
// count is refused with what to do about it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "connectors/kafka/client.h"

namespace outflow::connectors {

struct TopicSpec {
  std::string name;
  std::string purpose;          // for messages, e.g. "alerts"
  int partitions = 1;           // when created
  int replication_factor = -1;  // when created; -1 = the broker's default
  Properties config;            // when created
  std::string cleanup;          // what an existing one must have: delete, compact, or empty = anything
  int required_partitions = 0;  // 0 = any number
  bool create = true;
};

struct TopicFacts {
  int partitions = 0;
  bool created = false;
  std::string id;                       // empty where the client library cannot tell
  std::int64_t max_message_bytes = -1;  // -1 = not allowed to ask
};

class TopicAdmin final : public ClientEvents {
 public:
  // Waits up to `wait_ms` for a broker to answer, saying so in the log. Refused credentials fail at once.
  static Result<std::unique_ptr<TopicAdmin>> connect(const KafkaSettings& settings, std::int64_t wait_ms,
                                                     const std::atomic<bool>& stop);

  [[nodiscard]] const std::string& cluster_id() const { return cluster_id_; }
  Result<TopicFacts> ensure(const TopicSpec& spec);

  void on_error(const Error& error, bool all_brokers_down, bool fatal) override;

 private:
  Result<int> partitions_of(const std::string& topic);  // 0 = there is no such topic
  Result<> create(const TopicSpec& spec);
  Result<> check_config(const TopicSpec& spec, TopicFacts& facts);
  [[nodiscard]] std::string id_of(const std::string& topic);

  Client client_;
  std::string cluster_id_;
  Error last_error_{ErrorCode::kRetry, ""};
};

}  // namespace outflow::connectors
