// The dashboards and rules of the tree, as the tests look at them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace outflow::dashboards_tests {

struct Expression {
  std::string where;  // "outflow-overview.json: Lag: A"
  std::string text;   // PromQL, variables as they stand in the file
};

struct Rule {
  std::string alert;
  std::string expression;
  std::string for_duration;
  std::string severity;
  std::string summary;
  std::string description;
  std::string runbook;
};

[[nodiscard]] std::string read_text(const std::filesystem::path& path);
[[nodiscard]] std::vector<std::filesystem::path> dashboard_paths();
[[nodiscard]] nlohmann::json read_dashboard(const std::filesystem::path& path);
[[nodiscard]] std::vector<Expression> panel_expressions(const nlohmann::json& dashboard, const std::string& name);
[[nodiscard]] std::vector<Expression> variable_expressions(const nlohmann::json& dashboard, const std::string& name);
[[nodiscard]] std::vector<Rule> rules();
[[nodiscard]] std::string rules_path();

// The metrics named in an expression: outflow_..., without the suffixes of histograms.
[[nodiscard]] std::vector<std::string> metrics_in(const std::string& expression);

// The expression as Grafana sends it with all variables on "All", over five minutes.
[[nodiscard]] std::string with_variables(std::string expression);

}  // namespace outflow::dashboards_tests
