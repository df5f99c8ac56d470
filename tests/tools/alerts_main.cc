// outflow-alerts: prints each alert of the alerts topic as a person would want to read it, as it comes; of its updates,
// those that correct what it said (an estimate that became a count, another owner), or all.
//
// An independent reader (read committed, its own process) on purpose: what the demo shows has really been through
// Kafka.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace {

volatile std::sig_atomic_t stop_requested = 0;
void request_stop(int) {
  stop_requested = 1;
}

struct Arguments {
  std::string brokers = "127.0.0.1:9092";
  std::string topic = "outflow.alerts";
  bool updates = false;
};

std::string text_at(const nlohmann::json& alert, const char* pointer) {
  const nlohmann::json::json_pointer at(pointer);
  return alert.contains(at) && alert[at].is_string() ? alert[at].get<std::string>() : std::string();
}

void show(const Arguments& arguments, std::string_view bytes) {
  const nlohmann::json alert = nlohmann::json::parse(bytes, nullptr, false);
  if (!alert.is_object()) return;
  constexpr int kUpdate = 2;
  const bool update = alert.value("activity_id", 1) == kUpdate;
  const bool corrects = alert.contains(nlohmann::json::json_pointer("/unmapped/outflow/correction"));
  if (update && !corrects && !arguments.updates) return;
  std::string sentence = text_at(alert, "/message");
  if (sentence.empty()) sentence = text_at(alert, "/finding_info/desc");
  const std::string risk = alert.contains("risk_score") ? alert["risk_score"].dump() : "?";
  std::printf("%s risk %s  tenant %s  %s\n       %s\n", update ? "UPDATE" : "ALERT ", risk.c_str(),
              text_at(alert, "/metadata/tenant_uid").c_str(), text_at(alert, "/finding_info/title").c_str(),
              sentence.c_str());
  std::fflush(stdout);
}

int run(const Arguments& arguments) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char message[512];
  const std::pair<const char*, const char*> settings[] = {{"bootstrap.servers", arguments.brokers.c_str()},
                                                          {"group.id", "outflow-alerts"},
                                                          {"enable.auto.commit", "false"},
                                                          {"auto.offset.reset", "earliest"},
                                                          {"isolation.level", "read_committed"},
                                                          {"topic.metadata.refresh.interval.ms", "1000"},
                                                          {"allow.auto.create.topics", "false"},
                                                          {"log_level", "2"}};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value, message, sizeof message) != RD_KAFKA_CONF_OK) {
      std::fprintf(stderr, "outflow-alerts: %s\n", message);
      return 1;
    }
  }
  const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> client(
      rd_kafka_new(RD_KAFKA_CONSUMER, conf, message, sizeof message), &rd_kafka_destroy);
  if (client == nullptr) {
    std::fprintf(stderr, "outflow-alerts: %s\n", message);
    return 1;
  }
  rd_kafka_poll_set_consumer(client.get());
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, arguments.topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(client.get(), topics);
  rd_kafka_topic_partition_list_destroy(topics);
  while (stop_requested == 0) {
    const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> record(
        rd_kafka_consumer_poll(client.get(), 200), &rd_kafka_message_destroy);
    if (record != nullptr && record->err == RD_KAFKA_RESP_ERR_NO_ERROR && record->payload != nullptr) {
      show(arguments, {static_cast<const char*>(record->payload), record->len});
    }
  }
  rd_kafka_consumer_close(client.get());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Prints each alert as it comes.", "outflow-alerts"};
  try {
    app.add_option("--brokers", arguments.brokers, "Bootstrap servers")->capture_default_str();
    app.add_option("--topic", arguments.topic, "The alerts topic")->capture_default_str();
    app.add_flag("--updates", arguments.updates, "Also updates that correct nothing");
    app.parse(argc, argv);
    std::signal(SIGINT, request_stop);
    std::signal(SIGTERM, request_stop);
    return run(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outflow-alerts: %s\n", error.what());
    return 1;
  }
}
