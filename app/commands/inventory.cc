// `outflow inventory`: what each integration ever received, from files or from the state of a `run`.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/file_events.h"
#include "app/inventory_output.h"
#include "connectors/decode/count_text.h"
#include "connectors/hunt/wildcard.h"
#include "connectors/rocksdb/state_reader.h"
#include "features/inventory.h"

namespace outflow::app {
namespace {

struct InventoryArguments {
  std::vector<std::string> inputs;
  std::string state, config, default_tenant, tenant, integration;
  std::string output = "table";
};

int fail(const Error& error) {
  std::fprintf(stderr, "outflow inventory: %s\n", error.message.c_str());
  return error.code == ErrorCode::kRefuse ? kExitConfiguration : kExitFailure;
}

Result<> from_state(const std::string& directory, features::Inventory& inventory) {
  const auto reader = connectors::RocksStateReader::open(directory);
  if (!reader) return reader.error();
  return (*reader)->partitions([&](const std::string& partition, const features::StateReader& state) -> Result<> {
    Result<> loaded = inventory.load(state);
    if (!loaded) return Error{loaded.error().code, partition + ": " + loaded.error().message};
    return loaded;
  });
}

bool asked_for(const InventoryArguments& arguments, const features::InventoryRow& row) {
  if (!arguments.tenant.empty() && row.tenant_id != connectors::canonical_id(arguments.tenant)) return false;
  const std::string& wanted = arguments.integration;
  return wanted.empty() || row.entity == wanted || row.entity == connectors::canonical_id(wanted) ||
         connectors::equals_ignoring_case(row.name, wanted) ||
         (wanted.find_first_of("*?") != std::string::npos &&
          (connectors::matches_wildcard(row.name, wanted) || connectors::matches_wildcard(row.entity, wanted)));
}

int run_inventory(const InventoryArguments& arguments) {
  if (arguments.inputs.empty() == arguments.state.empty()) {
    std::fprintf(stderr, "outflow inventory: give either files or --state DIR\n");
    return kExitUsage;
  }
  const Result<Config> config = load_config(arguments.config);
  if (!config) return fail(config.error());
  const Result<connectors::DecodeOptions> decode = decode_options(*config, arguments.default_tenant);
  if (!decode) return fail(decode.error());

  features::InventoryOptions options;
  options.recent_hours = 0;  // files may come in any order
  features::Inventory inventory(options);
  features::Counter counter(file_counting(*config));
  EventTally tally;
  Result<> read;
  if (!arguments.state.empty()) {
    read = from_state(arguments.state, inventory);
    if (!read) return fail(read.error());
  } else {
    features::LogTime log_time{INT64_MIN / 2};
    read = read_events(arguments.inputs, *decode, tally, [&](const features::AuditEvent& event) {
      log_time.ms = std::max(log_time.ms, event.event_time.ms);
      inventory.apply(event, counter.count(event, log_time), std::nullopt);
    });
    if (!read && tally.records == 0) return fail(read.error());
  }

  std::vector<features::InventoryRow> rows = inventory.rows();
  std::erase_if(rows, [&](const features::InventoryRow& row) { return !asked_for(arguments, row); });
  const auto exposure = exposure_of(*decode);
  VolumesStyle style;
  style.classes = [&](features::DataClasses classes) { return exposure->names_of(classes); };
  style.format = arguments.output == "json"    ? VolumesFormat::kJson
                 : arguments.output == "jsonl" ? VolumesFormat::kJsonLines
                                               : VolumesFormat::kTable;
  const bool written = write_output(print_inventory(rows, style));
  if (arguments.state.empty()) summarise(tally, counter.stats());
  if (const features::InventoryStats stats = inventory.stats(); stats.folded_integrations + stats.folded_objects > 0) {
    std::fprintf(stderr, "warning: %llu integrations and %llu objects beyond the limits are part of '(other)'\n",
                 static_cast<unsigned long long>(stats.folded_integrations),
                 static_cast<unsigned long long>(stats.folded_objects));
  }
  if (!read) return fail(read.error());
  return written ? kExitOk : kExitFailure;
}

}  // namespace

void add_inventory_command(CLI::App& root, int& exit_code) {
  auto arguments = std::make_shared<InventoryArguments>();
  CLI::App* command = root.add_subcommand("inventory", "Show what each integration ever received, object by object");
  command->add_option("INPUT", arguments->inputs,
                      "Files to count: JSON lines, ELF CSV (also .gz, .zst), folders, or -");
  command->add_option("--state", arguments->state,
                      "State directory of a running or stopped 'outflow run', instead of files");
  command->add_option("--tenant-id", arguments->tenant, "Only this tenant");
  command->add_option("--integration", arguments->integration,
                      "Only this integration: an id, or a name (with * and ?)");
  command->add_option("--tenant", arguments->default_tenant, "Tenant of records that name none");
  command->add_option("--config", arguments->config, "Configuration file (YAML); optional");
  command->add_option("-o,--output", arguments->output, "table, json (one document) or jsonl (one object a line)")
      ->check(CLI::IsMember({"table", "json", "jsonl"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = run_inventory(*arguments); });
}

}  // namespace outflow::app
