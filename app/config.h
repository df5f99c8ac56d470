// Configuration: read once from YAML, the environment and the command line, checked, then never changed.
//
// docs/configuration.md describes every key. Unknown keys are refused with file:line:col and a suggestion.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "detector/options.h"
#include "features/result.h"

namespace outflow::app {

struct KafkaConfig {
  std::string brokers = "127.0.0.1:9092";
  std::string group = "outflow";
  std::string instance_id;  // static membership; empty = a random one, kept in the state directory
  std::map<std::string, std::string> properties;      // passed to librdkafka as they are (SASL, TLS, ...)
  std::map<std::string, std::string> property_files;  // which of them were read from a file (`<key>_file`), and which
};

struct SchemaRegistryConfig {  // of Confluent's interface
  std::string url;             // empty = none
  std::string username;        // with a password; without one the password is a bearer token
  std::string password_file;
  std::string password;           // secret, from the file
  std::string ca_file;            // PEM; empty = the system's
  std::int64_t wait_ms = 60'000;  // how long records wait for a registry that does not answer
};

struct InputConfig {
  std::vector<std::string> topics;
  bool keyed_by_tenant = false;                 // true: one topic, keyed canonically; else all pass the rekey stage
  std::string rekeyed_topic = "outflow.input";  // what the rekey stage writes and the workers read
  std::string tenant;                           // default tenant where neither record nor transport names one
  std::string tenant_header = "tenant";         // Kafka header that names the tenant
  std::string start = "earliest";               // where a new group begins: earliest | latest
  std::map<std::string, std::string> sources;   // topic -> the source that all its records are of
  SchemaRegistryConfig schema_registry;
};

struct TopicsConfig {
  std::string alerts = "outflow.alerts";
  std::string state = "outflow.state";
  std::string dead_letters = "outflow.dead-letters";
  std::string control = "outflow.control";
  std::string anomalies = "outflow.anomalies";
  bool create = true;
  int partitions = 8;           // of topics created here that do not follow the input's count
  int replication_factor = -1;  // the broker's default
};

struct StateConfig {
  std::string directory = "outflow-state";
  std::int64_t checkpoint_interval_ms = 30'000;
  std::uint64_t checkpoint_dirty_bytes = 32ULL << 20;
};

struct HttpTlsConfig {  // PEM; both or neither
  std::string certificate_file;
  std::string key_file;
};

struct HttpConfig {
  bool enabled = true;
  std::string address = "127.0.0.1";  // beyond loopback: only with TLS and a bearer token
  int port = 9464;                    // 0 = any free one (printed)
  HttpTlsConfig tls;
  std::string bearer_token;       // secret; empty = none asked for
  std::string bearer_token_file;  // where it was read from; empty = it was not
};

struct LogConfig {
  std::string level = "info";   // trace, debug, info, warn, error
  std::string format = "auto";  // auto (text on a terminal, else json), text, json
};

struct Config {
  KafkaConfig kafka;
  InputConfig input;
  TopicsConfig topics;
  StateConfig state;
  HttpConfig http;
  LogConfig log;
  detector::Options detection;
  std::vector<std::string> mappings;  // files; docs/mapping.md
  std::string exposure;               // file; empty = the built-in catalogue alone
  int workers = 2;
  std::int64_t commit_interval_ms = 100;  // of the output transaction
  bool dead_letter_bytes = false;         // true: dead letters carry the original bytes, not only a pointer to them
  std::size_t max_record_bytes = 4U << 20;
};

// Reads a YAML file; `path` empty gives the defaults. The error names every problem found, one a line, each as
// file:line:col, and never echoes a secret; its code is kRefuse: exit with kExitConfiguration.
// app/config_examine.h gives the problems one by one.
Result<Config> load_config(const std::string& path);
// The same from text; `name` stands in messages.
Result<Config> parse_config(std::string_view yaml, const std::string& name);

// True for addresses that only this machine can reach: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(const std::string& address);

}  // namespace outflow::app
