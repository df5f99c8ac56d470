// The options shared by every command that reads files: INPUT..., --tenant, --mapping, --source, --config.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/decode_options.h"

namespace outflow::app {

struct InputArguments {
  std::vector<std::string> inputs;
  std::string tenant;
  std::string config;
  std::vector<std::string> mappings;
  std::string source;

  void add_to(CLI::App& command) {
    command.add_option("INPUT", inputs, "JSON lines, ELF CSV (also .gz, .zst), folders, or - for standard input")
        ->required();
    command.add_option("--tenant", tenant, "Tenant of records that name none");
    command.add_option("--mapping", mappings, "Mapping (YAML) of a source of your own; may be given more than once")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command.add_option("--source", source, "Read every record as of this source, instead of telling it by content");
    command.add_option("--config", config, "Configuration file (YAML); optional");
  }
  [[nodiscard]] DecodeExtras extras() const { return {tenant, mappings, source}; }
};

}  // namespace outflow::app
