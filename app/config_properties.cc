// kafka.properties: passed on to librdkafka, but for what Outflow must set itself.
#include <sys/stat.h>

#include <array>
#include <fstream>

#include "app/config_draft.h"

namespace outflow::app {
namespace {

constexpr std::size_t kMaxProperties = 200;
constexpr std::size_t kMaxPropertyBytes = 64U << 10;

struct Reserved {
  std::string_view name;
  std::string_view instead;
};

constexpr std::array<Reserved, 11> kReserved{{
    {"bootstrap.servers", "use kafka.brokers"},
    {"metadata.broker.list", "use kafka.brokers"},
    {"group.id", "use kafka.group"},
    {"group.instance.id", "use kafka.instance_id"},
    {"auto.offset.reset", "use input.start"},
    {"enable.auto.commit", "Outflow sets it: exactly once depends on it"},
    {"enable.auto.offset.store", "Outflow sets it: exactly once depends on it"},
    {"enable.idempotence", "Outflow sets it: exactly once depends on it"},
    {"isolation.level", "Outflow sets it: exactly once depends on it"},
    {"transactional.id", "Outflow sets it: exactly once depends on it"},
    {"partition.assignment.strategy", "Outflow sets it: static membership needs an eager assignor"},
}};

std::string label(const std::string& key) {
  return "kafka.properties." + key;
}

bool is_property_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

bool refuse_reserved(ConfigDraft& draft, const std::string& property, const YamlNode& node) {
  for (const Reserved& reserved : kReserved) {
    if (reserved.name != property) continue;
    draft.refuse(node.key_at, label(property) + " cannot be set here: " + std::string(reserved.instead));
    return true;
  }
  return false;
}

void assign_property(ConfigDraft& draft, const YamlNode& node) {
  if (!is_property_name(node.key)) return draft.refuse(node.key_at, "kafka.properties: not the name of a property");
  if (node.kind != YamlNode::Kind::kScalar) {
    return draft.refuse(node.at,
                        label(node.key) + ": expected a single value (names are flat: 'sasl.mechanism: PLAIN')");
  }
  constexpr std::string_view kFile = "_file";
  const bool from_file = node.key.ends_with(kFile);
  const std::string property = from_file ? node.key.substr(0, node.key.size() - kFile.size()) : node.key;
  if (refuse_reserved(draft, property, node)) return;
  Result<std::string> value = expand_variables(node.text, *draft.environment);
  if (!value) return draft.refuse(node.at, label(node.key) + ": " + value.error().message);
  std::map<std::string, std::string>& properties = draft.config.kafka.properties;
  if (properties.contains(property)) {
    return draft.refuse(node.key_at, label(property) + " is given twice: as it is and as a file");
  }
  if (from_file) {
    draft.config.kafka.property_files[property] = *value;
    value = read_secret_file(*value);
    if (!value) return draft.refuse(node.at, label(node.key) + ": " + value.error().message);
  } else if (is_secret_property(property) && node.text.find("${") == std::string::npos && !node.text.empty()) {
    draft.warn(node.at, label(property) +
                            " stands in the file in clear; take it from the environment (${NAME}) or from '" +
                            property + "_file'");
  }
  if (value->size() > kMaxPropertyBytes) return draft.refuse(node.at, label(node.key) + ": longer than 64 KiB");
  properties.emplace(property, std::move(*value));
}

}  // namespace

void assign_properties(ConfigDraft& draft, const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kMap) {
    return draft.refuse(node.at, "kafka.properties: expected 'name: value' lines, indented");
  }
  if (node.items.size() > kMaxProperties) return draft.refuse(node.at, "kafka.properties: more than 200 properties");
  for (const YamlNode& item : node.items) {
    draft.where.emplace(label(item.key), item.at);
    assign_property(draft, item);
  }
}

Result<std::string> read_secret_file(const std::string& path) {
  const auto refuse = [&](const char* why) { return Error{ErrorCode::kRefuse, "file '" + path + "' " + why}; };
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return refuse("cannot be found");
  if (S_ISDIR(status.st_mode)) return refuse("is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse("cannot be read");
  std::string content(kMaxPropertyBytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > kMaxPropertyBytes) return refuse("is larger than 64 KiB");
  if (content.find('\0') != std::string::npos) return refuse("is not text");
  content.erase(0, content.find_first_not_of(" \t\r\n"));
  content.erase(content.find_last_not_of(" \t\r\n") + 1);
  if (content.empty()) return refuse("is empty");
  return content;
}

}  // namespace outflow::app
