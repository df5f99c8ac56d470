#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/input_arguments.h"
#include "app/volumes_output.h"
#include "app/volumes_query.h"
#include "connectors/decode/exposure_catalogue.h"
#include "connectors/files/input.h"
#include "features/counter.h"
#include "features/record_tag.h"
#include "features/volume_report.h"

namespace outflow::app {
namespace {

// Ids, requests and jobs kept: 1 to 3 GB at most. Beyond it the oldest hours are forgotten, and said to be.
constexpr std::size_t kMaxEntries = 20'000'000;

struct VolumesArguments {
  InputArguments input;
  VolumesQueryArguments query;
  std::string output = "table";
};

VolumesFormat format_of(const std::string& name) {
  if (name == "json") return VolumesFormat::kJson;
  return name == "jsonl" ? VolumesFormat::kJsonLines : VolumesFormat::kTable;
}

struct Tally {
  std::uint64_t records = 0;
  std::map<std::string, std::uint64_t, std::less<>> rejects;  // by reason
};

int fail(const Error& error) {
  std::fprintf(stderr, "outflow volumes: %s\n", error.message.c_str());
  return error.code == ErrorCode::kRefuse ? kExitConfiguration : kExitFailure;
}

void summarise(const Tally& tally, const features::CountingStats& stats) {
  std::uint64_t rejected = 0;
  for (const auto& [reason, count] : tally.rejects) rejected += count;
  std::fprintf(stderr, "%s records read, %s counted, %s duplicates, %s late, %s rejected\n",
               with_separators(static_cast<std::int64_t>(tally.records)).c_str(),
               with_separators(static_cast<std::int64_t>(stats.events - stats.duplicates - stats.late)).c_str(),
               with_separators(static_cast<std::int64_t>(stats.duplicates)).c_str(),
               with_separators(static_cast<std::int64_t>(stats.late)).c_str(),
               with_separators(static_cast<std::int64_t>(rejected)).c_str());
  for (const auto& [reason, count] : tally.rejects) {
    std::fprintf(stderr, "  rejected as %s: %llu\n", reason.c_str(), static_cast<unsigned long long>(count));
  }
  if (stats.forgotten_entries > 0) {
    std::fprintf(stderr,
                 "warning: too much to remember at once: %llu entries of the oldest hours were forgotten, and repeats "
                 "of records in them were counted as late\n",
                 static_cast<unsigned long long>(stats.forgotten_entries));
  }
}

// Counts everything; an error says where reading ended, what came before stands.
Result<> count_all(connectors::Input& input, const VolumesQuery& query, features::Counter& counter,
                   features::VolumeReport& report, Tally& tally) {
  connectors::InputRecord record;
  features::LogTime log_time{INT64_MIN / 2};
  features::RecordTagger tagger;
  std::string tag;
  while (true) {
    const Result<bool> more = input.next(record);
    if (!more) return more.error();
    if (!*more) return Ok{};
    ++tally.records;
    if (!record.decoded->ok()) {
      ++tally.rejects[std::string(connectors::name_of(record.decoded->reject))];
      continue;
    }
    query.tag_of(record.decoded->event, tag);
    features::AuditEvent event = tagger.tagged(record.decoded->event, tag);
    event.event_time = query.window().stretched(event.event_time);
    log_time.ms = std::max(log_time.ms, event.event_time.ms);
    report.apply(event.tenant_id, counter.count(event, log_time), &event);
  }
}

int run_volumes(const VolumesArguments& arguments) {
  Result<VolumesQuery> query = VolumesQuery::make(arguments.query);
  if (!query) return std::fprintf(stderr, "outflow volumes: %s\n", query.error().message.c_str()), kExitUsage;
  const Result<Config> config = load_config(arguments.input.config);
  if (!config) return fail(config.error());
  connectors::InputOptions options;
  Result<connectors::DecodeOptions> decode = decode_options(*config, arguments.input.extras());
  if (!decode) return fail(decode.error());
  options.decode = std::move(*decode);
  std::shared_ptr<const connectors::ExposureCatalogue> exposure = options.decode.exposure;
  if (!exposure) exposure = connectors::ExposureCatalogue::built_in();
  const auto class_names = [exposure](features::DataClasses classes) { return exposure->names_of(classes); };
  query->name_classes(class_names);
  Result<connectors::Input> input = connectors::Input::open(arguments.input.inputs, options);
  if (!input) return std::fprintf(stderr, "outflow volumes: %s\n", input.error().message.c_str()), kExitFailure;

  // Files may come in any order and span years: nothing in them is late.
  features::CountingOptions counting = config->detection.counting;
  counting.cut_late = false;
  counting.max_entries = std::min(counting.max_entries, kMaxEntries);
  features::Counter counter(counting);
  features::VolumeReport report(query->window());
  Tally tally;
  const Result<> read = count_all(*input, *query, counter, report, tally);

  const auto rows = report.rows([&](const features::VolumePart& part) { return query->row_of(part); });
  const std::string text = print_volumes(rows, {format_of(arguments.output), query->split(), class_names});
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
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
