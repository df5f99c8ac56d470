// The alerting rules: complete, explained, and right by promtool's own tests.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "connectors/metrics/catalogue.h"
#include "tests/integration/dashboards/dashboard_file.h"
#include "tests/integration/dashboards/prometheus_process.h"

namespace outflow::dashboards_tests::rules_test {
namespace {

// Anchors of a Markdown file, as its headings give them.
std::set<std::string> anchors_of(const std::string& path) {
  std::set<std::string> anchors;
  std::istringstream text(read_text(path));
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("#")) continue;
    std::string anchor;
    for (const char c : line.substr(line.find_first_not_of("# "))) {
      if (c == ' ') anchor += '-';
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '-') {
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
    anchors.insert(anchor);
  }
  return anchors;
}

TEST(Rules, EachWaitsHasASeverityAndLinksToItsSectionOfTheRunbook) {
  const std::set<std::string> anchors = anchors_of(OUTFLOW_SOURCE_DIR "/docs/runbook.md");
  const std::string prefix = "docs/runbook.md#";
  ASSERT_GE(rules().size(), 10U);
  for (const Rule& rule : rules()) {
    EXPECT_FALSE(rule.for_duration.empty()) << rule.alert;
    EXPECT_TRUE(rule.severity == "critical" || rule.severity == "warning") << rule.alert;
    EXPECT_FALSE(rule.summary.empty()) << rule.alert;
    EXPECT_GT(rule.description.size(), 20U) << rule.alert;
    ASSERT_TRUE(rule.runbook.starts_with(prefix)) << rule.alert;
    EXPECT_TRUE(anchors.contains(rule.runbook.substr(prefix.size()))) << rule.runbook;
  }
}

TEST(Rules, WatchOnlyMetricsThatOutflowExports) {
  for (const Rule& rule : rules()) {
    for (const std::string& metric : metrics_in(rule.expression)) {
      EXPECT_NE(connectors::find_metric(metric), nullptr) << rule.alert << " " << metric;
    }
  }
}

TEST(Rules, EachIsTestedByName) {
  const std::string tests = read_text(OUTFLOW_SOURCE_DIR "/dashboards/prometheus/rules_test.yml");
  for (const Rule& rule : rules()) EXPECT_NE(tests.find(rule.alert), std::string::npos) << rule.alert;
}

TEST(Rules, PassPromtoolsCheckAndTheirTests) {
  OUTFLOW_NEEDS_PROMETHEUS();
  const ToolRun check = promtool("check rules " + rules_path());
  EXPECT_EQ(check.exit_code, 0) << check.output;
  const ToolRun config = promtool("check config " OUTFLOW_SOURCE_DIR "/dashboards/prometheus/prometheus.yml");
  EXPECT_EQ(config.exit_code, 0) << config.output;
  const ToolRun test = promtool("test rules " OUTFLOW_SOURCE_DIR "/dashboards/prometheus/rules_test.yml");
  EXPECT_EQ(test.exit_code, 0) << test.output;
}

}  // namespace
}  // namespace outflow::dashboards_tests::rules_test
