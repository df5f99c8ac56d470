#include "app/config_examine.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/config_draft.h"
#include "connectors/yaml/suggestion.h"

namespace outflow::app {
namespace {

// The words that may stand directly under `prefix` ("" or "http."), and the full paths that end in `word`.
std::string suggestion(std::string_view prefix, const std::string& word) {
  std::string best;
  std::size_t best_distance = connectors::farthest_suggestion(word) + 1;
  std::string elsewhere;
  for (const ConfigKey& key : config_keys()) {
    if (key.path.substr(key.path.rfind('.') + 1) == word || key.path == word) elsewhere = key.path;
    if (!key.path.starts_with(prefix)) continue;
    const std::string_view rest = key.path.substr(prefix.size());
    const std::string candidate(rest.substr(0, rest.find('.')));
    const std::size_t distance = connectors::edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  if (!elsewhere.empty()) best = elsewhere;
  return best.empty() ? std::string() : " (did you mean '" + best + "'?)";
}

void walk(ConfigDraft& draft, const YamlNode& map, const std::string& prefix) {
  for (const YamlNode& node : map.items) {
    const std::string path = prefix + node.key;
    if (const ConfigKey* key = find_config_key(path)) {
      assign_key(draft, *key, node);
    } else if (!is_config_section(path)) {
      const std::string word = node.key.substr(0, 80);
      std::string why = "unknown key '";
      why.append(prefix).append(word).append("'").append(suggestion(prefix, word));
      draft.refuse(node.key_at, std::move(why));
    } else if (node.kind == YamlNode::Kind::kMap) {
      walk(draft, node, path + ".");
    } else if (node.kind != YamlNode::Kind::kNull) {
      draft.refuse(node.at, path + ": expected keys under it, indented");
    }
  }
}

void finish(ConfigExamination& examination, ConfigDraft draft) {
  examination.config = std::move(draft.config);
  examination.problems = std::move(draft.problems);
  examination.where = std::move(draft.where);
  std::ranges::stable_sort(examination.problems, [](const ConfigProblem& a, const ConfigProblem& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });
  if (examination.problems.size() > kMaxProblems) {
    // Errors first: dropping all of them behind warnings would make the configuration look valid.
    std::ranges::stable_partition(examination.problems, [](const ConfigProblem& problem) { return !problem.warning; });
    examination.problems.resize(kMaxProblems);
    examination.problems.back() = {false, {}, "and more problems"};
  }
}

}  // namespace

bool ConfigExamination::valid() const {
  return std::ranges::all_of(problems, [](const ConfigProblem& problem) { return problem.warning; });
}

std::string ConfigExamination::show(const ConfigProblem& problem) const {
  std::string line = name;
  if (problem.at.line > 0) line += ":" + std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column);
  return line + ": " + (problem.warning ? "warning: " : "") + problem.message;
}

ConfigExamination examine_config(std::string_view yaml, const std::string& name, const Environment& environment) {
  ConfigExamination examination;
  examination.name = name;
  ConfigDraft draft;
  draft.environment = &environment;
  const YamlDocument document = read_yaml(yaml);
  for (const YamlProblem& problem : document.problems) draft.refuse(problem.at, problem.message);
  if (document.root.kind == YamlNode::Kind::kMap) {
    walk(draft, document.root, "");
  } else if (document.root.kind != YamlNode::Kind::kNull) {
    draft.refuse(document.root.at, "a configuration is made of 'key: value' lines");
  }
  // After a wrong value the rules would complain about defaults that nobody chose.
  if (std::ranges::all_of(draft.problems, [](const ConfigProblem& problem) { return problem.warning; })) {
    apply_rules(draft);
  }
  finish(examination, std::move(draft));
  return examination;
}

ConfigExamination examine_config_file(const std::string& path, const Environment& environment) {
  if (path.empty()) return examine_config("", "defaults", environment);
  ConfigExamination examination;
  examination.name = path;
  const auto refuse = [&](const std::string& why) {
    examination.problems.push_back({false, {}, why});
    return examination;
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return refuse(std::string("cannot be read: ") + std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return refuse("is a folder, not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse(std::string("cannot be read: ") + std::strerror(errno));
  std::string text(kMaxYamlBytes + 1, '\0');  // one more than allowed: read_yaml says that it is too large
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return examine_config(text, path, environment);
}

namespace {

Result<Config> to_result(ConfigExamination examination) {
  if (examination.valid()) return std::move(examination.config);
  std::string message;
  for (const ConfigProblem& problem : examination.problems) {
    if (!problem.warning) message += (message.empty() ? "" : "\n") + examination.show(problem);
  }
  return Error{ErrorCode::kRefuse, message};
}

}  // namespace

Result<Config> load_config(const std::string& path) {
  return to_result(examine_config_file(path, process_environment()));
}

Result<Config> parse_config(std::string_view yaml, const std::string& name) {
  return to_result(examine_config(yaml, name, process_environment()));
}

}  // namespace outflow::app
