#include "tests/integration/dashboards/dashboard_file.h"

#include <fstream>
#include <regex>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "connectors/metrics/catalogue.h"

namespace outflow::dashboards_tests {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> dashboard_paths() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(OUTFLOW_SOURCE_DIR "/dashboards/grafana")) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  return paths;
}

nlohmann::json read_dashboard(const std::filesystem::path& path) {
  return nlohmann::json::parse(read_text(path), nullptr, false);
}

std::vector<Expression> panel_expressions(const nlohmann::json& dashboard, const std::string& name) {
  std::vector<Expression> expressions;
  for (const auto& panel : dashboard.value("panels", nlohmann::json::array())) {
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      expressions.push_back(
          {name + ": " + panel.value("title", "") + ": " + target.value("refId", ""), target.value("expr", "")});
    }
  }
  return expressions;
}

std::vector<Expression> variable_expressions(const nlohmann::json& dashboard, const std::string& name) {
  std::vector<Expression> expressions;
  const std::regex label_values(R"(label_values\((.*), *[a-z_]+\))");
  for (const auto& variable : dashboard["templating"]["list"]) {
    if (variable.value("type", "") != "query") continue;
    const std::string query = variable["query"].value("query", "");
    std::smatch match;
    if (std::regex_match(query, match, label_values)) {
      expressions.push_back({name + ": variable " + variable.value("name", ""), match[1].str()});
    }
  }
  return expressions;
}

std::string rules_path() {
  return OUTFLOW_SOURCE_DIR "/dashboards/prometheus/rules.yml";
}

std::vector<Rule> rules() {
  std::vector<Rule> all;
  const auto text = [](const YAML::Node& node) { return node ? node.as<std::string>() : std::string(); };
  for (const YAML::Node& group : YAML::LoadFile(rules_path())["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      all.push_back({text(rule["alert"]), text(rule["expr"]), text(rule["for"]), text(rule["labels"]["severity"]),
                     text(rule["annotations"]["summary"]), text(rule["annotations"]["description"]),
                     text(rule["annotations"]["runbook_url"])});
    }
  }
  return all;
}

std::vector<std::string> metrics_in(const std::string& expression) {
  std::vector<std::string> names;
  const std::regex metric("outflow_[a-z0-9_]+");
  for (std::sregex_iterator it(expression.begin(), expression.end(), metric); it != std::sregex_iterator(); ++it) {
    std::string name = it->str();
    if (connectors::find_metric(name) == nullptr) {
      name = std::regex_replace(name, std::regex("_(bucket|sum|count)$"), "");
    }
    names.push_back(name);
  }
  return names;
}

std::string with_variables(std::string expression) {
  const std::vector<std::pair<std::string, std::string>> variables{
      {"$job", ".+"},         {"$instance", ".+"},        {"$tenant", ".*"},
      {"$integration", ".+"}, {"$__rate_interval", "1m"}, {"$__range", "5m"}};
  for (const auto& [name, value] : variables) {
    for (std::size_t at = expression.find(name); at != std::string::npos;
         at = expression.find(name, at + value.size())) {
      expression.replace(at, name.size(), value);
    }
  }
  return expression;
}

}  // namespace outflow::dashboards_tests
