#include "connectors/kafka/topic_admin.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

using std::chrono::steady_clock;
constexpr int kRequestTimeoutMs = 15'000;
constexpr int kConnectPollMs = 500;
constexpr int kLogEveryMs = 5'000;

struct EventDeleter {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EventDeleter>;

struct OptionsDeleter {
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
};
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, OptionsDeleter>;

Options admin_options(rd_kafka_t* client, rd_kafka_admin_op_t operation) {
  Options options(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> why{};
  (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), kRequestTimeoutMs, why.data(), why.size());
  return options;
}

// Null: no answer.
Event wait_for(rd_kafka_queue_t* queue) {
  return Event(rd_kafka_queue_poll(queue, kRequestTimeoutMs + 1000));
}

Error refuse(const TopicSpec& spec, const std::string& why) {
  return {ErrorCode::kRefuse, "topic " + spec.name + " (" + spec.purpose + ") " + why};
}

}  // namespace

void TopicAdmin::on_error(const Error& error, bool /*all_brokers_down*/, bool /*fatal*/) {
  if (last_error_.code == ErrorCode::kRetry) last_error_ = error;
}

Result<std::unique_ptr<TopicAdmin>> TopicAdmin::connect(const KafkaSettings& settings, std::int64_t wait_ms,
                                                        const std::atomic<bool>& stop) {
  auto admin = std::make_unique<TopicAdmin>();
  Result<Client> client = make_producer(settings, {}, admin.get());
  if (!client) return client.error();
  admin->client_ = std::move(client).value();
  const auto begin = steady_clock::now();
  auto next_log = begin + std::chrono::milliseconds(kLogEveryMs);
  while (true) {
    (void)rd_kafka_poll(admin->client_.get(), 0);
    if (admin->last_error_.code != ErrorCode::kRetry) return admin->last_error_;
    char* id = rd_kafka_clusterid(admin->client_.get(), kConnectPollMs);
    if (id != nullptr) {
      admin->cluster_id_ = id;
      rd_kafka_mem_free(admin->client_.get(), id);
      return admin;
    }
    const std::string why = admin->last_error_.message.empty() ? "no answer yet" : admin->last_error_.message;
    if (stop) return Error{ErrorCode::kRetry, "stopped before a Kafka broker answered"};
    if (wait_ms > 0 && steady_clock::now() - begin > std::chrono::milliseconds(wait_ms)) {
      return Error{ErrorCode::kStop, "no Kafka broker answers at " + settings.brokers + " (" + why + ")"};
    }
    if (steady_clock::now() >= next_log) {
      next_log += std::chrono::milliseconds(kLogEveryMs);
      log_event(LogLevel::kWarn, "broker_unreachable", "still trying to reach a Kafka broker",
                {{"brokers", settings.brokers}, {"reason", why}});
    }
  }
}

Result<int> TopicAdmin::partitions_of(const std::string& topic) {
  const Topic handle(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client_.get(), 0, handle.get(), &metadata, kRequestTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return translate(error, "ask for topic " + topic);
  const auto topic_error = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  const int partitions = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
  rd_kafka_metadata_destroy(metadata);
  if (topic_error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0;
  if (topic_error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) {
    return Error{ErrorCode::kRefuse, "\"" + topic + "\" is not a name a topic can have"};
  }
  if (topic_error != RD_KAFKA_RESP_ERR_NO_ERROR && topic_error != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
    return translate(topic_error, "ask for topic " + topic);
  }
  return partitions;
}

Result<TopicFacts> TopicAdmin::ensure(const TopicSpec& spec) {
  TopicFacts facts;
  Result<int> partitions = partitions_of(spec.name);
  if (!partitions) return partitions.error();
  if (*partitions == 0) {
    if (!spec.create) return refuse(spec, "does not exist, and creating topics is switched off");
    if (Result<> created = create(spec); !created) return created.error();
    facts.created = true;
    const auto give_up_at = steady_clock::now() + std::chrono::milliseconds(kRequestTimeoutMs);
    while (*partitions == 0) {  // the other brokers may not have heard of it yet
      (void)rd_kafka_poll(client_.get(), 20);
      partitions = partitions_of(spec.name);
      if (!partitions) return partitions.error();
      if (steady_clock::now() > give_up_at) return refuse(spec, "was created, but does not appear");
    }
  }
  facts.partitions = *partitions;
  if (spec.required_partitions > 0 && facts.partitions != spec.required_partitions) {
    return refuse(spec, "has " + std::to_string(facts.partitions) +
                            " partitions, but must have as many as the input, " +
                            std::to_string(spec.required_partitions) +
                            "; create it anew with that many, or name another topic in the configuration");
  }
  if (Result<> checked = check_config(spec, facts); !checked) return checked.error();
  facts.id = id_of(spec.name);
  return facts;
}

Result<> TopicAdmin::create(const TopicSpec& spec) {
  std::array<char, 256> why{};
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replication_factor, why.data(), why.size());
  if (topic == nullptr) return refuse(spec, std::string("cannot be created: ") + why.data());
  for (const auto& [name, value] : spec.config) (void)rd_kafka_NewTopic_set_config(topic, name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client_.get()));
  const Options options = admin_options(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_CreateTopics(client_.get(), &topic, 1, options.get(), queue.get());
  const Event event = wait_for(queue.get());
  rd_kafka_NewTopic_destroy(topic);
  if (!event) return Error{ErrorCode::kRetry, "cannot create topic " + spec.name + ": no answer"};
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return translate(rd_kafka_event_error(event.get()), "create topic " + spec.name);
  }
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return {};
  const auto error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return {};  // another process was quicker
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Error failed = translate(error, "create topic " + spec.name, rd_kafka_topic_result_error_string(results[0]));
    if (failed.code == ErrorCode::kRetry) failed.code = ErrorCode::kRefuse;
    return failed;
  }
  log_event(LogLevel::kInfo, "topic_created", "created a topic that was missing",
            {{"topic", spec.name}, {"purpose", spec.purpose}, {"partitions", spec.partitions}});
  return {};
}

