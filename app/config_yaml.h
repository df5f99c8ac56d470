// The configuration's YAML is read as all YAML is: connectors/yaml/yaml_tree.h.
#pragma once

#include "connectors/yaml/yaml_tree.h"

namespace outflow::app {

using connectors::kMaxYamlBytes;
using connectors::read_yaml;
using connectors::YamlDocument;
using connectors::YamlNode;
using connectors::YamlPosition;
using connectors::YamlProblem;

}  // namespace outflow::app
