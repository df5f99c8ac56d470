// The options shared by every command that reads files: INPUT..., --tenant, --config, --mapping.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace outflow::app {

struct InputArguments {
  std::vector<std::string> inputs;
  std::string tenant;
  std::string config;
  std::vector<std::string> mappings;

  void add_to(CLI::App& command) {
    command.add_option("INPUT", inputs, "JSON lines, ELF CSV (also .gz, .zst), folders, or - for standard input")
        ->required();
    command.add_option("--tenant", tenant, "Tenant of records that name none");
    command.add_option("--config", config, "Configuration file (YAML); optional");
    command
        .add_option("--mapping", mappings, "Mapping of a source of your own (YAML, docs/mapping.md); may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
  }
};

}  // namespace outflow::app
