// `outflow run`: the service. Reads the input topics, raises alerts, until told to stop.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/kafka_properties.h"
#include "app/run_service.h"
#include "app/version.h"
#include "connectors/kafka/audit_machines.h"
#include "connectors/siem/ocsf.h"

namespace outflow::app {
namespace {

constexpr int kMaxWorkers = 256;

struct RunArguments {
  std::string config;
  std::vector<std::string> inputs;
  std::vector<std::string> properties;
  std::optional<std::string> brokers, group, state_dir, http_address, tenant, log_level, log_format;
  std::optional<int> workers, http_port;
  bool keyed = false;
  bool no_create_topics = false;
  bool exit_at_end = false;
  double broker_wait_s = 15;
};

template <typename Value>
void replace(Value& target, const std::optional<Value>& by) {
  if (by) target = *by;
}

Result<Config> configuration(const RunArguments& arguments) {
  Result<Config> loaded = load_config(arguments.config);
  if (!loaded) return loaded;
  Config& config = *loaded;
  replace(config.kafka.brokers, arguments.brokers);
  replace(config.kafka.group, arguments.group);
  replace(config.state.directory, arguments.state_dir);
  replace(config.http.address, arguments.http_address);
  replace(config.http.port, arguments.http_port);
  replace(config.input.tenant, arguments.tenant);
  replace(config.workers, arguments.workers);
  replace(config.log.level, arguments.log_level);
  replace(config.log.format, arguments.log_format);
  if (!arguments.inputs.empty()) config.input.topics = arguments.inputs;
  if (arguments.keyed) config.input.keyed_by_tenant = true;
  if (arguments.no_create_topics) config.topics.create = false;
  if (Result<> added = add_properties(arguments.properties, config.kafka.properties); !added) return added.error();
  const bool guarded = !config.http.tls.certificate_file.empty() && !config.http.bearer_token.empty();
  if (config.http.enabled && !guarded && !is_loopback(config.http.address)) {
    return Error{ErrorCode::kRefuse, "--http-address " + config.http.address +
                                         ": beyond this machine the metrics are served with TLS and a bearer token "
                                         "only (http.tls, http.bearer_token_file)"};
  }
  return loaded;
}

std::unique_ptr<connectors::WorkerMachines> machines_of(const Config& config, const connectors::DecodeOptions& decode,
                                                        const TopicLimits& limits) {
  connectors::AuditSettings settings;
  settings.detection = config.detection;
  settings.decode = decode;
  settings.topic = worked_topic(config);
  settings.tenant_header = config.input.tenant_header;
  settings.keyed_by_users = config.input.keyed_by_tenant;
  settings.rekeyed = !config.input.keyed_by_tenant;
  settings.header_pins = !config.input.sources.empty();
  if (const auto pin = config.input.sources.find(settings.topic); pin != config.input.sources.end()) {
    settings.pinned_source = pin->second;
  }
  settings.dead_letter_bytes = config.dead_letter_bytes;
  settings.dead_letter_max_bytes = limits.dead_letter_max_bytes;
  settings.render_alert = [product = version(), own = own_class_names(decode)](const detector::Alert& alert) {
    return connectors::to_ocsf(alert, product, own);
  };
  return connectors::make_audit_machines(std::move(settings));
}

int run(const RunArguments& arguments) {
  const Result<Config> config = configuration(arguments);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return kExitConfiguration;
  }
  Result<connectors::DecodeOptions> decode = decode_options(*config);
  RunOptions options;
  if (decode) {
    Result<std::shared_ptr<connectors::SchemaRegistry>> schemas = open_schemas(*config);
    if (schemas) {
      options.schemas = *schemas;
      decode->schemas = std::move(*schemas);
    } else {
      decode = schemas.error();
    }
  }
  if (!decode) {
    std::fprintf(stderr, "%s\n", decode.error().message.c_str());
    return kExitConfiguration;
  }
  options.decode = *decode;
  options.machines = [&decode](const Config& settings, const TopicLimits& limits) {
    return machines_of(settings, *decode, limits);
  };
  options.exit_at_end = arguments.exit_at_end;
  options.broker_wait_ms = static_cast<std::int64_t>(arguments.broker_wait_s * 1000);
  return run_service(*config, options);
}

void add_options(CLI::App& command, RunArguments& arguments) {
  command.add_option("--config", arguments.config, "Configuration file (YAML); what follows overrides it");
  command.add_option("--brokers", arguments.brokers, "Kafka brokers, host:port, comma separated");
  command.add_option("--input", arguments.inputs, "Input topic; may be given more than once");
  command.add_flag("--keyed", arguments.keyed, "The one input topic is keyed by tenant already: no rekey stage");
  command.add_option("--group", arguments.group, "Consumer group");
  command.add_option("--state-dir", arguments.state_dir, "Where RocksDB keeps checkpoints; one process each");
  command.add_option("--workers", arguments.workers, "Worker threads")->check(CLI::Range(1, kMaxWorkers));
  command.add_option("--tenant", arguments.tenant, "Tenant of records that name none");
  command.add_option("--http-address", arguments.http_address, "Where /metrics, /healthz and /readyz are served");
  command.add_option("--http-port", arguments.http_port, "Port of them; 0 = any free one")->check(CLI::Range(0, 65535));
  command.add_option("-X", arguments.properties, "librdkafka property, name=value; may be given more than once");
  command.add_flag("--no-create-topics", arguments.no_create_topics, "Refuse to start where a topic is missing");
  command.add_flag("--exit-at-end", arguments.exit_at_end,
                   "Stop, drained, when all that was in the input is done (for one process)");
  command
      .add_option("--broker-wait", arguments.broker_wait_s,
                  "Seconds to wait for the first answer of a broker; 0 = for ever")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--log-level", arguments.log_level, "trace, debug, info, warn, error");
  command.add_option("--log-format", arguments.log_format, "auto (text on a terminal, else json), text, json");
}

}  // namespace

void add_run_command(CLI::App& root, int& exit_code) {
  CLI::App* command = root.add_subcommand("run", "Watch Kafka topics and raise alerts until told to stop");
  const auto arguments = std::make_shared<RunArguments>();
  add_options(*command, *arguments);
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace outflow::app