Result<> TopicAdmin::check_config(const TopicSpec& spec, TopicFacts& facts) {
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, spec.name.c_str());
  const Queue queue(rd_kafka_queue_new(client_.get()));
  const Options options = admin_options(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_DescribeConfigs(client_.get(), &resource, 1, options.get(), queue.get());
  const Event event = wait_for(queue.get());
  rd_kafka_ConfigResource_destroy(resource);
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** resources = nullptr;
  if (event && rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    resources = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  }
  if (count != 1 || rd_kafka_ConfigResource_error(resources[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log_event(LogLevel::kWarn, "topic_unchecked", "not allowed to read a topic's configuration; it is taken as right",
              {{"topic", spec.name}, {"needs", spec.cleanup.empty() ? "nothing" : "cleanup.policy=" + spec.cleanup}});
    return {};
  }
  std::size_t entries = 0;
  const rd_kafka_ConfigEntry_t** config = rd_kafka_ConfigResource_configs(resources[0], &entries);
  for (std::size_t i = 0; i < entries; ++i) {
    const char* raw = rd_kafka_ConfigEntry_value(config[i]);
    const std::string value = raw != nullptr ? raw : "";
    const std::string_view name = rd_kafka_ConfigEntry_name(config[i]);
    if (name == "max.message.bytes") facts.max_message_bytes = std::strtoll(value.c_str(), nullptr, 10);
    if (name == "cleanup.policy" && !spec.cleanup.empty() && value != spec.cleanup) {
      return refuse(spec, "has cleanup.policy=" + value + ", but must have " + spec.cleanup +
                              (spec.cleanup == "compact" ? ", or decisions that recovery needs would be deleted"
                                                         : ", or records that share a key would be dropped") +
                              "; change it with kafka-configs, or name another topic in the configuration");
    }
  }
  return {};
}

std::string TopicAdmin::id_of(const std::string& topic) {
#if RD_KAFKA_VERSION >= 0x020300ff
  const char* name = topic.c_str();
  rd_kafka_TopicCollection_t* topics = rd_kafka_TopicCollection_of_topic_names(&name, 1);
  const Queue queue(rd_kafka_queue_new(client_.get()));
  const Options options = admin_options(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
  rd_kafka_DescribeTopics(client_.get(), topics, options.get(), queue.get());
  const Event event = wait_for(queue.get());
  rd_kafka_TopicCollection_destroy(topics);
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  std::size_t count = 0;
  const rd_kafka_TopicDescription_t** found =
      rd_kafka_DescribeTopics_result_topics(rd_kafka_event_DescribeTopics_result(event.get()), &count);
  if (count != 1 || rd_kafka_TopicDescription_error(found[0]) != nullptr) {
    if (count != 1 || rd_kafka_error_code(rd_kafka_TopicDescription_error(found[0])) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {};
    }
  }
  const char* text = rd_kafka_Uuid_base64str(rd_kafka_TopicDescription_topic_id(found[0]));
  return text != nullptr ? text : "";
#else
  (void)topic;
  return {};
#endif
}

}  // namespace outflow::connectors
