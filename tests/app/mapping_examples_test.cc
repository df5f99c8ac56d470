// docs/mapping-examples.md is run as it stands: its files are written, its commands given to the shell, and what they
// print must hold every member that the page shows.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/shell_run.h"

namespace outflow::tests::mapping_examples_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A fenced block of the page: its language, and the line in front of it, which is where a file's name stands.
struct Block {
  std::string language, before, text;
  std::size_t line = 0;
};

std::vector<Block> blocks_of(const fs::path& page) {
  std::vector<Block> blocks;
  std::ifstream file(page);
  std::string before;
  bool inside = false;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line); before = inside ? before : line) {
    ++number;
    if (!line.starts_with("```")) {
      if (inside) blocks.back().text.append(line).append("\n");
      continue;
    }
    inside = !inside;
    if (inside) blocks.push_back({line.substr(3), before, {}, number});
  }
  return blocks;
}

// `parcelbase.yaml` in backquotes and nothing else.
std::string file_named(const std::string& line) {
  const bool name = line.size() > 2 && line.front() == '`' && line.back() == '`';
  return name ? line.substr(1, line.size() - 2) : std::string();
}

std::vector<json> printed(const std::string& text) {
  if (text.starts_with('[')) {
    const json all = json::parse(text);
    return {all.begin(), all.end()};
  }
  std::vector<json> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(json::parse(text.substr(at, end - at)));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

void expect_shown(const Block& shown, const std::string& out) {
  const std::vector<json> expected = printed(shown.text);
  const std::vector<json> found = printed(out);
  ASSERT_EQ(found.size(), expected.size()) << out;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (const auto& [key, value] : expected[i].items()) {
      EXPECT_EQ(found[i].value(key, json("not there")), value) << key << " of output line " << i + 1;
    }
  }
}

TEST(MappingExamples, PrintWhatThePageShows) {
  const fs::path folder = fs::path(testing::TempDir()) / "outflow-mapping-examples";
  fs::create_directories(folder);
  const std::string enter = "cd '" + folder.string() + "' && ";
  const std::vector<Block> blocks = blocks_of(fs::path(OUTFLOW_SOURCE_DIR) / "docs" / "mapping-examples.md");
  int commands = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    SCOPED_TRACE("docs/mapping-examples.md:" + std::to_string(blocks[i].line));
    if (const std::string name = file_named(blocks[i].before); !name.empty()) {
      std::ofstream(folder / name) << blocks[i].text;
    }
    if (blocks[i].language != "sh") continue;
    const std::string& command = blocks[i].text;
    ASSERT_TRUE(command.starts_with("outflow ")) << command;
    const ShellRun run = run_shell(enter + OUTFLOW_BINARY + command.substr(std::string("outflow").size()));
    EXPECT_EQ(run.exit_code, 0);
    ASSERT_LT(i + 1, blocks.size());
    expect_shown(blocks[i + 1], run.out);
    ++commands;
  }
  EXPECT_GE(commands, 4);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace outflow::tests::mapping_examples_test
