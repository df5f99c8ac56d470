// The public rules of Grafana's dashboard-linter, and our own, on every dashboard of the tree.
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "connectors/metrics/catalogue.h"
#include "tests/integration/dashboards/dashboard_file.h"

namespace outflow::dashboards_tests::dashboard_lint_test {
namespace {

constexpr int kSchemaVersion = 42;  // @grafana/schema 13
constexpr int kColumns = 24;

class DashboardLint : public ::testing::TestWithParam<std::filesystem::path> {
 protected:
  nlohmann::json dashboard_ = read_dashboard(GetParam());
  [[nodiscard]] std::vector<nlohmann::json> panels() const {  // without the rows
    std::vector<nlohmann::json> all;
    for (const auto& panel : dashboard_["panels"]) {
      if (panel["type"] != "row") all.push_back(panel);
    }
    return all;
  }
  [[nodiscard]] nlohmann::json variable(const std::string& name) const {
    for (const auto& candidate : dashboard_["templating"]["list"]) {
      if (candidate["name"] == name) return candidate;
    }
    return nlohmann::json::object();
  }
};

TEST_P(DashboardLint, HasAUidATitleTagsAndTheCurrentSchema) {
  ASSERT_TRUE(dashboard_.is_object());
  EXPECT_FALSE(dashboard_.value("uid", "").empty());
  EXPECT_FALSE(dashboard_.value("title", "").empty());
  EXPECT_FALSE(dashboard_["tags"].empty());
  EXPECT_EQ(dashboard_["schemaVersion"], kSchemaVersion);
  EXPECT_EQ(dashboard_["editable"], false) << "provisioned dashboards are changed in the tree";
}

TEST_P(DashboardLint, HasDatasourceJobAndInstanceVariables) {
  EXPECT_EQ(variable("datasource").value("type", ""), "datasource");
  EXPECT_EQ(variable("datasource").value("query", ""), "prometheus");
  EXPECT_EQ(variable("datasource").value("label", ""), "Data source");
  for (const auto& [name, label] : {std::pair("job", "Job"), std::pair("instance", "Instance")}) {
    const nlohmann::json found = variable(name);
    EXPECT_EQ(found.value("type", ""), "query") << name;
    EXPECT_EQ(found.value("label", ""), label);
    EXPECT_EQ(found.value("allValue", ""), ".+") << name;
    EXPECT_EQ(found.value("multi", false), true) << name;
    EXPECT_EQ(found["datasource"].value("uid", ""), "${datasource}") << name;
  }
}

TEST_P(DashboardLint, EveryPanelHasTitleDescriptionUnitDatasourceAndTargets) {
  std::set<int> ids;
  for (const auto& panel : dashboard_["panels"]) EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second) << panel["id"];
  for (const auto& panel : panels()) {
    const std::string title = panel.value("title", "");
    EXPECT_FALSE(title.empty());
    EXPECT_GT(panel.value("description", "").size(), 10U) << title;
    EXPECT_FALSE(panel["fieldConfig"]["defaults"].value("unit", "").empty()) << title;
    EXPECT_EQ(panel["datasource"].value("uid", ""), "${datasource}") << title;
    EXPECT_FALSE(panel["targets"].empty()) << title;
    for (const auto& target : panel["targets"]) EXPECT_FALSE(target.value("legendFormat", "").empty()) << title;
  }
}

TEST_P(DashboardLint, PanelsNeitherOverlapNorLeaveTheGrid) {
  std::set<std::pair<int, int>> cells;
  for (const auto& panel : dashboard_["panels"]) {
    const auto& place = panel["gridPos"];
    for (int x = place["x"]; x < place["x"].get<int>() + place["w"].get<int>(); ++x) {
      EXPECT_LT(x, kColumns) << panel["title"];
      for (int y = place["y"]; y < place["y"].get<int>() + place["h"].get<int>(); ++y) {
        EXPECT_TRUE(cells.insert({x, y}).second) << panel["title"] << " overlaps at " << x << "," << y;
      }
    }
  }
}

TEST_P(DashboardLint, EverySelectorIsForTheChosenJobAndInstance) {
  for (const Expression& expression : panel_expressions(dashboard_, GetParam().filename())) {
    const std::regex selector(R"(outflow_[a-z0-9_]+(\{[^}]*\})?)");
    for (std::sregex_iterator it(expression.text.begin(), expression.text.end(), selector);
         it != std::sregex_iterator(); ++it) {
      const std::string text = it->str();
      EXPECT_NE(text.find(R"(job=~"$job")"), std::string::npos) << expression.where << " " << text;
      EXPECT_NE(text.find(R"(instance=~"$instance")"), std::string::npos) << expression.where << " " << text;
    }
  }
}

TEST_P(DashboardLint, CountersAreRatedOverTheRateIntervalOrTheRangeOnly) {
  for (const Expression& expression : panel_expressions(dashboard_, GetParam().filename())) {
    const std::regex range(R"(\[([^\]]*)\])");
    for (std::sregex_iterator it(expression.text.begin(), expression.text.end(), range); it != std::sregex_iterator();
         ++it) {
      EXPECT_TRUE((*it)[1] == "$__rate_interval" || (*it)[1] == "$__range") << expression.where << " " << it->str();
    }
    // Every counter and histogram series is the direct argument of rate or increase.
    const std::regex counter(R"((.{0,9})outflow_[a-z0-9_]+_(total|bucket|sum|count)\b)");
    for (std::sregex_iterator it(expression.text.begin(), expression.text.end(), counter); it != std::sregex_iterator();
         ++it) {
      const std::string before = (*it)[1];
      EXPECT_TRUE(before.ends_with("rate(") || before.ends_with("increase(")) << expression.where << " " << it->str();
    }
  }
}

TEST_P(DashboardLint, EveryMetricIsOneThatOutflowExports) {
  std::size_t metrics = 0;
  std::vector<Expression> expressions = panel_expressions(dashboard_, GetParam().filename());
  for (const Expression& expression : variable_expressions(dashboard_, GetParam().filename()))
    expressions.push_back(expression);
  for (const Expression& expression : expressions) {
    for (const std::string& name : metrics_in(expression.text)) {
      EXPECT_NE(connectors::find_metric(name), nullptr) << expression.where << " " << name;
      ++metrics;
    }
  }
  EXPECT_GT(metrics, 0U);
}

INSTANTIATE_TEST_SUITE_P(Tree, DashboardLint, ::testing::ValuesIn(dashboard_paths()), [](const auto& info) {
  return std::regex_replace(info.param.stem().string(), std::regex("[^A-Za-z0-9]"), "_");
});

}  // namespace
}  // namespace outflow::dashboards_tests::dashboard_lint_test
