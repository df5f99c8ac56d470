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
#include "app/input_arguments.h"
#include "app/volumes_output.h"
#include "app/volumes_query.h"
#include "features/record_tag.h"
#include "features/volume_report.h"

namespace outflow::app {
namespace {

struct VolumesArguments {
  InputArguments input;
  VolumesQueryArguments query;
  std::string output = "table";
};

VolumesFormat format_of(const std::string& name) {
  if (name == "json") return VolumesFormat::kJson;
  return name == "jsonl" ? VolumesFormat::kJsonLines : VolumesFormat::kTable;
}

int fail(const Error& error, int refused = kExitConfiguration) {
  std::fprintf(stderr, "outflow volumes: %s\n", error.message.c_str());
  return error.code == ErrorCode::kRefuse ? refused : kExitFailure;
}

int run_volumes(const VolumesArguments& arguments) {
  Result<VolumesQuery> query = VolumesQuery::make(arguments.query);
  if (!query) return fail(query.error(), kExitUsage);
  const Result<Config> config = load_config(arguments.input.config);
  if (!config) return fail(config.error());
  const Result<connectors::DecodeOptions> decode = decode_options(*config, arguments.input.extras());
  if (!decode) return fail(decode.error());
  const auto exposure = exposure_of(*decode);
  const auto class_names = [exposure](features::DataClasses classes) { return exposure->names_of(classes); };
  query->name_classes(class_names);

  features::Counter counter(file_counting(*config));
  features::VolumeReport report(query->window());
  features::RecordTagger tagger;
  features::LogTime log_time{INT64_MIN / 2};
  std::string tag;
  EventTally tally;
  const Result<> read = read_events(arguments.input.inputs, *decode, tally, [&](const features::AuditEvent& plain) {
    query->tag_of(plain, tag);
    features::AuditEvent event = tagger.tagged(plain, tag);
    event.event_time = query->window().stretched(event.event_time);
    log_time.ms = std::max(log_time.ms, event.event_time.ms);
    report.apply(event.tenant_id, counter.count(event, log_time), &event);
  });
  if (!read && tally.records == 0) return fail(read.error());

  const auto rows = report.rows([&](const features::VolumePart& part) { return query->row_of(part); });
  const bool written = write_output(print_volumes(rows, {format_of(arguments.output), query->split(), class_names}));
  summarise(tally, counter.stats());
  if (!read) return fail(read.error());
  return written ? kExitOk : kExitFailure;
}

}  // namespace

void add_volumes_command(CLI::App& root, int& exit_code) {
  auto arguments = std::make_shared<VolumesArguments>();
  CLI::App* command = root.add_subcommand("volumes", "Count honestly what each integration and user took");
  arguments->input.add_to(*command);
  arguments->query.add_to(*command);
  command->add_option("-o,--output", arguments->output, "table, json (one document) or jsonl (one object a line)")
      ->check(CLI::IsMember({"table", "json", "jsonl"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = run_volumes(*arguments); });
}

}  // namespace outflow::app
