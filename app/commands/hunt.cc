// `outflow hunt`: who did what a vendor's notice warns of, in files or in what a topic still holds.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/file_events.h"
#include "app/hunt_output.h"
#include "app/kafka_properties.h"
#include "app/run_topics.h"
#include "app/volumes_query.h"
#include "connectors/hunt/hunter.h"
#include "connectors/hunt/indicators.h"
#include "connectors/kafka/topic_reader.h"

namespace outflow::app {
namespace {

// Records that name a session's app may have come before the time asked for.
constexpr std::int64_t kLookBackMs = 24 * features::kMsPerHour;
constexpr std::size_t kShownProblems = 50;

struct HuntArguments {
  std::vector<std::string> indicators, inputs, properties;
  std::string topic, brokers, from, to, tenant, config;
  std::string output = "table";
};

int fail(const Error& error, int refused = kExitConfiguration) {
  std::fprintf(stderr, "outflow hunt: %s\n", error.message.c_str());
  return error.code == ErrorCode::kRefuse ? refused : kExitFailure;
}

Result<connectors::Indicators> read_all(const HuntArguments& arguments) {
  connectors::Indicators indicators;
  for (const std::string& path : arguments.indicators) {
    if (Result<> read = connectors::read_indicator_file(path, indicators); !read) return read.error();
  }
  for (std::size_t i = 0; i < indicators.problems.size() && i < kShownProblems; ++i) {
    const connectors::IndicatorProblem& problem = indicators.problems[i];
    std::fprintf(stderr, "not looked for: %s: %s\n", problem.id.c_str(), problem.message.c_str());
  }
  if (indicators.problems.size() > kShownProblems) {
    std::fprintf(stderr, "not looked for: %zu more\n", indicators.problems.size() - kShownProblems);
  }
  if (indicators.list.empty()) return Error{ErrorCode::kRefuse, "no indicator that audit logs could show"};
  return indicators;
}

Result<features::TimeWindow> window_of(const HuntArguments& arguments) {
  VolumesQueryArguments times;
  times.from = arguments.from;
  times.to = arguments.to;
  const Result<VolumesQuery> query = VolumesQuery::make(times);
  if (!query) return query.error();
  return query->window();
}

Result<> read_topic_events(const HuntArguments& arguments, const Config& config,
                           const connectors::DecodeOptions& decode, const features::TimeWindow& window,
                           EventTally& tally, connectors::Hunter& hunter) {
  connectors::KafkaSettings kafka = kafka_settings(config);
  if (!arguments.brokers.empty()) kafka.brokers = arguments.brokers;
  if (Result<> added = add_properties(arguments.properties, kafka.properties); !added) return added;
  if (Result<> checked = connectors::check_properties(kafka); !checked) return checked;
  connectors::TopicSpan span;
  span.topic = arguments.topic;
  // A record is never logged before it happened; how late it may be, nobody knows: so to the end.
  if (window.from) span.from = features::LogTime{std::max<std::int64_t>(0, window.from->ms - kLookBackMs)};
  connectors::Decoder decoder(decode);
  const auto visit = [&](const connectors::TopicRecord& record) {
    ++tally.records;
    decoder.open(record.value, record.key.empty() ? record.tenant : record.key);
    while (const connectors::Decoded* decoded = decoder.next()) {
      if (decoded->ok()) {
        hunter.take(decoded->event);
      } else {
        ++tally.rejects[std::string(connectors::name_of(decoded->reject))];
      }
    }
    return true;
  };
  const auto read = connectors::read_topic(kafka, span, config.input.tenant_header, visit);
  if (!read) return read.error();
  return Ok{};
}

int run_hunt(const HuntArguments& arguments) {
  if (arguments.inputs.empty() == arguments.topic.empty()) {
    std::fprintf(stderr, "outflow hunt: give either files or --topic\n");
    return kExitUsage;
  }
  const Result<features::TimeWindow> window = window_of(arguments);
  if (!window) return fail(window.error(), kExitUsage);
  const Result<Config> config = load_config(arguments.config);
  if (!config) return fail(config.error());
  const Result<connectors::DecodeOptions> decode = decode_options(*config, arguments.tenant);
  if (!decode) return fail(decode.error());
  const Result<connectors::Indicators> indicators = read_all(arguments);
  if (!indicators) return fail(indicators.error(), kExitUsage);

  connectors::Hunter hunter(indicators->list, file_counting(*config), *window);
  EventTally tally;
  const Result<> read = arguments.topic.empty()
                            ? read_events(arguments.inputs, *decode, tally,
                                          [&](const features::AuditEvent& event) { hunter.take(event); })
                            : read_topic_events(arguments, *config, *decode, *window, tally, hunter);
  if (!read && tally.records == 0) return fail(read.error());

  const std::vector<connectors::Finding> findings = hunter.findings();
  const auto exposure = exposure_of(*decode);
  VolumesStyle style;
  style.classes = [&](features::DataClasses classes) { return exposure->names_of(classes); };
  style.format = arguments.output == "json"    ? VolumesFormat::kJson
                 : arguments.output == "jsonl" ? VolumesFormat::kJsonLines
                                               : VolumesFormat::kTable;
  const bool written = write_output(print_findings(findings, indicators->list, style));
  std::fprintf(stderr, "%zu indicators looked for in %llu records (%llu rejected): %zu findings\n",
               indicators->list.size(), static_cast<unsigned long long>(tally.records),
               static_cast<unsigned long long>(tally.rejected()), findings.size());
  if (!read) return fail(read.error());
  if (!written) return kExitFailure;
  return findings.empty() ? kExitOk : kExitFindings;
}

}  // namespace

void add_hunt_command(CLI::App& root, int& exit_code) {
  auto arguments = std::make_shared<HuntArguments>();
  CLI::App* command = root.add_subcommand("hunt", "Look for indicators of compromise in files or in a topic's past");
  command->add_option("INPUT", arguments->inputs,
                      "Files to look in: JSON lines, ELF CSV (also .gz, .zst), folders, or -");
  command
      ->add_option("--iocs", arguments->indicators,
                   "Indicators: CSV, JSON, MISP or STIX 2.1; may be given several times")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--topic", arguments->topic, "Kafka topic to look in instead of files; read without a group");
  command->add_option("--brokers", arguments->brokers, "Kafka brokers, in place of the configuration's");
  command->add_option("-X", arguments->properties, "librdkafka property, name=value")->allow_extra_args(false);
  command->add_option("--from", arguments->from,
                      "Only what happened at or after this time (ISO 8601, UTC if no zone is named)");
  command->add_option("--to", arguments->to, "Only what happened before this time");
  command->add_option("--tenant", arguments->tenant, "Tenant of records that name none");
  command->add_option("--config", arguments->config, "Configuration file (YAML); optional");
  command->add_option("-o,--output", arguments->output, "table, json (one document) or jsonl (one object a line)")
      ->check(CLI::IsMember({"table", "json", "jsonl"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = run_hunt(*arguments); });
}

}  // namespace outflow::app
