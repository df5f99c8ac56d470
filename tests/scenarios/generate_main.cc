// outflow-generate: writes a made-up fleet's Salesforce audit logs, and the truth about them.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include <CLI/CLI.hpp>

#include "tests/scenarios/output.h"

namespace {

using namespace outflow::scenarios;

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

struct Arguments {
  FleetOptions fleet;
  std::string out;
  std::string truth;
};

void add_options(CLI::App& app, Arguments& arguments) {
  static const std::map<std::string, Attack> kAttacks = {{"none", Attack::kNone}, {"drift", Attack::kDrift}};
  static const std::map<std::string, Format> kFormats = {
      {"elf-csv", Format::kElfCsv}, {"rtem", Format::kRtem}, {"mixed", Format::kMixed}};
  FleetOptions& fleet = arguments.fleet;
  app.add_option("--seed", fleet.seed, "Same seed and options, same bytes")->capture_default_str();
  app.add_option("--weeks", fleet.weeks, "How long")->check(CLI::Range(1, 520))->capture_default_str();
  app.add_option("--orgs", fleet.orgs, "Tenants")->check(CLI::Range(1, 100'000))->capture_default_str();
  app.add_option("--integrations", fleet.integrations, "Per org")->check(CLI::Range(1, 100'000))->capture_default_str();
  app.add_option("--users", fleet.users, "People per org")->check(CLI::Range(0, 1'000'000))->capture_default_str();
  app.add_option("--attack", fleet.attack, "none, or drift: a stolen token on the last day")
      ->transform(CLI::CheckedTransformer(kAttacks))
      ->default_str("drift");
  static const std::map<std::string, Naming> kNamings = {
      {"at-once", Naming::kAtOnce}, {"late", Naming::kLate}, {"never", Naming::kNever}};
  app.add_option("--naming", fleet.naming, "When the logs name the thief's app: at-once, late (hourly files), never")
      ->transform(CLI::CheckedTransformer(kNamings))
      ->default_str("at-once");
  app.add_flag("!--no-count", fleet.counts_first, "The thief does not ask for COUNT() right before the job");
  app.add_flag("--bulk-results", fleet.bulk_results, "Every bulk job's results are seen live, without a count");
  app.add_option("--format", fleet.format, "elf-csv, rtem or mixed")
      ->transform(CLI::CheckedTransformer(kFormats))
      ->default_str("mixed");
  app.add_option("--duplicates", fleet.duplicate_share, "Share of records delivered twice")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("!--no-late-files", fleet.late_files, "No hourly file comes days late");
  app.add_option("--out", arguments.out,
                 "A new folder (gets logs/ and truth.json), or - for JSON lines in order of arrival")
      ->required();
  app.add_option("--truth", arguments.truth, "Where the truth goes; default truth.json in the folder, none with -");
}

bool write_truth(const std::string& path, const Truth& truth) {
  std::ofstream file(path, std::ios::binary);
  file << to_json(truth);
  file.close();
  return static_cast<bool>(file);
}

int run(Arguments& arguments) {
  Truth truth;
  bool written = false;
  if (arguments.out == "-") {
    JsonLinesSink sink(stdout);
    truth = generate(arguments.fleet, ElfShape::kJson, sink);
    written = sink.finish();
  } else {
    std::error_code error;
    std::filesystem::create_directories(arguments.out, error);
    if (error || !std::filesystem::is_empty(arguments.out, error) || error) {
      std::fprintf(stderr, "outflow-generate: %s must be a new or an empty folder\n", arguments.out.c_str());
      return kExitUsage;
    }
    FolderSink sink(arguments.out + "/logs");
    truth = generate(arguments.fleet, ElfShape::kCsv, sink);
    written = sink.finish();
    if (arguments.truth.empty()) arguments.truth = arguments.out + "/truth.json";
  }
  if (!arguments.truth.empty() && !write_truth(arguments.truth, truth)) written = false;
  if (!written) {
    std::fprintf(stderr, "outflow-generate: could not write everything\n");
    return kExitFailure;
  }
  std::fprintf(stderr, "%llu records of %d orgs over %d weeks\n",
               static_cast<unsigned long long>(truth.records_written), arguments.fleet.orgs, arguments.fleet.weeks);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Writes a made-up fleet's Salesforce audit logs: realistic rhythms, and a theft at the end.",
               "outflow-generate"};
  try {
    add_options(app, arguments);
    app.parse(argc, argv);
    return run(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outflow-generate: %s\n", error.what());
    return kExitFailure;
  }
}
