// The documentation, the JSON Schema and the parser know the same keys. OUTFLOW_UPDATE_GOLDENS=1 rewrites the
// documents.
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/config_dump.h"
#include "app/config_examine.h"
#include "app/config_keys.h"

namespace outflow::app::config_documents_test {
namespace {

const std::string kSchemaPath = OUTFLOW_SOURCE_DIR "/docs/config.schema.json";
const std::string kManualPath = OUTFLOW_SOURCE_DIR "/docs/configuration.md";
constexpr std::string_view kBegin = "<!-- keys: made by config_documents_test -->\n";
constexpr std::string_view kEnd = "<!-- end of keys -->\n";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool updating() {
  return std::getenv("OUTFLOW_UPDATE_GOLDENS") != nullptr;
}

std::string kind_in_words(const ConfigKey& key) {
  switch (key.kind) {
    case ValueKind::kText: {
      std::string words;
      for (const std::string_view choice : key.choices) words.append(words.empty() ? "" : ", ").append(choice);
      return words.empty() ? "text" : words;
    }
    case ValueKind::kSecret:
      return "secret";
    case ValueKind::kTextList:
      return "list";
    case ValueKind::kBoolean:
      return "true, false";
    case ValueKind::kInteger:
      return "whole number";
    case ValueKind::kNumber:
      return "number";
    case ValueKind::kMilliseconds:
      return "duration (ms)";
    case ValueKind::kHours:
      return "duration (hours)";
    case ValueKind::kBytes:
      return "size (bytes)";
    case ValueKind::kProperties:
    case ValueKind::kTextMap:
      return "map";
  }
  return {};
}

std::string key_table() {
  std::string table = "| key | value | default | meaning |\n|---|---|---|---|\n";
  for (const ConfigKey& key : config_keys()) {
    const std::string shown = show_value(key, Config{});
    const std::string standard = shown.empty() ? "" : "`" + shown + "`";
    table.append("| `").append(key.path).append("` | ").append(kind_in_words(key)).append(" | ");
    table.append(standard).append(" | ").append(key.description).append(" |\n");
  }
  return table;
}

TEST(ConfigDocuments, TheManualListsEveryKeyWithItsDefault) {
  std::string manual = read_file(kManualPath);
  const std::size_t begin = manual.find(kBegin);
  const std::size_t end = manual.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::size_t from = begin + kBegin.size();
  if (updating()) std::ofstream(kManualPath) << manual.replace(from, end - from, key_table());
  EXPECT_EQ(manual.substr(from, manual.find(kEnd) - from), key_table());
}

TEST(ConfigDocuments, TheExamplesOfTheManualAreValid) {
  const std::string manual = read_file(kManualPath);
  const Environment everything = [](const std::string&) { return std::optional<std::string>("0123456789abcdef"); };
  std::size_t examples = 0;
  constexpr std::string_view kFence = "```yaml\n";
  for (std::size_t at = manual.find(kFence); at != std::string::npos; at = manual.find(kFence, at + 1)) {
    const std::size_t from = at + kFence.size();
    const ConfigExamination read =
        examine_config(manual.substr(from, manual.find("```", from) - from), "manual", everything);
    ++examples;
    for (const ConfigProblem& problem : read.problems) {
      // The files that examples name exist on the reader's machine only.
      const bool missing_file = problem.message.find("cannot be found") != std::string::npos ||
                                problem.message.find("cannot be read") != std::string::npos ||
                                problem.message.find("needs http.tls") != std::string::npos;
      EXPECT_TRUE(missing_file) << read.show(problem);
    }
  }
  EXPECT_GE(examples, 2U);
}

TEST(ConfigDocuments, ThePublishedSchemaIsTheOneOfTheTable) {
  if (updating()) std::ofstream(kSchemaPath) << config_json_schema();
  EXPECT_EQ(read_file(kSchemaPath), config_json_schema());
}

// Paths of the schema's leaves, with the value of their "default".
void collect(const nlohmann::json& schema, const std::string& prefix, std::map<std::string, nlohmann::json>& leaves) {
  for (const auto& [name, child] : schema.at("properties").items()) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    if (child.contains("properties")) {
      collect(child, path, leaves);
    } else {
      leaves[path] = child.at("default");
    }
  }
}

TEST(ConfigDocuments, TheParserAcceptsEveryKeyOfTheSchemaAndTheSchemaKnowsEveryKey) {
  std::map<std::string, nlohmann::json> leaves;
  collect(nlohmann::json::parse(read_file(kSchemaPath)), "", leaves);
  std::set<std::string> known;
  for (const ConfigKey& key : config_keys()) known.emplace(key.path);
  EXPECT_EQ(leaves.size(), known.size());
  for (const auto& [path, standard] : leaves) {
    EXPECT_TRUE(known.contains(path)) << path;
    // As flow YAML, which JSON is: {"kafka": {"brokers": "..."}}.
    nlohmann::json document = standard;
    std::string rest = path;
    for (std::size_t dot = rest.rfind('.'); dot != std::string::npos; dot = rest.rfind('.')) {
      document = nlohmann::json{{rest.substr(dot + 1), document}};
      rest.resize(dot);
    }
    document = nlohmann::json{{rest, document}};
    const ConfigExamination read =
        examine_config(document.dump(), path, [](const std::string&) { return std::nullopt; });
    for (const ConfigProblem& problem : read.problems) ADD_FAILURE() << read.show(problem) << " " << document.dump();
  }
}

}  // namespace
}  // namespace outflow::app::config_documents_test
