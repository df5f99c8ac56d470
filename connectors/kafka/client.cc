#include "connectors/kafka/client.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "connectors/log/log.h"

namespace outflow::connectors {
namespace {

constexpr std::int64_t kSessionTimeoutMs = 10'000;
constexpr int kFetchBackoffVersion = 0x02020000;  // fetch.queue.backoff.ms came with 2.2

struct OwnProperty {
  std::string_view name;
  std::string_view why;
};
constexpr std::string_view kExactlyOnce = "exactly-once rests on it";
constexpr std::array<OwnProperty, 17> kOwnProperties = {{
    {"bootstrap.servers", "set kafka.brokers or --brokers"},
    {"metadata.broker.list", "set kafka.brokers or --brokers"},
    {"group.id", "set kafka.group or --group"},
    {"group.instance.id", "set kafka.instance_id"},
    {"transactional.id", "it is made from the group and the instance"},
    {"enable.auto.commit", kExactlyOnce},
    {"enable.auto.offset.store", kExactlyOnce},
    {"auto.offset.reset", "set input.start; offsets are never reset behind your back"},
    {"isolation.level", kExactlyOnce},
    {"enable.idempotence", kExactlyOnce},
    {"acks", kExactlyOnce},
    {"request.required.acks", kExactlyOnce},
    {"partition.assignment.strategy", "partitions are handed over whole, by an eager strategy"},
    {"partitioner", "tenants must land on the same partition from every writer"},
    {"enable.partition.eof", "it tells that a partition is caught up"},
    {"group.protocol", "only the classic group protocol is supported"},
    {"transaction.timeout.ms", "it follows session.timeout.ms"},
}};

void on_log(const rd_kafka_t* client, int level, const char* facility, const char* message) {
  // That a producer ignores a consumer's property is of no interest: one list of properties serves both.
  const bool noise = std::strcmp(facility, "CONFWARN") == 0;
  const LogLevel ours = noise || level >= 7 ? LogLevel::kDebug
                        : level >= 5        ? LogLevel::kInfo
                        : level == 4        ? LogLevel::kWarn
                                            : LogLevel::kError;
  // librdkafka calls a lost connection an error; it comes back by itself, so it is a warning here.
  log_event(std::min(ours, LogLevel::kWarn), "librdkafka", message,
            {{"facility", facility}, {"client", rd_kafka_name(client)}});
}

void on_error(rd_kafka_t* client, int error, const char* reason, void* opaque) {
  auto* events = static_cast<ClientEvents*>(opaque);
  if (events == nullptr) return;
  auto code = static_cast<rd_kafka_resp_err_t>(error);
  const bool fatal = code == RD_KAFKA_RESP_ERR__FATAL;
  std::array<char, 512> text{};
  if (fatal) code = rd_kafka_fatal_error(client, text.data(), text.size());
  events->on_error(translate(code, "talk to Kafka", fatal ? text.data() : reason),
                   code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, fatal);
}

void on_delivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  if (opaque != nullptr) static_cast<ClientEvents*>(opaque)->on_delivery(*message);
}

void on_rebalance(rd_kafka_t* /*client*/, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions,
                  void* opaque) {
  static_cast<ClientEvents*>(opaque)->on_rebalance(what, *partitions);
}

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

Result<> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK) return {};
  // librdkafka's text may quote the value; of a secret it must not be shown.
  const bool secret = redacted(name, value) != value;
  return Error{ErrorCode::kRefuse, "Kafka property " + name + ": " + (secret ? "not accepted" : why.data())};
}

Result<> set_all(rd_kafka_conf_t* conf, const Properties& properties) {
  for (const auto& [name, value] : properties) {
    if (Result<> done = set(conf, name, value); !done) return done;
  }
  return {};
}

