#include "app/config_keys.h"

#include <algorithm>
#include <array>

#include "app/config_values.h"

namespace outflow::app {
namespace {

constexpr double kDayMs = 86'400'000;
constexpr double kTebibyte = 1'099'511'627'776;

// Spells one line of the table.
#define OUTFLOW_FIELD(member) (+[](Config& config) -> auto& { return config.member; })

const std::vector<ConfigKey>& table() {
  using enum ValueKind;
  static const std::vector<ConfigKey> keys{
      {"kafka.brokers", kText, OUTFLOW_FIELD(kafka.brokers),
       "Bootstrap servers, host:port, with commas between them or as a list"},
      {"kafka.group", kText, OUTFLOW_FIELD(kafka.group), "Consumer group; all processes of one installation share it"},
      {"kafka.instance_id", kText, OUTFLOW_FIELD(kafka.instance_id),
       "Static group membership: a name of its own for each process; empty: a random one, kept in the state directory"},
      {"kafka.properties", kProperties, OUTFLOW_FIELD(kafka.properties),
       "Any librdkafka property; `<name>_file` reads the value from a file"},

      {"input.topics", kTextList, OUTFLOW_FIELD(input.topics), "Topics to read; `run` needs at least one"},
      {"input.keyed_by_tenant", kBoolean, OUTFLOW_FIELD(input.keyed_by_tenant),
       "The one input topic is keyed by the 15-character tenant id; otherwise all records pass the rekey stage"},
      {"input.rekeyed_topic", kText, OUTFLOW_FIELD(input.rekeyed_topic),
       "What the rekey stage writes and the workers read"},
      {"input.tenant", kText, OUTFLOW_FIELD(input.tenant),
       "Tenant of records that name none; empty: such records are dead letters"},
      {"input.tenant_header", kText, OUTFLOW_FIELD(input.tenant_header),
       "Kafka header that names the tenant; empty: none"},
      {"input.start", kText, OUTFLOW_FIELD(input.start), "Where a new group begins", 0, 0, {"earliest", "latest"}},
      {"input.sources", kTextMap, OUTFLOW_FIELD(input.sources),
       "Pins topics to sources (`topic: source`); other topics' records are told by what is in them"},
      {"input.schema_registry.url", kText, OUTFLOW_FIELD(input.schema_registry.url),
       "Confluent-compatible schema registry, https or on this machine; needed for Avro"},
      {"input.schema_registry.username", kText, OUTFLOW_FIELD(input.schema_registry.username),
       "User for it; empty: the password is a bearer token"},
      {"input.schema_registry.password_file", kText, OUTFLOW_FIELD(input.schema_registry.password_file),
       "File that holds its password or token; empty: none is sent"},
      {"input.schema_registry.ca_file", kText, OUTFLOW_FIELD(input.schema_registry.ca_file),
       "PEM file of the authorities that may vouch for it; empty: the system's"},
      {"input.schema_registry.wait_ms", kMilliseconds, OUTFLOW_FIELD(input.schema_registry.wait_ms),
       "How long records wait for a registry that does not answer, before they are dead letters", 0, kDayMs},

      {"mappings", kTextList, OUTFLOW_FIELD(mappings), "YAML files that say how to read sources that are not built in"},
      {"exposure", kText, OUTFLOW_FIELD(exposure),
       "YAML file of rules that say which objects and fields hold which data; empty: the built-in ones"},

      {"topics.alerts", kText, OUTFLOW_FIELD(topics.alerts), "Alerts, OCSF 1.8"},
      {"topics.state", kText, OUTFLOW_FIELD(topics.state), "Decision records and checkpoints; compacted"},
      {"topics.dead_letters", kText, OUTFLOW_FIELD(topics.dead_letters),
       "Records that could not be decoded, with the reason"},
      {"topics.control", kText, OUTFLOW_FIELD(topics.control), "Verdicts and suppressions"},
      {"topics.anomalies", kText, OUTFLOW_FIELD(topics.anomalies), "Scored events below the alert threshold"},
      {"topics.create", kBoolean, OUTFLOW_FIELD(topics.create), "Create missing topics, with the right cleanup policy"},
      {"topics.partitions", kInteger, OUTFLOW_FIELD(topics.partitions),
       "Partitions of topics created here that do not follow the input's count", 1, 100'000},
      {"topics.replication_factor", kInteger, OUTFLOW_FIELD(topics.replication_factor),
       "Replicas of topics created here; -1: the broker's default", -1, 32'767},

      {"state.directory", kText, OUTFLOW_FIELD(state.directory),
       "Where RocksDB keeps the state; relative to the working directory"},
      {"state.checkpoint_interval_ms", kMilliseconds, OUTFLOW_FIELD(state.checkpoint_interval_ms),
       "Longest time between two checkpoints of a partition", 100, kDayMs},
      {"state.checkpoint_dirty_bytes", kBytes, OUTFLOW_FIELD(state.checkpoint_dirty_bytes),
       "Changed state that brings the next checkpoint forward", 65'536, kTebibyte},

      {"http.enabled", kBoolean, OUTFLOW_FIELD(http.enabled), "Serve /metrics, /healthz and /readyz"},
      {"http.address", kText, OUTFLOW_FIELD(http.address),
       "Address to listen on; beyond loopback only with http.tls and a bearer token"},
      {"http.port", kInteger, OUTFLOW_FIELD(http.port), "Port; 0: any free one, which is printed", 0, 65'535},
      {"http.tls.certificate_file", kText, OUTFLOW_FIELD(http.tls.certificate_file),
       "PEM file of the server's certificate chain"},
      {"http.tls.key_file", kText, OUTFLOW_FIELD(http.tls.key_file), "PEM file of its private key"},
      {"http.bearer_token", kSecret, OUTFLOW_FIELD(http.bearer_token),
       "Token that clients must send (`Authorization: Bearer ...`); take it from the environment: ${NAME}"},
      {"http.bearer_token_file", kText, OUTFLOW_FIELD(http.bearer_token_file), "File that holds the token instead"},

      {"log.level",
       kText,
       OUTFLOW_FIELD(log.level),
       "Least severity that is logged",
       0,
       0,
       {"trace", "debug", "info", "warn", "error"}},
      {"log.format",
       kText,
       OUTFLOW_FIELD(log.format),
       "auto: text on a terminal, else JSON lines",
       0,
       0,
       {"auto", "text", "json"}},

      {"detection.false_alerts_per_tenant_day", kNumber, OUTFLOW_FIELD(detection.false_alerts_per_tenant_day),
       "The alarm budget: false alerts that one tenant may cost a day", 1e-6, 1000},
      {"detection.tripwire_share", kNumber, OUTFLOW_FIELD(detection.tripwire_share),
       "Share of an object's known rows, taken within a day, that always alerts", 1e-6, 1},
      {"detection.max_entities", kInteger, OUTFLOW_FIELD(detection.max_entities),
       "Baselines kept per partition; the longest idle go first", 100, 1e9},
      {"detection.min_material_records", kInteger, OUTFLOW_FIELD(detection.min_material_records),
       "A window with fewer records than this is no evidence of anything", 0, 1e12},
      {"detection.material_records_people", kInteger, OUTFLOW_FIELD(detection.material_records_people),
       "Records a user, address or tenant must take before volume alone alerts; less where more is odd", 0, 1e12},
      {"detection.material_records_integrations", kInteger, OUTFLOW_FIELD(detection.material_records_integrations),
       "Records an integration must take before volume alone alerts; less where more is odd", 0, 1e12},
      {"detection.emit_anomalies", kBoolean, OUTFLOW_FIELD(detection.emit_anomalies),
       "Write scored events below the alert threshold to topics.anomalies"},
      {"detection.counting.horizon_hours", kHours, OUTFLOW_FIELD(detection.counting.horizon_hours),
       "How far back, in event time, records are de-duplicated and joined; later ones are counted as late", 1, 8'760},
      {"detection.counting.max_entries", kInteger, OUTFLOW_FIELD(detection.counting.max_entries),
       "Entries over all tables of a partition; the oldest hours go first", 1'000, 1e12},
      {"detection.counting.max_resident_bytes", kBytes, OUTFLOW_FIELD(detection.counting.max_resident_bytes),
       "Counting state of a partition kept in memory; beyond it clean cold units are paged out", 1'048'576, kTebibyte},

      {"workers", kInteger, OUTFLOW_FIELD(workers), "Worker threads; each is a member of the consumer group", 1, 256},
      {"commit_interval_ms", kMilliseconds, OUTFLOW_FIELD(commit_interval_ms),
       "Time between two transactions of outputs and offsets", 1, 10'000},
      {"dead_letter_bytes", kBoolean, OUTFLOW_FIELD(dead_letter_bytes),
       "Dead letters carry the original bytes; false: only a pointer to them (topic, partition, offset)"},
      {"max_record_bytes", kBytes, OUTFLOW_FIELD(max_record_bytes), "Longer records are dead letters", 1'024,
       1'073'741'824},
  };
  return keys;
}
#undef OUTFLOW_FIELD

std::string show_number_of(const ConfigKey& key, std::int64_t value) {
  switch (key.kind) {
    case ValueKind::kMilliseconds:
      return show_duration(value, 1);
    case ValueKind::kHours:
      return show_duration(value, 3'600'000);
    case ValueKind::kBytes:
      return show_size(value);
    default:
      return std::to_string(value);
  }
}

std::string join(const std::vector<std::string>& items) {
  std::string joined;
  for (const std::string& item : items) joined += (joined.empty() ? "" : ",") + item;
  return joined;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  return table();
}

const ConfigKey* find_config_key(std::string_view path) {
  for (const ConfigKey& key : table()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

bool is_config_section(std::string_view path) {
  return std::ranges::any_of(table(), [path](const ConfigKey& key) {
    return key.path.size() > path.size() && key.path.starts_with(path) && key.path[path.size()] == '.';
  });
}

std::string show_value(const ConfigKey& key, const Config& config) {
  Config copy = config;  // fields give mutable references; dumps are rare
  struct Show {
    const ConfigKey& key;
    Config& config;
    std::string operator()(FieldOf<std::string> field) const {
      const std::string& text = field(config);
      return key.kind == ValueKind::kSecret && !text.empty() ? std::string(kRedacted) : text;
    }
    std::string operator()(FieldOf<std::vector<std::string>> field) const { return join(field(config)); }
    std::string operator()(FieldOf<bool> field) const { return field(config) ? "true" : "false"; }
    std::string operator()(FieldOf<int> field) const { return show_number_of(key, field(config)); }
    std::string operator()(FieldOf<std::int64_t> field) const { return show_number_of(key, field(config)); }
    std::string operator()(FieldOf<std::uint64_t> field) const {
      return show_number_of(key, static_cast<std::int64_t>(field(config)));
    }
    std::string operator()(FieldOf<double> field) const { return show_number(field(config)); }
    std::string operator()(FieldOf<std::map<std::string, std::string>>) const { return {}; }
  };
  return std::visit(Show{key, copy}, key.field);
}

bool is_secret_property(std::string_view name) {
  constexpr std::array<std::string_view, 7> kSecretWords{
      "password", "secret", "token", "passphrase", "jaas", "ssl.key.pem", "oauthbearer.config"};
  if (name.ends_with(".url") || name.ends_with(".location") || name.ends_with("_file")) return false;
  return std::ranges::any_of(kSecretWords,
                             [name](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

}  // namespace outflow::app
