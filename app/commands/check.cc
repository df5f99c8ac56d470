// `outflow check`: says everything that is wrong with a configuration, before anything runs with it.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/config_dump.h"
#include "app/config_examine.h"
#include "app/decode_options.h"
#include "app/exit_code.h"

namespace outflow::app {
namespace {

struct CheckArguments {
  std::string config;
  std::string output = "table";
  bool print = false;
  bool schema = false;
};

// What the configuration itself says, and what the files say that it names.
struct Report {
  ConfigExamination examination;
  std::vector<connectors::MappingProblem> of_files;
  [[nodiscard]] bool valid() const { return examination.valid() && of_files.empty(); }
};

void print_json(const Report& report_of, bool with_config) {
  const ConfigExamination& examination = report_of.examination;
  using Tree = ConfigTree;
  Tree problems = Tree::list();
  for (const ConfigProblem& problem : examination.problems) {
    const auto place = [&problem](int number) {
      return Tree::literal(problem.at.line > 0 ? std::to_string(number) : std::string("null"));
    };
    problems.append(Tree::map({{"severity", Tree::text(problem.warning ? "warning" : "error")},
                               {"file", Tree::text(examination.name)},
                               {"line", place(problem.at.line)},
                               {"column", place(problem.at.column)},
                               {"message", Tree::text(problem.message)}}));
  }
  for (const connectors::MappingProblem& problem : report_of.of_files) {
    const auto place = [&problem](int number) {
      return Tree::literal(problem.line > 0 ? std::to_string(number) : std::string("null"));
    };
    problems.append(Tree::map({{"severity", Tree::text("error")},
                               {"file", Tree::text(problem.file)},
                               {"line", place(problem.line)},
                               {"column", place(problem.column)},
                               {"message", Tree::text(problem.message)}}));
  }
  Tree report = Tree::map({{"valid", Tree::boolean(report_of.valid())}, {"problems", std::move(problems)}});
  if (with_config && report_of.valid()) report.set("config", dump_config_tree(examination.config));
  std::printf("%s\n", report.json(2).c_str());
}

void print_text(const Report& report, bool with_config) {
  const ConfigExamination& examination = report.examination;
  for (const ConfigProblem& problem : examination.problems) {
    std::fprintf(stderr, "%s\n", examination.show(problem).c_str());
  }
  for (const connectors::MappingProblem& problem : report.of_files) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
  }
  if (!report.valid()) return;
  if (with_config) {
    std::printf("%s", dump_config_yaml(examination.config).c_str());
  } else {
    std::printf("%s: valid\n", examination.name.c_str());
  }
}

int check(const CheckArguments& arguments) {
  if (arguments.schema) {
    std::printf("%s", config_json_schema().c_str());
    return kExitOk;
  }
  Report report{examine_config_file(arguments.config, process_environment()), {}};
  ConfigExamination& examination = report.examination;
  if (examination.valid()) report.of_files = decode_problems(examination.config);
  for (connectors::MappingProblem& problem : report.of_files) {  // a pin's stands in the configuration itself
    const auto key = examination.where.find(problem.file);
    if (key == examination.where.end()) continue;
    problem.message = problem.file + ": " + problem.message;
    problem.file = examination.name;
    problem.line = key->second.line;
    problem.column = key->second.column;
  }
  if (examination.valid() && !arguments.config.empty() && examination.config.input.topics.empty()) {
    examination.problems.push_back({true, {}, "input.topics is empty: `outflow run` needs at least one topic"});
  }
  if (arguments.output == "json") {
    print_json(report, arguments.print);
  } else {
    print_text(report, arguments.print);
  }
  return report.valid() ? kExitOk : kExitConfiguration;
}

}  // namespace

void add_check_command(CLI::App& root, int& exit_code) {
  CLI::App* command = root.add_subcommand("check", "Check a configuration and say everything that is wrong with it");
  const auto arguments = std::make_shared<CheckArguments>();
  command->add_option("--config", arguments->config, "Configuration file (YAML); without it the defaults are checked");
  command->add_flag("--print", arguments->print, "Print the effective configuration, secrets redacted");
  command->add_flag("--schema", arguments->schema, "Print the JSON Schema of the configuration file");
  command->add_option("-o,--output", arguments->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = check(*arguments); });
}

}  // namespace outflow::app