Properties consumer_defaults() {
  Properties properties = {{"session.timeout.ms", std::to_string(kSessionTimeoutMs)},
                           {"heartbeat.interval.ms", "2000"},
                           {"fetch.message.max.bytes", "4194304"},
                           {"fetch.wait.max.ms", "100"}};
  if (rd_kafka_version() >= kFetchBackoffVersion) {
    properties.insert(
        properties.end(),
        {{"fetch.queue.backoff.ms", "1"}, {"queued.min.messages", "200000"}, {"queued.max.messages.kbytes", "65536"}});
  } else {
    // A full queue pauses fetching for a second here; a queue that does not fill hides that.
    properties.insert(properties.end(),
                      {{"queued.min.messages", "1000000"}, {"queued.max.messages.kbytes", "1048576"}});
  }
  return properties;
}

Properties producer_defaults(const KafkaSettings& settings) {
  return {{"compression.type", "lz4"},
          {"linger.ms", "5"},
          {"batch.size", "1000000"},
          {"message.max.bytes", std::to_string(settings.max_record_bytes + 65'536)},
          {"queue.buffering.max.messages", "500000"},
          {"queue.buffering.max.kbytes", "262144"}};
}

Result<Client> make_client(rd_kafka_type_t type, const KafkaSettings& settings, const Properties& defaults,
                           const Properties& fixed, ClientEvents* events) {
  Conf conf(rd_kafka_conf_new());
  Properties users(settings.properties.begin(), settings.properties.end());
  const Properties base = {
      {"bootstrap.servers", settings.brokers}, {"client.id", settings.client_id}, {"reconnect.backoff.max.ms", "2000"}};
  for (const Properties* properties : {&base, &defaults, static_cast<const Properties*>(&users), &fixed}) {
    if (Result<> done = set_all(conf.get(), *properties); !done) return done.error();
  }
  rd_kafka_conf_set_opaque(conf.get(), events);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  if (type == RD_KAFKA_CONSUMER && events != nullptr) rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  std::array<char, 512> why{};
  Client client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!client) return Error{ErrorCode::kRefuse, std::string("Kafka client: ") + why.data()};
  (void)conf.release();  // the client's now
  return client;
}

}  // namespace

std::int64_t KafkaSettings::session_timeout_ms() const {
  const auto found = properties.find("session.timeout.ms");
  if (found == properties.end()) return kSessionTimeoutMs;
  const std::int64_t value = std::strtoll(found->second.c_str(), nullptr, 10);
  return value > 0 ? value : kSessionTimeoutMs;
}

Result<> check_properties(const KafkaSettings& settings) {
  const Conf scratch(rd_kafka_conf_new());
  for (const auto& [name, value] : settings.properties) {
    const auto* own = std::find_if(kOwnProperties.begin(), kOwnProperties.end(),
                                   [&name](const OwnProperty& property) { return property.name == name; });
    if (own != kOwnProperties.end()) {
      return Error{ErrorCode::kRefuse, "Kafka property " + name + " is Outflow's own: " + std::string(own->why)};
    }
    if (Result<> known = set(scratch.get(), name, value); !known) return known;
  }
  if (settings.brokers.empty())
    return Error{ErrorCode::kRefuse, "no brokers are named; set kafka.brokers or --brokers"};
  return {};
}

Result<Client> make_consumer(const KafkaSettings& settings, const Properties& fixed, ClientEvents* events) {
  return make_client(RD_KAFKA_CONSUMER, settings, consumer_defaults(), fixed, events);
}

Result<Client> make_producer(const KafkaSettings& settings, const Properties& fixed, ClientEvents* events) {
  return make_client(RD_KAFKA_PRODUCER, settings, producer_defaults(settings), fixed, events);
}

Error translate(rd_kafka_resp_err_t error, const std::string& doing, const char* detail) {
  std::string message = "cannot " + doing + ": " + (detail != nullptr ? detail : rd_kafka_err2str(error));
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return {ErrorCode::kRefuse, message + " (docs/operations.md lists the access rights Outflow needs)"};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return {ErrorCode::kRefuse, message};
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return {ErrorCode::kStop, message +
                                    "; another process of the same group has the same instance id (a copied "
                                    "state directory, or the same kafka.instance_id)"};
    default:
      return {ErrorCode::kRetry, message};
  }
}

}  // namespace outflow::connectors
