// The effective configuration, for people and for tools; secrets never appear.
//
// The YAML form loads again to the same configuration wherever no secret was replaced. Pure functions; any thread.
#pragma once

#include <string>

#include "app/config.h"
#include "app/config_tree.h"

namespace outflow::app {

[[nodiscard]] std::string dump_config_yaml(const Config& config);
[[nodiscard]] ConfigTree dump_config_tree(const Config& config);  // the same, for JSON
// The JSON Schema (2020-12) of the YAML file; docs/config.schema.json is this text.
[[nodiscard]] std::string config_json_schema();

}  // namespace outflow::app
