#include "app/config_dump.h"

#include <string_view>

#include <yaml-cpp/yaml.h>
#include <nlohmann/json.hpp>

#include "app/config_expand.h"
#include "app/config_keys.h"

namespace outflow::app {
namespace {

using Json = nlohmann::ordered_json;

Json typed_value(const ConfigKey& key, const Config& config) {
  const std::string text = show_value(key, config);
  switch (key.kind) {
    case ValueKind::kBoolean:
      return text == "true";
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      return Json::parse(text);
    case ValueKind::kTextList: {
      Json list = Json::array();
      for (const std::string& topic : config.input.topics) list.push_back(topic);
      return list;
    }
    case ValueKind::kProperties: {
      Json map = Json::object();
      for (const auto& [name, value] : config.kafka.properties) {
        const auto file = config.kafka.property_files.find(name);
        if (file != config.kafka.property_files.end()) {
          map[name + "_file"] = file->second;
        } else {
          map[name] = is_secret_property(name) ? std::string(kRedacted) : value;
        }
      }
      return map;
    }
    default:
      return text;
  }
}

Json tree_of(const Config& config) {
  Json root = Json::object();
  for (const ConfigKey& key : config_keys()) {
    // A token read from a file is shown by its file alone: both together would not load again.
    if (key.path == "http.bearer_token" && !config.http.bearer_token_file.empty()) continue;
    Json* place = &root;
    std::string_view rest = key.path;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      place = &(*place)[std::string(rest.substr(0, dot))];
      rest.remove_prefix(dot + 1);
    }
    (*place)[std::string(rest)] = typed_value(key, config);
  }
  return root;
}

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [name, item] : value.items()) {
      out << YAML::Key << name << YAML::Value;
      emit(out, item);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const Json& item : value) emit(out, item);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    const std::string text = escape_variables(value.get<std::string>());
    if (text.empty()) {
      out << YAML::DoubleQuoted << text;
    } else {
      out << text;
    }
  } else {
    out << value.dump();
  }
}

Json schema_of(const ConfigKey& key) {
  Json schema = {{"description", key.description}};
  const Json variable = {{"type", "string"}, {"pattern", "\\$\\{"}};  // ${NAME} may stand for any scalar
  Json number = {{"type", key.kind == ValueKind::kNumber ? "number" : "integer"}};
  number["minimum"] = key.kind == ValueKind::kNumber ? Json(key.minimum) : Json(static_cast<std::int64_t>(key.minimum));
  number["maximum"] = key.kind == ValueKind::kNumber ? Json(key.maximum) : Json(static_cast<std::int64_t>(key.maximum));
  switch (key.kind) {
    case ValueKind::kBoolean:
      schema["anyOf"] = {{{"type", "boolean"}}, variable};
      break;
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      schema["anyOf"] = {number, variable};
      break;
    case ValueKind::kMilliseconds:
    case ValueKind::kHours:
      schema["anyOf"] = {number, {{"type", "string"}, {"pattern", "^([0-9]+(ms|s|m|h|d))+$"}}, variable};
      break;
    case ValueKind::kBytes:
      schema["anyOf"] = {number, {{"type", "string"}, {"pattern", "^([0-9]+([KMGT]iB|[kKMGT]B|B))+$"}}, variable};
      break;
    case ValueKind::kTextList:
      schema["anyOf"] = {{{"type", "array"}, {"items", {{"type", "string"}}}}, {{"type", "string"}}};
      break;
    case ValueKind::kProperties:
      schema["type"] = "object";
      schema["additionalProperties"] = {{"type", {"string", "number", "boolean"}}};
      break;
    case ValueKind::kText:
    case ValueKind::kSecret:
      if (key.path == "kafka.brokers") {
        schema["anyOf"] = {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}};
      } else if (key.choices.empty()) {
        schema["type"] = "string";
      } else {
        schema["anyOf"] = {{{"enum", key.choices}}, variable};
      }
      break;
  }
  return schema;
}

}  // namespace

std::string dump_config_yaml(const Config& config) {
  YAML::Emitter out;
  emit(out, tree_of(config));
  return std::string(out.c_str()) + "\n";
}

std::string dump_config_json(const Config& config) {
  return tree_of(config).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string config_json_schema() {
  const Config defaults;
  Json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
               {"title", "Outflow configuration"},
               {"type", "object"},
               {"additionalProperties", false},
               {"properties", Json::object()}};
  for (const ConfigKey& key : config_keys()) {
    Json* place = &root;
    std::string_view rest = key.path;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      place = &(*place)["properties"][std::string(rest.substr(0, dot))];
      if (place->is_null()) {
        *place = {{"type", {"object", "null"}}, {"additionalProperties", false}, {"properties", Json::object()}};
      }
      rest.remove_prefix(dot + 1);
    }
    Json schema = schema_of(key);
    schema["default"] = typed_value(key, defaults);
    (*place)["properties"][std::string(rest)] = std::move(schema);
  }
  return root.dump(2) + "\n";
}

}  // namespace outflow::app
