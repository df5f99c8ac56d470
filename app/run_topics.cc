#include "app/run_topics.h"

#include <map>
#include <memory>

#include "app/run_service.h"
#include "connectors/kafka/topic_admin.h"

namespace outflow::app {
namespace {

using connectors::TopicAdmin;
using connectors::TopicFacts;
using connectors::TopicSpec;

constexpr const char* kThreeDaysMs = "259200000";  // original bytes are kept no longer
constexpr const char* kForever = "-1";

class Preparation {
 public:
  Preparation(const Config& config, TopicAdmin& admin) : config_(config), admin_(admin) {}

  Result<PreparedTopics> run() {
    PreparedTopics topics;
    topics.cluster_id = admin_.cluster_id();
    for (const std::string& name : config_.input.topics) {
      const Result<TopicFacts> facts = ensure(name, "input", config_.topics.partitions, "", 0, large_records());
      if (!facts) return facts.error();
      keep_input(topics, *facts);
    }
    if (!config_.input.keyed_by_tenant) {
      connectors::Properties properties = large_records();
      properties.emplace_back("retention.ms", kThreeDaysMs);
      properties.emplace_back("cleanup.policy", "delete");
      const Result<TopicFacts> facts = ensure(config_.input.rekeyed_topic, "input, keyed by tenant",
                                              config_.topics.partitions, "delete", 0, properties);
      if (!facts) return facts.error();
      keep_input(topics, *facts);
    }
    if (Result<> outputs = ensure_outputs(topics); !outputs) return outputs.error();
    return topics;
  }

 private:
  [[nodiscard]] connectors::Properties large_records() const {
    return {{"max.message.bytes", std::to_string(config_.max_record_bytes + 65'536)}};
  }

  static void keep_input(PreparedTopics& topics, const TopicFacts& facts) {
    topics.input_id = facts.id;
    topics.input_partitions = facts.partitions;
    topics.input_max_bytes = facts.max_message_bytes;
  }

  Result<TopicFacts> ensure(const std::string& name, const char* purpose, int partitions, const char* cleanup,
                            int required, connectors::Properties properties) {
    TopicSpec spec;
    spec.name = name;
    spec.purpose = purpose;
    spec.partitions = partitions;
    spec.replication_factor = config_.topics.replication_factor;
    spec.config = std::move(properties);
    spec.cleanup = cleanup;
    spec.required_partitions = required;
    spec.create = config_.topics.create;
    return admin_.ensure(spec);
  }

  Result<> ensure_outputs(PreparedTopics& topics) {
    const TopicsConfig& names = config_.topics;
    const int partitions = topics.input_partitions;
    if (const auto alerts =
            ensure(names.alerts, "alerts", partitions, "delete", partitions, {{"cleanup.policy", "delete"}});
        !alerts) {
      return alerts.error();
    }
    if (const auto state =
            ensure(names.state, "state", partitions, "compact", partitions, {{"cleanup.policy", "compact"}});
        !state) {
      return state.error();
    }
    connectors::Properties letters = large_records();
    letters.emplace_back("cleanup.policy", "delete");
    letters.emplace_back("retention.ms", kThreeDaysMs);
    const auto dead_letters = ensure(names.dead_letters, "dead letters", partitions, "delete", 0, letters);
    if (!dead_letters) return dead_letters.error();
    topics.dead_letters_partitions = dead_letters->partitions;
    topics.dead_letters_max_bytes = dead_letters->max_message_bytes;
    const auto anomalies =
        ensure(names.anomalies, "anomalies", partitions, "delete", 0, {{"cleanup.policy", "delete"}});
    if (!anomalies) return anomalies.error();
    topics.anomalies_partitions = anomalies->partitions;
    // Verdicts and suppressions of one tenant follow one another, so compaction by tenant would drop them.
    const auto control =
        ensure(names.control, "control", 1, "delete", 0, {{"cleanup.policy", "delete"}, {"retention.ms", kForever}});
    if (!control) return control.error();
    return {};
  }

  const Config& config_;
  TopicAdmin& admin_;
};

}  // namespace

connectors::KafkaSettings kafka_settings(const Config& config) {
  connectors::KafkaSettings settings;
  settings.brokers = config.kafka.brokers;
  settings.properties = config.kafka.properties;
  settings.max_record_bytes = config.max_record_bytes;
  if (const auto id = settings.properties.find("client.id"); id != settings.properties.end()) {
    settings.client_id = id->second;
  }
  return settings;
}

Result<> check_topics(const Config& config) {
  const InputConfig& input = config.input;
  if (input.topics.empty()) {
    return Error{ErrorCode::kRefuse, "no input topic is named; set input.topics or --input TOPIC"};
  }
  if (input.keyed_by_tenant && input.topics.size() != 1) {
    return Error{ErrorCode::kRefuse,
                 "exactly one topic can be keyed by tenant, but " + std::to_string(input.topics.size()) +
                     " are named; leave out --keyed (input.keyed_by_tenant), so that they are merged into one"};
  }
  std::map<std::string, std::string> uses;
  const auto use = [&uses](const std::string& name, const std::string& purpose) -> Result<> {
    const auto [earlier, fresh] = uses.emplace(name, purpose);
    if (fresh) return {};
    return Error{ErrorCode::kRefuse, "topic " + name + " is named twice: as " + earlier->second + " and as " + purpose};
  };
  for (const std::string& topic : input.topics) {
    if (Result<> used = use(topic, "input"); !used) return used;
  }
  if (!input.keyed_by_tenant) {
    if (Result<> used = use(input.rekeyed_topic, "the rekeyed input"); !used) return used;
  }
  const std::pair<const std::string&, const char*> outputs[] = {{config.topics.alerts, "alerts"},
                                                                {config.topics.state, "state"},
                                                                {config.topics.dead_letters, "dead letters"},
                                                                {config.topics.control, "control"},
                                                                {config.topics.anomalies, "anomalies"}};
  for (const auto& [name, purpose] : outputs) {
    if (Result<> used = use(name, purpose); !used) return used;
  }
  return {};
}

Result<PreparedTopics> prepare_topics(const Config& config, const connectors::KafkaSettings& kafka,
                                      std::int64_t broker_wait_ms, const std::atomic<bool>& stop) {
  Result<std::unique_ptr<TopicAdmin>> admin = TopicAdmin::connect(kafka, broker_wait_ms, stop);
  if (!admin) return admin.error();
  return Preparation(config, **admin).run();
}

}  // namespace outflow::app
