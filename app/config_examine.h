// Reads a configuration and says everything that is wrong with it, not the first thing only.
//
// load_config and parse_config (app/config.h) are this, with the problems joined into one error. Throws nothing; reads
// the files that `*_file` keys name, and the environment through `Environment`. Any thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/config_expand.h"
#include "app/config_yaml.h"

namespace outflow::app {

struct ConfigProblem {
  bool warning = false;
  YamlPosition at;
  std::string message;  // never a secret
};

struct ConfigExamination {
  std::string name;                                        // of the file, as problems are shown
  Config config;                                           // usable only if valid()
  std::vector<ConfigProblem> problems;                     // by position; at most kMaxProblems
  std::map<std::string, YamlPosition, std::less<>> where;  // of the keys that the file sets, by path

  [[nodiscard]] bool valid() const;
  // "file:line:col: message"; warnings say so.
  [[nodiscard]] std::string show(const ConfigProblem& problem) const;
};

inline constexpr std::size_t kMaxProblems = 50;

[[nodiscard]] ConfigExamination examine_config(std::string_view yaml, const std::string& name,
                                               const Environment& environment);
// A missing or unreadable file is a problem like others. An empty path gives the defaults.
[[nodiscard]] ConfigExamination examine_config_file(const std::string& path, const Environment& environment);

}  // namespace outflow::app
