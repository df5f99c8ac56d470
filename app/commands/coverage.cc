// `outflow coverage`: which feeds arrive, which have gaps, and which thefts would therefore go unseen.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "app/command.h"
#include "app/config.h"
#include "app/coverage_output.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/file_events.h"
#include "app/volumes_output.h"
#include "connectors/rocksdb/state_reader.h"

namespace outflow::app {
namespace {

struct CoverageArguments {
  std::vector<std::string> inputs;
  std::string state, tenant, config;
  std::string output = "table";
};

int fail(const Error& error) {
  std::fprintf(stderr, "outflow coverage: %s\n", error.message.c_str());
  return error.code == ErrorCode::kRefuse ? kExitConfiguration : kExitFailure;
}

int finish(const CoverageArguments& arguments, const features::Coverage& coverage,
           const features::Inventory& inventory) {
  const std::vector<CoverageReport> reports = coverage_reports(coverage, inventory);
  if (!write_output(print_coverage(reports, coverage.now(), arguments.output == "json"))) return kExitFailure;
  return has_findings(reports, coverage.now()) ? kExitFindings : kExitOk;
}

int from_state(const CoverageArguments& arguments) {
  features::Coverage coverage;
  features::Inventory inventory;
  const auto reader = connectors::RocksStateReader::open(arguments.state);
  if (!reader) return fail(reader.error());
  const Result<> read = (*reader)->partitions([&](const std::string& partition, const features::StateReader& state) {
    Result<> loaded = coverage.load(state);
    if (loaded.ok()) loaded = inventory.load(state);
    return loaded.ok() ? loaded : Result<>(Error{loaded.error().code, partition + ": " + loaded.error().message});
  });
  return read.ok() ? finish(arguments, coverage, inventory) : fail(read.error());
}

int run_coverage(const CoverageArguments& arguments) {
  if (arguments.inputs.empty() == arguments.state.empty()) {
    std::fprintf(stderr, "outflow coverage: give either files or --state DIR\n");
    return kExitUsage;
  }
  if (!arguments.state.empty()) return from_state(arguments);
  const Result<Config> config = load_config(arguments.config);
  if (!config) return fail(config.error());
  const Result<connectors::DecodeOptions> decode = decode_options(*config, arguments.tenant);
  if (!decode) return fail(decode.error());

  features::Coverage coverage(/*delayed=*/false);
  features::InventoryOptions options;
  options.recent_hours = 0;
  features::Inventory inventory(options);
  features::Counter counter(file_counting(*config));
  features::LogTime log_time{INT64_MIN / 2};
  EventTally tally;
  const Result<> read = read_events(arguments.inputs, *decode, tally, [&](const features::AuditEvent& event) {
    log_time.ms = std::max(log_time.ms, event.event_time.ms);
    const features::CountedEvent& counted = counter.count(event, log_time);
    coverage.observe(event, counted.tenant, features::LogTime{event.event_time.ms});
    inventory.apply(event, counted, std::nullopt);
  });
  if (!read && tally.records == 0) return fail(read.error());
  const int exit_code = finish(arguments, coverage, inventory);
  summarise(tally, counter.stats());
  return read.ok() ? exit_code : fail(read.error());
}

}  // namespace

void add_coverage_command(CLI::App& root, int& exit_code) {
  auto arguments = std::make_shared<CoverageArguments>();
  CLI::App* command = root.add_subcommand("coverage", "Show which feeds arrive, and which thefts would go unseen");
  command->add_option("INPUT", arguments->inputs,
                      "Files to look at: JSON lines, ELF CSV (also .gz, .zst), folders, or -");
  command->add_option("--state", arguments->state,
                      "State directory of a running or stopped 'outflow run', instead of files");
  command->add_option("--tenant", arguments->tenant, "Tenant of records that name none");
  command->add_option("--config", arguments->config, "Configuration file (YAML); optional");
  command->add_option("-o,--output", arguments->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = run_coverage(*arguments); });
}

}  // namespace outflow::app
