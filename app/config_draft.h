// A configuration on its way from YAML to Config: what is set so far, where, and what was wrong. Internal to
// app/config*.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/config_examine.h"
#include "app/config_keys.h"

namespace outflow::app {

struct ConfigDraft {
  Config config;
  std::map<std::string, YamlPosition, std::less<>> where;  // of the keys that the file sets, by path
  std::vector<ConfigProblem> problems;
  const Environment* environment = nullptr;

  void refuse(YamlPosition at, std::string message) { problems.push_back({false, at, std::move(message)}); }
  void warn(YamlPosition at, std::string message) { problems.push_back({true, at, std::move(message)}); }
  // Where the file sets `path`; nowhere if it does not.
  [[nodiscard]] YamlPosition position(std::string_view path) const {
    const auto found = where.find(path);
    return found == where.end() ? YamlPosition{} : found->second;
  }
};

// Sets the key from its node (config_fields.cc).
void assign_key(ConfigDraft& draft, const ConfigKey& key, const YamlNode& node);
// Sets kafka.properties (config_properties.cc).
void assign_properties(ConfigDraft& draft, const YamlNode& node);
// Rules between keys, and files that hold secrets (config_rules.cc).
void apply_rules(ConfigDraft& draft);
// The content of a file that holds one secret, without white space around it; at most 64 KiB (config_properties.cc).
Result<std::string> read_secret_file(const std::string& path);

}  // namespace outflow::app
