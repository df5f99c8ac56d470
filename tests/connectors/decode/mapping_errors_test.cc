// Every mistake in a mapping is told, with its place.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "connectors/decode/source_catalogue.h"

namespace outflow::connectors::mapping_errors_test {
namespace {

std::vector<std::string> problems_of(const std::string& yaml) {
  std::vector<MappingProblem> problems;
  const auto catalogue = SourceCatalogue::compile({{"m.yaml", yaml}}, problems);
  EXPECT_EQ(catalogue.ok(), problems.empty());
  std::vector<std::string> texts;
  for (const MappingProblem& problem : problems) texts.push_back(problem.text());
  return texts;
}

const std::string kHead = "source: acme\nevent_type: t\ntime: at\n";

TEST(MappingErrors, SayWhere) {
  const std::pair<std::string, std::string> cases[] = {
      {"actr_id: a", "m.yaml:4:1: unknown key 'actr_id' (did you mean 'actor_id'?)"},
      {"action: quary", "(did you mean 'query'?)"},
      {"semantics: per_row", "m.yaml:4:12: 'semantics' is one of none, per_event"},
      {"classes: [contakt]", "m.yaml:4:11: this is one of contact"},
      {"actor_id: a..b", "m.yaml:4:11: a path has an empty name in it"},
      {"actor_id: 'a[x'", "m.yaml:4:11: [...] in a path holds a number, * or name=value"},
      {"actor_id: 'a[0'", "a '[' in a path is not closed"},
      {"actor_id: '\"a'", "a quoted name in a path is not closed"},
      {"actor_id: ^a", "'^' means the record around an element: it needs 'each'"},
      {"actor_id: " + std::string(300, 'a'), "a path is longer than 256 bytes"},
      {"actor_id: {path: a, const: b}", "m.yaml:4:11: an expression has exactly one of path, const, first and concat"},
      {"actor_id: {path: a, upper: true}", "m.yaml:4:21: unknown key 'upper'"},
      {"actor_id: {path: a, lower: yes}", "m.yaml:4:28: 'lower' is true or false"},
      {"actor_id: {path: a, separator: x}", "'separator' belongs to concat"},
      {"actor_id: {path: a, format: iso}", "unknown key 'format'"},
      {"actor_id: []", "m.yaml:4:11: a list of 1 to 32 expressions is expected here"},
      {"ingest_time: {path: a, format: '%Q'}", "m.yaml:4:32: 'format' a pattern knows"},
      {"ingest_time: {path: a, zone: Mars}", "m.yaml:4:30: 'zone' is written as +02:00, -0330 or Z"},
      {"records: -1", "m.yaml:4:10: 'records' is a path, or a whole number of at least 0"},
      {"records: {path: a, scale: 0}", "'scale' is a number above 0"},
      {"records: {count: a, scale: 2}", "'count' stands alone"},
      {"outcome: {path: a, map: {OK: fine}}", "m.yaml:4:30: 'OK' is one of unknown, success, failure, blocked"},
      {"each: []", "m.yaml:4:7: 'each' has no path"},
      {"each: ['a[*]', b]", "m.yaml:4:16: 'each' is a path of names that ends in [*]"},
      {"as: salesforce_elff", "salesforce_elf"},
      {"session_names_app: maybe", "'session_names_app' is true or false"},
      {"each: events", "m.yaml:4:7: 'each' is a path of names that ends in [*]"},
      {"recognise: {lacks: [a]}", "needs something that is there: has or equals"},
      {"recognise: {hass: [a]}", "m.yaml:4:13: unknown key 'hass' (did you mean 'has'?)"},
      {"recognise: {equals: [a]}", "'equals' is a map from paths to values"},
      {"events: {x: {acton: write}}", "m.yaml:4:14: unknown key 'acton' (did you mean 'action'?)"},
      {"events: {x: [{when: {a: [[b]]}}]}", "a condition compares with a text, null, \"*\", or a list of these"},
      {"events: {x: write}", "a rule is a map"},
      {"source: acme", "m.yaml:4:1: key 'source' is given twice; first in line 1"},
  };
  for (const auto& [line, expected] : cases) {
    const std::vector<std::string> problems = problems_of(kHead + line + "\n");
    ASSERT_FALSE(problems.empty()) << line;
    EXPECT_NE(problems[0].find(expected), std::string::npos) << line << "\n  told: " << problems[0];
  }
}

TEST(MappingErrors, OfTheWholeFile) {
  EXPECT_NE(problems_of("source: acme\ntime: at\n")[0].find("'event_type' is missing"), std::string::npos);
  EXPECT_NE(problems_of("source: Acme!\nevent_type: t\ntime: at\n")[0].find("m.yaml:1:9:"), std::string::npos);
  EXPECT_NE(problems_of("source: salesforce_elf\nevent_type: t\ntime: at\n")[0].find("choose another name"),
            std::string::npos);
  EXPECT_NE(problems_of("a: [1, 2\n")[0].find("not valid YAML"), std::string::npos);
  EXPECT_NE(problems_of(std::string(300 << 10, '#'))[0].find("larger than 256 KiB"), std::string::npos);
  std::string deep = "actor_id: ";
  for (int i = 0; i < 12; ++i) deep += "[";
  for (int i = 0; i < 12; ++i) deep += "]";
  EXPECT_FALSE(problems_of(kHead + deep + "\n").empty());
}

TEST(MappingErrors, AreToldTogether) {
  EXPECT_EQ(problems_of(kHead + "actr_id: a\nrecordz: 1\nevents: {x: {acton: write}}\n").size(), 3U);
}

TEST(MappingErrors, OneOfABuiltInNameReplacesIt) {
  std::vector<MappingProblem> problems;
  const auto catalogue = SourceCatalogue::compile({{"m.yaml", "source: okta\nevent_type: t\ntime: at\n"}}, problems);
  ASSERT_TRUE(catalogue.ok());
  const std::vector<std::string> names = (*catalogue)->names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "okta"), 1);
  EXPECT_TRUE((*catalogue)->knows("slack"));
  EXPECT_TRUE((*catalogue)->knows("salesforce_rtem"));
  EXPECT_FALSE((*catalogue)->knows("acme"));
}

}  // namespace
}  // namespace outflow::connectors::mapping_errors_test
