#include "app/config_dump.h"

#include <string_view>

#include <yaml-cpp/yaml.h>

#include "app/config_expand.h"
#include "app/config_keys.h"
#include "app/config_values.h"

namespace outflow::app {
namespace {

using Tree = ConfigTree;

Tree properties_tree(const KafkaConfig& kafka) {
  Tree map = Tree::map();
  for (const auto& [name, value] : kafka.properties) {
    const auto file = kafka.property_files.find(name);
    if (file != kafka.property_files.end()) {
      map.set(name + "_file", Tree::text(file->second));
    } else {
      map.set(name, Tree::text(is_secret_property(name) ? kRedacted : std::string_view(value)));
    }
  }
  return map;
}

Tree typed_value(const ConfigKey& key, const Config& config) {
  const std::string text = show_value(key, config);
  switch (key.kind) {
    case ValueKind::kBoolean:
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      return Tree::literal(text);
    case ValueKind::kProperties:
      return properties_tree(config.kafka);
    case ValueKind::kTextList: {
      Tree list = Tree::list();
      Config copy = config;  // fields give mutable references
      for (const std::string& item : std::get<FieldOf<std::vector<std::string>>>(key.field)(copy)) {
        list.append(Tree::text(item));
      }
      return list;
    }
    case ValueKind::kTextMap: {
      Tree map = Tree::map();
      Config copy = config;
      for (const auto& [name, value] : std::get<FieldOf<std::map<std::string, std::string>>>(key.field)(copy)) {
        map.set(name, Tree::text(value));
      }
      return map;
    }
    default:
      return Tree::text(text);
  }
}

Tree tree_of(const Config& config) {
  Tree root = Tree::map();
  for (const ConfigKey& key : config_keys()) {
    // A token read from a file is shown by its file alone: both together would not load again.
    if (key.path == "http.bearer_token" && !config.http.bearer_token_file.empty()) continue;
    Tree* place = &root;
    std::string_view rest = key.path;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      place = &place->child(rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
    }
    place->set(std::string(rest), typed_value(key, config));
  }
  return root;
}

void emit(YAML::Emitter& out, const Tree& tree) {
  switch (tree.kind()) {
    case Tree::Kind::kMap:
      if (tree.items().empty()) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const auto& [name, item] : tree.items()) {
        out << YAML::Key << name << YAML::Value;
        emit(out, item);
      }
      out << YAML::EndMap;
      return;
    case Tree::Kind::kList:
      out << YAML::Flow << YAML::BeginSeq;
      for (const auto& entry : tree.items()) emit(out, entry.second);
      out << YAML::EndSeq;
      return;
    case Tree::Kind::kText:
      if (tree.value().empty()) out << YAML::DoubleQuoted;
      out << escape_variables(tree.value());
      return;
    case Tree::Kind::kLiteral:
      out << tree.value();
      return;
  }
}

Tree type_of(std::string_view type) {
  return Tree::map({{"type", Tree::text(type)}});
}

Tree text_like(std::string_view pattern) {
  return type_of("string").set("pattern", Tree::text(pattern));
}

Tree bounded_number(const ConfigKey& key) {
  const bool real = key.kind == ValueKind::kNumber;
  const auto bound = [real](double value) {
    return Tree::literal(real ? show_number(value) : std::to_string(static_cast<std::int64_t>(value)));
  };
  return type_of(real ? "number" : "integer").set("minimum", bound(key.minimum)).set("maximum", bound(key.maximum));
}

// What a value may look like, one alternative each; ${NAME} may stand for any scalar.
std::vector<Tree> alternatives(const ConfigKey& key) {
  const Tree variable = text_like("\\$\\{");
  const Tree texts = type_of("array").set("items", type_of("string"));
  switch (key.kind) {
    case ValueKind::kBoolean:
      return {type_of("boolean"), variable};
    case ValueKind::kInteger:
    case ValueKind::kNumber:
      return {bounded_number(key), variable};
    case ValueKind::kMilliseconds:
    case ValueKind::kHours:
      return {bounded_number(key), text_like("^([0-9]+(ms|s|m|h|d))+$"), variable};
    case ValueKind::kBytes:
      return {bounded_number(key), text_like("^([0-9]+([KMGT]iB|[kKMGT]B|B))+$"), variable};
    case ValueKind::kTextList:
      return {texts, type_of("string")};
    case ValueKind::kProperties: {
      Tree scalars =
          Tree::map({{"type", Tree::list({Tree::text("string"), Tree::text("number"), Tree::text("boolean")})}});
      return {type_of("object").set("additionalProperties", scalars)};
    }
    case ValueKind::kTextMap:
      return {type_of("object").set("additionalProperties", type_of("string"))};
    case ValueKind::kText:
    case ValueKind::kSecret:
      break;
  }
  if (key.path == "kafka.brokers") return {type_of("string"), texts};
  if (key.choices.empty()) return {type_of("string")};
  Tree choices = Tree::list();
  for (const std::string_view choice : key.choices) choices.append(Tree::text(choice));
  return {Tree::map({{"enum", choices}}), variable};
}

Tree section_schema() {
  return Tree::map({{"type", Tree::list({Tree::text("object"), Tree::text("null")})},
                    {"additionalProperties", Tree::boolean(false)},
                    {"properties", Tree::map()}});
}

}  // namespace

std::string dump_config_yaml(const Config& config) {
  YAML::Emitter out;
  emit(out, tree_of(config));
  return std::string(out.c_str()) + "\n";
}

ConfigTree dump_config_tree(const Config& config) {
  return tree_of(config);
}

std::string config_json_schema() {
  const Config defaults;
  Tree root = Tree::map({{"$schema", Tree::text("https://json-schema.org/draft/2020-12/schema")},
                         {"title", Tree::text("Outflow configuration")}});
  const Tree section = section_schema();
  for (const auto& [name, value] : section.items()) root.set(name, value);
  for (const ConfigKey& key : config_keys()) {
    Tree* place = &root;
    std::string_view rest = key.path;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      place = &place->child("properties").child(rest.substr(0, dot));
      if (place->items().empty()) *place = section_schema();
      rest.remove_prefix(dot + 1);
    }
    Tree schema = Tree::map({{"description", Tree::text(key.description)}});
    schema.set("anyOf", Tree::list(alternatives(key))).set("default", typed_value(key, defaults));
    place->child("properties").set(std::string(rest), std::move(schema));
  }
  return root.json(2) + "\n";
}

}  // namespace outflow::app
